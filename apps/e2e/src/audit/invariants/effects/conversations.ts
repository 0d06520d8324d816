import {
  AgentReplied,
  RequesterConfirmed,
  RequesterRejected,
  RequesterReplied,
  TicketResolved,
} from '@tierline/contracts';
import type { Evidence, JournalRow } from '../../evidence.ts';
import type { Wrongs } from '../../findings.ts';
import { setAside, takenCounts } from '../../views.ts';

const kinds: Readonly<Record<string, string>> = {
  [AgentReplied.type]: 'desk/message',
  [TicketResolved.type]: 'desk/solution',
  [RequesterReplied.type]: 'requester/message',
  [RequesterRejected.type]: 'requester/rejection',
  [RequesterConfirmed.type]: 'requester/confirmation',
};

const isSaid = ({ type, said }: JournalRow) =>
  kinds[type] !== undefined && (type !== RequesterConfirmed.type || said.comment === true);

/** What the requester reads: one message for each reply, solution, rejection, and confirmation with a comment. */
export const checkConversations = (evidence: Evidence, wrong: Wrongs): number => {
  const expected = takenCounts(evidence, 'intake', isSaid, ({ type }) => kinds[type]!);
  const shown = new Map(evidence.messages.map(({ ticket, kind, count }) => [`${ticket} ${kind}`, count]));
  const parked = setAside(evidence).intake.keys;
  for (const key of new Set([...expected.keys(), ...shown.keys()])) {
    const [ticket, kind] = key.split(' ') as [string, string];
    const [is, due] = [shown.get(key) ?? 0, expected.get(key) ?? 0];
    if (is > due || (is < due && !parked.has(ticket)))
      wrong(`intake shows ${is} ${kind} in ticket ${ticket}, ${due} were published`);
  }
  return [...shown.values()].reduce((sum, count) => sum + count, 0);
};
