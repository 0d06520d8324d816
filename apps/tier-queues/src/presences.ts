import type { Transaction } from '@tierline/persistence';
import type { Presence } from './domain/people.ts';

export type Said = { readonly agentId: string; readonly presence: Presence | null; readonly since: Date | null };

/** Notes what the agent says of his or her presence; null where the desk has no such agent. */
export const sayPresence = async (
  tx: Transaction,
  tenant: string,
  agentId: string,
  presence: Presence,
): Promise<Said | null> => {
  const [said] = await tx.query<Said>(
    `INSERT INTO presence AS p (tenant_id, agent_id, presence, since)
     SELECT tenant_id, agent_id, $3, $4::timestamptz FROM agent WHERE tenant_id = $1 AND agent_id = $2
     ON CONFLICT (tenant_id, agent_id) DO UPDATE SET presence = excluded.presence,
       since = CASE WHEN p.presence = excluded.presence THEN p.since ELSE excluded.since END
     RETURNING agent_id AS "agentId", presence, since`,
    [tenant, agentId, presence, tx.now],
  );
  return said ?? null;
};

/** What the agent last said. */
export const presenceOf = async (tx: Transaction, tenant: string, agentId: string): Promise<Said> => {
  const [said] = await tx.query<Said>(
    'SELECT agent_id AS "agentId", presence, since FROM presence WHERE tenant_id = $1 AND agent_id = $2',
    [tenant, agentId],
  );
  return said ?? { agentId, presence: null, since: null };
};
