import type { Caller } from '@tierline/auth';
import type { Transaction } from '@tierline/persistence';

/** The teams that somebody works in. */
export const teamsOf = async (tx: Transaction, tenant: string, agentId: string): Promise<readonly string[]> => {
  const rows = await tx.query<{ teams: string[] }>('SELECT teams FROM agent WHERE tenant_id = $1 AND agent_id = $2', [
    tenant,
    agentId,
  ]);
  return rows[0]?.teams ?? [];
};

/** The numbers of these tickets, by their ids. */
export const numbersOf = async (
  tx: Transaction,
  tenant: string,
  ids: readonly string[],
): Promise<Map<string, number>> => {
  const rows = await tx.query<{ id: string; number: number }>(
    'SELECT id, number::float8 AS number FROM ticket WHERE tenant_id = $1 AND id = ANY($2::uuid[])',
    [tenant, ids],
  );
  return new Map(rows.map(({ id, number }) => [id, number]));
};

/** The queues of the teams that the caller works in, or is named as lead of, and of these. */
export const queuesOfTeams = async (
  tx: Transaction,
  { tenant, subject }: Caller,
  others: readonly string[] = [],
): Promise<string[]> => {
  const rows = await tx.query<{ queue: string }>(
    `SELECT queue FROM queue WHERE tenant_id = $1 AND team IN (
       SELECT unnest(teams) FROM agent WHERE tenant_id = $1 AND agent_id = $2
       UNION SELECT id FROM desk_part
       WHERE tenant_id = $1 AND kind = 'team' AND (body->>'lead' = $2 OR body->'leads' ? $2)
       UNION SELECT unnest($3::text[]))`,
    [tenant, subject, others],
  );
  return rows.map(({ queue }) => queue);
};
