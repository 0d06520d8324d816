import type { Transaction } from '@tierline/persistence';
import type { DeskAgent, Queue, Tier } from './domain/desk.ts';
import { cursorValues, pageOf, type Listed, type Page } from './queries.ts';

/** All tiers by rank. */
export const tiersOf = (tx: Transaction, tenant: string) =>
  tx.query<Tier>(
    `SELECT tier, name, rank, default_queue AS "defaultQueue" FROM tier WHERE tenant_id = $1 ORDER BY rank`,
    [tenant],
  );

const afterOf = ({ after }: Page) => (after === undefined ? '' : cursorValues(after, [/^\S+$/])[0]!);

/** Queues by their slug. */
export const queuesOf = async (
  tx: Transaction,
  tenant: string,
  { tier, team }: { tier?: string | undefined; team?: string | undefined },
  page: Page,
): Promise<Listed<Queue>> => {
  const rows = await tx.query<Queue>(
    `SELECT queue, name, tier, team FROM queue
     WHERE tenant_id = $1 AND queue COLLATE "C" > $2 AND tier = coalesce($3, tier) AND team = coalesce($4, team)
     ORDER BY queue COLLATE "C" LIMIT $5`,
    [tenant, afterOf(page), tier ?? null, team ?? null, page.limit + 1],
  );
  return pageOf(rows, page.limit, ({ queue }) => [queue]);
};

/** Agents by their id. */
export const agentsOf = async (
  tx: Transaction,
  tenant: string,
  { team }: { team?: string | undefined },
  page: Page,
): Promise<Listed<DeskAgent>> => {
  const rows = await tx.query<DeskAgent>(
    `SELECT agent_id AS "agentId", name, teams FROM agent
     WHERE tenant_id = $1 AND agent_id COLLATE "C" > $2 AND ($3::text IS NULL OR $3 = ANY(teams))
     ORDER BY agent_id COLLATE "C" LIMIT $4`,
    [tenant, afterOf(page), team ?? null, page.limit + 1],
  );
  return pageOf(rows, page.limit, ({ agentId }) => [agentId]);
};
