import {
  DomainError,
  InboundUnaccounted,
  RequesterAskedEscalation,
  RequesterConfirmed,
  RequesterRejected,
  RequesterReplied,
  TicketOpened,
  type Channel,
  type FactOf,
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

/** Opens a ticket that came from another one, as the desk asked. */
export type OpenFromCommand = { type: 'open-from'; ticket: FactOf<typeof TicketOpened>['data'] };

/** The desk has told nothing of the ticket for too long. */
export type MissCommand = { type: 'miss'; ticket: FactOf<typeof InboundUnaccounted>['data'] };

export type Command =
  | OpenCommand
  | OpenFromCommand
  | MissCommand
  | { type: 'reply'; by: Asker; messageId: string; text: string }
  | { type: 'confirm'; by: Asker; comment: string | null }
  | { type: 'reject'; by: Asker; messageId: string; reason: string }
  | { type: 'ask-escalation'; by: Asker; reason: string | null };

/** Hours between two calls for somebody in charge. */
const askingHours = 4;
const hour = 60 * 60 * 1_000;

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
  merged: 'part of another ticket',
};

const refuseUnlessResolved = ({ status, number }: KnownRequest) => {
  if (status === 'resolved') return;
  throw new DomainError(
    'not_resolved',
    `${referenceOf(number)} is ${words[status]}: there is no solution that you could confirm or reject now.`,
  );
};

/** A reply to a closed ticket is taken: the desk reopens it, or has a ticket opened that follows it. */
const refuseUnlessOpenForReplies = ({ status, number }: KnownRequest) => {
  if (status !== 'cancelled') return;
  throw new DomainError(
    'ticket_cancelled',
    `${referenceOf(number)} was cancelled; open a new ticket if you still need help.`,
  );
};

const ended: readonly Status[] = ['resolved', 'closed', 'cancelled', 'merged'];

const refuseUnlessMayAsk = ({ status, number, askedAt }: KnownRequest, at: string) => {
  if (ended.includes(status))
    throw new DomainError('not_open', `${referenceOf(number)} is ${words[status]}: there is nothing to hurry.`);
  if (askedAt === null || Date.parse(at) - Date.parse(askedAt) >= askingHours * hour) return;
  throw new DomainError(
    'asked_already',
    `You asked less than ${askingHours} hours ago; a lead knows of ${referenceOf(number)}.`,
    'conflict',
    { conflict: { askedAt } },
  );
};

const decide = (command: Command, request: Request, at: string): readonly RequestEvent[] => {
  if (command.type === 'open') return request.status === 'absent' ? open(command) : [];
  if (command.type === 'open-from') return request.status === 'absent' ? [TicketOpened(command.ticket)] : [];
  if (command.type === 'miss')
    return request.status !== 'absent' && request.desk === 'silent' ? [InboundUnaccounted(command.ticket)] : [];
  if (request.status === 'absent' || !concerns(command.by, request)) throw ticketAbsent();
  switch (command.type) {
    case 'reply':
      refuseUnlessOpenForReplies(request);
      return [RequesterReplied({ messageId: command.messageId, text: command.text })];
    case 'confirm':
      // Pressed twice: the second time changes nothing and is no mistake.
      if (request.confirmed) return [];
      refuseUnlessResolved(request);
      return [RequesterConfirmed({ comment: command.comment })];
    case 'reject':
      refuseUnlessResolved(request);
      return [RequesterRejected({ messageId: command.messageId, reason: command.reason })];
    case 'ask-escalation':
      refuseUnlessMayAsk(request, at);
      return [RequesterAskedEscalation({ reason: command.reason })];
  }
};

/** The requester's side of a ticket. */
export const request = { initial: absent, decide, evolve };
