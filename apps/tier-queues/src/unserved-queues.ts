import type { Transaction } from '@tierline/persistence';
import { open } from './queries.ts';
import type { Sight } from './sight.ts';

/** Since when nobody serves a queue, and why. */
export type Unserved = { since: Date; detail: string };

/** A queue that nobody serves, for the lead of its team. */
export type UnservedRow = Unserved & {
  queue: string;
  name: string;
  tier: string;
  team: string;
  openTickets: number;
  /** The reader leads its team. */
  mine: boolean;
};

type Reader = Sight & { readonly led: readonly string[] | 'all' };

/** The queues in sight that nobody serves, the one that has been so longest first; `mine`: of teams that the reader leads. */
export const unservedList = (
  tx: Transaction,
  tenant: string,
  { queues, led }: Reader,
  { tier, mine = false }: { readonly tier?: string | undefined; readonly mine?: boolean | undefined },
): Promise<UnservedRow[]> =>
  tx.query<UnservedRow>(
    `SELECT * FROM (
       SELECT u.queue, q.name, q.tier, q.team, u.since, u.detail, ($3::text[] IS NULL OR q.team = ANY($3)) AS mine,
         (SELECT count(*)::int FROM ticket t WHERE t.tenant_id = $1 AND t.queue = u.queue AND t.state IN (${open}))
           AS "openTickets"
       FROM unserved_queue u JOIN queue q USING (tenant_id, queue)
       WHERE u.tenant_id = $1 AND u.since IS NOT NULL AND ($2::text[] IS NULL OR u.queue = ANY($2))
         AND ($4::text IS NULL OR q.tier = $4)
     ) unserved WHERE mine OR NOT $5::boolean ORDER BY since, queue`,
    [tenant, queues === 'all' ? null : queues, led === 'all' ? null : led, tier ?? null, mine],
  );

/** Of all queues that nobody serves: since when, and why. */
export const unservedByQueue = async (tx: Transaction, tenant: string): Promise<ReadonlyMap<string, Unserved>> => {
  const rows = await tx.query<Unserved & { queue: string }>(
    'SELECT queue, since, detail FROM unserved_queue WHERE tenant_id = $1 AND since IS NOT NULL',
    [tenant],
  );
  return new Map(rows.map(({ queue, since, detail }) => [queue, { since, detail }]));
};
