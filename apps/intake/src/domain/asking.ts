import {
  DomainError,
  RequesterConfirmed,
  RequesterRejected,
  RequesterReplied,
  TicketOpened,
  type Channel,
  type Impact,
  type Urgency,
} from '@tierline/contracts';
import { absent, evolve, type KnownRequest, type Request, type RequestEvent, type Status } from './request.ts';

/** Who asks; `actsForOthers` when the roles allow it to open and answer tickets in somebody's name. */
export type Asker = { subject: string; actsForOthers: boolean };

export type OpenCommand = {
  type: 'open';
  by: Asker;
  number: number;
  /** Whom the ticket is for; null: the asker. */
  requesterId: string | null;
  channel: Channel;
  organisation: string | null;
  subject: string;
  description: string;
  category: string | null;
  impact: Impact;
  urgency: Urgency;
};

export type Command =
  | OpenCommand
  | { type: 'reply'; by: Asker; messageId: string; text: string }
  | { type: 'confirm'; by: Asker; comment: string | null }
  | { type: 'reject'; by: Asker; messageId: string; reason: string };

/** How long after closing a reply still goes on with the ticket, in days. */
export const reopenDays = 14;
const day = 24 * 60 * 60 * 1_000;

/** Channels that people use themselves; the others bring in what somebody else said. */
const ownChannels: readonly Channel[] = ['web', 'api'];

/** As people write and say it. */
export const referenceOf = (number: number): string => `T-${number}`;

const onlyForOthers = (path: string, message: string) =>
  new DomainError('not_for_others', message, 'forbidden', { fields: [{ path, message }] });

const open = ({ type: _, by, requesterId, ...ticket }: OpenCommand): readonly RequestEvent[] => {
  if (!by.actsForOthers && requesterId !== null)
    throw onlyForOthers('requester', 'Your roles do not allow you to open tickets for others; leave requester out.');
  if (!by.actsForOthers && !ownChannels.includes(ticket.channel))
    throw onlyForOthers(
      'channel',
      `Your roles do not allow the channel ${ticket.channel}; use ${ownChannels.join(' or ')}.`,
    );
  return [TicketOpened({ ...ticket, requesterId: requesterId ?? by.subject, openedBy: by.subject })];
};

/** True when the ticket is the asker's own, or one that he or she opened for somebody. */
export const concerns = ({ subject, actsForOthers }: Asker, request: Pick<KnownRequest, 'requesterId' | 'openedBy'>) =>
  request.requesterId === subject || (actsForOthers && request.openedBy === subject);

/** A stranger's ticket is refused in the same words as one that does not exist. */
export const ticketAbsent = () =>
  new DomainError('ticket_absent', 'There is no ticket with this id among yours.', 'absent');

const words: Record<Status, string> = {
  received: 'received',
  waiting: 'waiting for its turn',
  'in-progress': 'being worked on',
  'waiting-for-you': 'waiting for your answer',
  'on-hold': 'on hold',
  resolved: 'resolved',
  closed: 'closed',
  cancelled: 'cancelled',
};

const refuseUnlessResolved = ({ status, number }: KnownRequest) => {
  if (status === 'resolved') return;
  throw new DomainError(
    'not_resolved',
    `${referenceOf(number)} is ${words[status]}: there is no solution that you could confirm or reject now.`,
  );
};

const refuseUnlessOpenForReplies = ({ status, number, closedAt }: KnownRequest, at: string) => {
  const reference = referenceOf(number);
  if (status === 'cancelled')
    throw new DomainError('ticket_cancelled', `${reference} was cancelled; open a new ticket if you still need help.`);
  if (status !== 'closed' || closedAt === null) return;
  if (Date.parse(at) - Date.parse(closedAt) <= reopenDays * day) return;
  throw new DomainError(
    'follow_up_needed',
    `${reference} was closed more than ${reopenDays} days ago; open a new ticket and name ${reference} in it.`,
  );
};

const decide = (command: Command, request: Request, at: string): readonly RequestEvent[] => {
  if (command.type === 'open') return request.status === 'absent' ? open(command) : [];
  if (request.status === 'absent' || !concerns(command.by, request)) throw ticketAbsent();
  switch (command.type) {
    case 'reply':
      refuseUnlessOpenForReplies(request, at);
      return [RequesterReplied({ messageId: command.messageId, text: command.text })];
    case 'confirm':
      // Pressed twice: the second time changes nothing and is no mistake.
      if (request.confirmed) return [];
      refuseUnlessResolved(request);
      return [RequesterConfirmed({ comment: command.comment })];
    case 'reject':
      refuseUnlessResolved(request);
      return [RequesterRejected({ messageId: command.messageId, reason: command.reason })];
  }
};

/** The requester's side of a ticket. */
export const request = { initial: absent, decide, evolve };
