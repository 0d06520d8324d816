import type { Transaction } from '@tierline/persistence';
import { countOrphans } from './orphans.ts';
import { open } from './queries.ts';
import type { Sight } from './sight.ts';
import { countUnaccounted } from './unaccounted.ts';
import { unservedByQueue, type Unserved } from './unserved-queues.ts';

/** How much waits, is being worked on and is held. */
export type Load = { waiting: number; assigned: number; pending: number; oldestWaiting: Date | null };

export type Board = {
  /** When it was computed. */
  at: string;
  /** By rank; each with all its queues, those without tickets too. */
  tiers: (Load & {
    tier: string;
    name: string;
    rank: number;
    queues: (Load & { queue: string; name: string; team: string; unserved: Unserved | null })[];
  })[];
  /** Open tickets that wait for a route; 0 for who sees some queues only. */
  unrouted: number;
  /** Open tickets that nobody and nothing is going to move; for who sees all queues also those that never came here. */
  orphans: number;
};

type TierRow = { tier: string; name: string; rank: number };
type QueueRow = Load & { queue: string; name: string; tier: string; team: string };

const queueLoads = (tx: Transaction, tenant: string) =>
  tx.query<QueueRow>(
    `SELECT q.queue, q.name, q.tier, q.team, coalesce(t.waiting, 0) AS waiting, coalesce(t.assigned, 0) AS assigned,
       coalesce(t.pending, 0) AS pending, t.oldest AS "oldestWaiting"
     FROM queue q LEFT JOIN (
       SELECT queue, count(*) FILTER (WHERE state = 'QUEUED')::int AS waiting,
         count(*) FILTER (WHERE state IN ('ASSIGNED', 'IN_PROGRESS'))::int AS assigned,
         count(*) FILTER (WHERE state = 'PENDING')::int AS pending,
         min(queued_at) FILTER (WHERE state = 'QUEUED') AS oldest
       FROM ticket WHERE tenant_id = $1 AND state IN (${open}) AND queue IS NOT NULL GROUP BY queue
     ) t USING (queue)
     WHERE q.tenant_id = $1 ORDER BY q.name, q.queue`,
    [tenant],
  );

const earliest = (one: Date | null, other: Date | null): Date | null =>
  one && other ? (one < other ? one : other) : (one ?? other);

const total = (loads: readonly Load[]): Load =>
  loads.reduce<Load>(
    (sum, load) => ({
      waiting: sum.waiting + load.waiting,
      assigned: sum.assigned + load.assigned,
      pending: sum.pending + load.pending,
      oldestWaiting: earliest(sum.oldestWaiting, load.oldestWaiting),
    }),
    { waiting: 0, assigned: 0, pending: 0, oldestWaiting: null },
  );

/** All of the desk that is in sight, at a glance; a tier without a queue in sight is left out. */
export const boardOf = async (tx: Transaction, tenant: string, { queues }: Sight): Promise<Board> => {
  const tiers = await tx.query<TierRow>('SELECT tier, name, rank FROM tier WHERE tenant_id = $1 ORDER BY rank', [
    tenant,
  ]);
  const all = await queueLoads(tx, tenant);
  const loads = queues === 'all' ? all : all.filter(({ queue }) => queues.includes(queue));
  const unserved = await unservedByQueue(tx, tenant);
  const seen = queues === 'all' ? tiers : tiers.filter(({ tier }) => loads.some((load) => load.tier === tier));
  const [rest] = await tx.query<{ unrouted: number }>(
    `SELECT count(*)::int AS unrouted FROM ticket WHERE tenant_id = $1 AND state IN (${open}) AND queue IS NULL`,
    [tenant],
  );
  const unaccounted = queues === 'all' ? await countUnaccounted(tx, tenant) : 0;
  return {
    at: tx.now,
    tiers: seen.map((tier) => {
      const own = loads.filter((load) => load.tier === tier.tier);
      return {
        ...tier,
        ...total(own),
        queues: own.map(({ tier: _, ...queue }) => ({ ...queue, unserved: unserved.get(queue.queue) ?? null })),
      };
    }),
    unrouted: queues === 'all' ? rest!.unrouted : 0,
    orphans: unaccounted + (await countOrphans(tx, tenant, queues === 'all' ? null : queues)),
  };
};
