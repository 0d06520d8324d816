import type { Caller } from '@tierline/auth';
import { DomainError, type Role } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import { queuesOfTeams } from './lookups.ts';

/** Which tickets somebody may see whole: all of the desk, or those in the queues of his or her own teams. */
export type Sight = { readonly queues: readonly string[] | 'all' };

const wholeDesk: readonly Role[] = ['agent', 'lead', 'admin', 'auditor'];

/** True when the caller works for the desk, be it at a partner's. */
export const isStaff = ({ roles }: Caller): boolean =>
  roles.some((role) => role === 'partner-agent' || wholeDesk.includes(role));

/** True for whoever works for the desk at a partner's alone. */
export const isOfPartner = (by: Caller): boolean => isStaff(by) && !by.roles.some((role) => wholeDesk.includes(role));

/** What the caller sees; a partner's agent never learns that there is more. */
export const sightOf = async (tx: Transaction, by: Caller): Promise<Sight> => {
  if (by.roles.some((role) => wholeDesk.includes(role))) return { queues: 'all' };
  return { queues: isStaff(by) ? await queuesOfTeams(tx, by) : [] };
};

/** True when a ticket that is in this queue is in sight. */
export const sees = ({ queues }: Sight, queue: string | null): boolean =>
  queues === 'all' || (queue !== null && queues.includes(queue));

/** Refuses work on a ticket that is out of sight as if it were not there: `ticket_absent`. */
export const refuseUnseen = async (tx: Transaction, by: Caller, id: string): Promise<void> => {
  const sight = await sightOf(tx, by);
  if (sight.queues === 'all') return;
  const [ticket] = await tx.query<{ queue: string | null }>(
    'SELECT queue FROM ticket WHERE tenant_id = $1 AND id = $2',
    [by.tenant, id],
  );
  if (ticket && !sees(sight, ticket.queue)) throw ticketAbsent();
};

/** The children of a ticket that are in sight, the oldest first. */
export const childrenInSight = async (
  tx: Transaction,
  by: Caller,
  id: string,
): Promise<{ id: string; number: number }[]> => {
  const { queues } = await sightOf(tx, by);
  return tx.query(
    `SELECT t.id, t.number::float8 AS number FROM link l JOIN ticket t ON t.tenant_id = l.tenant_id AND t.id = l.other_id
     WHERE l.tenant_id = $1 AND l.ticket_id = $2 AND l.kind = 'parent-of' AND ($3::text[] IS NULL OR t.queue = ANY($3))
     ORDER BY t.number`,
    [by.tenant, id, queues === 'all' ? null : queues],
  );
};

/** People of the desk whom somebody may know of: all, or those at the same partner and in teams of his or hers. */
export type Acquaintance = ReadonlySet<string> | 'all';

/** A partner's agent knows of whoever acts on a ticket by that act, and of nobody else outside the own organisation. */
export const acquaintanceOf = async (tx: Transaction, by: Caller): Promise<Acquaintance> => {
  if (by.roles.some((role) => wholeDesk.includes(role))) return 'all';
  const rows = await tx.query<{ agentId: string }>(
    `WITH me AS (
       SELECT coalesce((SELECT teams FROM agent WHERE tenant_id = $1 AND agent_id = $2), '{}') || ARRAY(
         SELECT id FROM desk_part WHERE tenant_id = $1 AND kind = 'team' AND (body->>'lead' = $2 OR body->'leads' ? $2)
       ) AS teams
     ), own AS (
       SELECT t.id FROM desk_part t CROSS JOIN me WHERE t.tenant_id = $1 AND t.kind = 'team' AND (t.id = ANY(me.teams)
         OR t.body->>'partner' IN (SELECT m.body->>'partner' FROM desk_part m
              WHERE m.tenant_id = $1 AND m.kind = 'team' AND m.id = ANY(me.teams))))
     SELECT agent_id AS "agentId" FROM agent
     WHERE tenant_id = $1 AND teams && (SELECT coalesce(array_agg(id), '{}') FROM own)`,
    [by.tenant, by.subject],
  );
  return new Set([by.subject, ...rows.map(({ agentId }) => agentId)]);
};

export const ticketAbsent = () => new DomainError('ticket_absent', 'There is no such ticket.', 'absent');
