import type { Transaction } from '@tierline/persistence';
import type { DeskAgent, Queue, Tier } from './domain/desk.ts';
import type { Acquaintance } from './sight.ts';
import { cursorValues, pageOf, type Listed, type Page } from './queries.ts';

const bodiesOf = <T>(rows: readonly { body: T }[]): T[] => rows.map(({ body }) => body);

/** All tiers by rank. */
export const tiersOf = async (tx: Transaction, tenant: string): Promise<Tier[]> => {
  const rows = await tx.query<{ body: Tier }>(
    `SELECT p.body FROM tier t JOIN desk_part p ON p.tenant_id = t.tenant_id AND p.kind = 'tier' AND p.id = t.tier
     WHERE t.tenant_id = $1 ORDER BY t.rank`,
    [tenant],
  );
  return bodiesOf(rows);
};

const afterOf = ({ after }: Page) => (after === undefined ? '' : cursorValues(after, [/^\S+$/])[0]!);

/** Queues by their slug. */
export const queuesOf = async (
  tx: Transaction,
  tenant: string,
  { tier, team }: { tier?: string | undefined; team?: string | undefined },
  page: Page,
): Promise<Listed<Queue>> => {
  const rows = await tx.query<{ body: Queue }>(
    `SELECT p.body FROM queue q JOIN desk_part p ON p.tenant_id = q.tenant_id AND p.kind = 'queue' AND p.id = q.queue
     WHERE q.tenant_id = $1 AND q.queue COLLATE "C" > $2 AND q.tier = coalesce($3, q.tier)
       AND q.team = coalesce($4, q.team)
     ORDER BY q.queue COLLATE "C" LIMIT $5`,
    [tenant, afterOf(page), tier ?? null, team ?? null, page.limit + 1],
  );
  return pageOf(bodiesOf(rows), page.limit, ({ queue }) => [queue]);
};

/** Agents by their id, of those alone whom the reader may know of. */
export const agentsOf = async (
  tx: Transaction,
  tenant: string,
  { team, known }: { team?: string | undefined; known: Acquaintance },
  page: Page,
): Promise<Listed<DeskAgent>> => {
  const rows = await tx.query<{ body: DeskAgent }>(
    `SELECT p.body FROM agent a JOIN desk_part p ON p.tenant_id = a.tenant_id AND p.kind = 'agent' AND p.id = a.agent_id
     WHERE a.tenant_id = $1 AND a.agent_id COLLATE "C" > $2 AND ($3::text IS NULL OR $3 = ANY(a.teams))
       AND ($5::text[] IS NULL OR a.agent_id = ANY($5))
     ORDER BY a.agent_id COLLATE "C" LIMIT $4`,
    [tenant, afterOf(page), team ?? null, page.limit + 1, known === 'all' ? null : [...known]],
  );
  return pageOf(bodiesOf(rows), page.limit, ({ agentId }) => [agentId]);
};
