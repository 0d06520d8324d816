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

export const ticketAbsent = () => new DomainError('ticket_absent', 'There is no such ticket.', 'absent');
