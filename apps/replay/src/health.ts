import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from './api.ts';
import type { Person } from './step.ts';

/** The part of the gateway's status that a replay looks at: over all services and tenants. */
export type Health = {
  /** Each null while those who know it do not tell. */
  readonly parkedMessages: number | null;
  readonly orphans: number | null;
  readonly outboxRows: number | null;
  /** A figure is null when the service does not tell it. */
  readonly services: readonly { name: string; outboxRows: number | null; parkedMessages: number | null }[];
};

const patience = 60_000;

/** True when nothing is left over, and every service has told so. */
export const isClean = ({ parkedMessages, orphans, outboxRows, services }: Health): boolean =>
  parkedMessages === 0 &&
  orphans === 0 &&
  outboxRows === 0 &&
  services.every((service) => service.outboxRows !== null && service.parkedMessages !== null);

/** What is left over, once that is nothing, or after a minute. */
export const settledHealth = async (api: Api, by: Person): Promise<Health> => {
  const end = Date.now() + patience;
  for (;;) {
    const health = await api.send<Health>({ method: 'GET', path: '/status.json', by });
    if (isClean(health) || Date.now() > end) return health;
    await sleep(1_000);
  }
};

/** In words, for a report. */
export const describeHealth = ({ parkedMessages, orphans, outboxRows, services }: Health): string => {
  const perService = services.map(({ name, outboxRows: rows }) => `${name} ${rows ?? 'does not tell'}`).join(', ');
  return (
    `Over all tenants, each to be 0: parked records ${parkedMessages ?? 'not told'}, orphans ${orphans ?? 'not told'}, ` +
    `outbox rows ${outboxRows ?? 'not told'} (${perService}).`
  );
};
