import { restUntil } from './deadline.ts';

/** Time as a program feels it: milliseconds that only grow, and rests that a signal ends. */
export type Clock = {
  now(): number;
  rest(milliseconds: number, signal: AbortSignal): Promise<void>;
};

/** The machine's monotonic clock, which goes on while the process is frozen. */
export const monotonic: Clock = { now: () => performance.now(), rest: restUntil };
