import type { Caller } from '@tierline/auth';
import type { Work } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import type { Act } from './domain/command.ts';
import type { Looked } from './looking.ts';

/** What is to be done with a ticket, with what was looked up for it alone. */
export type TicketWork = Work<Act> & { readonly looked?: Looked };

/** Agents that the act itself names. */
const namedIn = (act: Act): readonly string[] => {
  if (!('by' in act)) return [];
  if (act.type === 'assign') return [act.by.agentId, act.agentId];
  if (act.type === 'swarm') return [act.by.agentId, ...act.agents];
  return act.type === 'declare-major' ? [act.by.agentId, act.commander] : [act.by.agentId];
};

/** True when the act may give the ticket back to who had it. */
const concernsOwner = ({ type }: Act): boolean =>
  type === 'reopen' || type === 'requester-replied' || type === 'requester-rejected' || type === 'merged-reply';

/** The teams of all agents that the work is about, by tenant and agent: those named, and owners of reopened tickets. */
export const teamsOf = async (
  tx: Transaction,
  work: readonly TicketWork[],
): Promise<Map<string, Map<string, readonly string[]>>> => {
  const acts = work.flatMap((piece) => ('command' in piece ? [{ ...piece, tenant: piece.origin.tenant }] : []));
  const agents = acts.flatMap(({ tenant, command }) => namedIn(command).map((agentId) => ({ tenant, agentId })));
  const owned = acts.filter(({ command }) => concernsOwner(command));
  if (agents.length + owned.length === 0) return new Map();
  const rows = await tx.query<{ tenant: string; agentId: string; teams: string[] }>(
    `SELECT a.tenant_id AS tenant, a.agent_id AS "agentId", a.teams FROM agent a JOIN (
       SELECT * FROM unnest($1::text[], $2::text[]) AS named(tenant_id, agent_id)
       UNION
       SELECT t.tenant_id, coalesce(t.owner, t.last_owner) FROM ticket t
       JOIN unnest($3::text[], $4::uuid[]) AS owned(tenant_id, id) USING (tenant_id, id)
     ) AS wanted USING (tenant_id, agent_id)`,
    [
      agents.map(({ tenant }) => tenant),
      agents.map(({ agentId }) => agentId),
      owned.map(({ tenant }) => tenant),
      owned.map(({ id }) => id),
    ],
  );
  const teams = new Map<string, Map<string, readonly string[]>>();
  for (const { tenant, agentId, teams: own } of rows)
    teams.set(tenant, (teams.get(tenant) ?? new Map<string, readonly string[]>()).set(agentId, own));
  return teams;
};

/** Children that one command reaches at most. */
const mostChildren = 1_000;

/** The ids of the ticket's children, oldest link first. */
export const childrenOf = async (tx: Transaction, tenant: string, id: string): Promise<string[]> => {
  const rows = await tx.query<{ id: string }>(
    `SELECT other_id AS id FROM link WHERE tenant_id = $1 AND ticket_id = $2 AND kind = 'parent-of'
     ORDER BY other_id LIMIT ${mostChildren}`,
    [tenant, id],
  );
  return rows.map(({ id: child }) => child);
};

/** The teams that the caller works in. */
export const teamsOfAgent = async (tx: Transaction, { tenant, subject }: Caller): Promise<readonly string[]> => {
  const rows = await tx.query<{ teams: string[] }>('SELECT teams FROM agent WHERE tenant_id = $1 AND agent_id = $2', [
    tenant,
    subject,
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

/** The queues of the caller's teams. */
export const queuesOfTeams = async (tx: Transaction, { tenant, subject }: Caller): Promise<string[]> => {
  const rows = await tx.query<{ queue: string }>(
    `SELECT q.queue FROM agent a JOIN queue q ON q.tenant_id = a.tenant_id AND q.team = ANY(a.teams)
     WHERE a.tenant_id = $1 AND a.agent_id = $2`,
    [tenant, subject],
  );
  return rows.map(({ queue }) => queue);
};

/** Candidates looked at per queue: more than claims can be under way at once. */
const candidates = 64;

/**
 * Locks the most urgent, then oldest waiting ticket that nobody else has locked. `some` tells whether any waits,
 * so that an empty queue can be told from one whose tickets are all being taken.
 */
export const firstWaiting = async (
  tx: Transaction,
  tenant: string,
  queues: readonly string[],
): Promise<{ id: string | null; some: boolean }> => {
  if (queues.length === 0) return { id: null, some: false };
  const waiting = await tx.query<{ id: string }>(
    `SELECT first.id FROM unnest($2::text[]) AS q(queue) CROSS JOIN LATERAL (
       SELECT id, priority, queued_at FROM ticket
       WHERE tenant_id = $1 AND queue = q.queue AND state = 'QUEUED'
       ORDER BY priority, queued_at, id LIMIT ${candidates}
     ) AS first ORDER BY first.priority, first.queued_at, first.id LIMIT ${candidates}`,
    [tenant, queues],
  );
  if (waiting.length === 0) return { id: null, some: false };
  const [free] = await tx.query<{ id: string }>(
    `SELECT id FROM ticket WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND state = 'QUEUED' AND queue = ANY($3::text[])
     ORDER BY priority, queued_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`,
    [tenant, waiting.map(({ id }) => id), queues],
  );
  return { id: free?.id ?? null, some: true };
};
