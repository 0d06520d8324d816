export * from './event.ts';
export * from './words.ts';
export * from './problem.ts';
export * from './handover.ts';
export * from './intake.ts';
export * from './routing.ts';
export * from './tier-queues.ts';
export * from './notifications.ts';
export { events } from './catalogue.ts';
