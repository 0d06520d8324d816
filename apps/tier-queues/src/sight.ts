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

export const ticketAbsent = () => new DomainError('ticket_absent', 'There is no such ticket.', 'absent');
