import { DomainError, OpeningAsked, TicketLinked, TicketUnlinked, type LinkKind } from '@tierline/contracts';
import type { Link, Offspring } from './beside.ts';
import type { AddLink, BeLinked, BeUnlinked, Doer, RemoveLink, RequesterSays, Split, Surroundings } from './command.ts';
import type { TicketFact } from './facts.ts';
import { inState, openStates, requireTeam } from './guards.ts';
import type { KnownTicket } from './ticket.ts';

const opposites: Readonly<Record<LinkKind, LinkKind>> = {
  relates: 'relates',
  blocks: 'blocked-by',
  'blocked-by': 'blocks',
  'parent-of': 'child-of',
  'child-of': 'parent-of',
};

/** How the other ticket sees the link. */
export const oppositeOf = (kind: LinkKind): LinkKind => opposites[kind];

const refuse = (path: string, code: string, message: string): never => {
  throw new DomainError(code, `${path}: ${message}.`, 'refused', { fields: [{ path, message }] });
};

const linkable = ['NEW', 'QUEUED', 'ASSIGNED', 'IN_PROGRESS', 'PENDING', 'RESOLVED', 'CLOSED'] as const;

const sameLink = (link: Link, kind: LinkKind, ticketId: string) => link.kind === kind && link.ticketId === ticketId;

const hasLink = (ticket: KnownTicket, kind: LinkKind, to: string): boolean =>
  ticket.beside.links.some((link) => sameLink(link, kind, to));

/** The one parent that a ticket may have. */
const parentOf = (ticket: KnownTicket): Link | undefined => ticket.beside.links.find(({ kind }) => kind === 'child-of');

const requireOneParent = (child: KnownTicket): void => {
  const parent = parentOf(child);
  if (parent) refuse('to', 'has_parent', `T-${child.number} is a child of T-${parent.number} already`);
};

const requireMayLink = (ticket: KnownTicket, kind: LinkKind, by: Doer, around: Surroundings): void => {
  if (kind === 'parent-of' || kind === 'child-of') inState(ticket, 'make it a parent or child', openStates);
  else inState(ticket, 'link', linkable);
  requireTeam(ticket, by, around);
};

export const addLink = (ticket: KnownTicket, act: AddLink, around: Surroundings): TicketFact[] => {
  const { by, kind, to } = act;
  requireMayLink(ticket, kind, by, around);
  if (to === act.id) refuse('to', 'same_ticket', 'a ticket cannot be linked to itself');
  const other = around.others?.get(to) ?? refuse('to', 'target_absent', 'there is no such ticket');
  if (hasLink(ticket, kind, to)) return [];
  const states: readonly string[] = kind === 'parent-of' || kind === 'child-of' ? openStates : linkable;
  if (!states.includes(other.state)) refuse('to', 'target_ended', `T-${other.number} is ${other.state}`);
  if (kind === 'parent-of') requireOneParent(other);
  if (kind === 'child-of') requireOneParent(ticket);
  if (around.closesCycle) refuse('to', 'cycle', `T-${other.number} leads back to T-${ticket.number}`);
  return [TicketLinked({ kind, to: { ticketId: to, number: other.number }, agentId: by.agentId })];
};

/** The other side of a link that was made. */
export const beLinked = (ticket: KnownTicket, { by, kind, to }: BeLinked): TicketFact[] =>
  hasLink(ticket, kind, to.ticketId) ? [] : [TicketLinked({ kind, to, agentId: by.agentId })];

export const removeLink = (ticket: KnownTicket, { by, kind, to }: RemoveLink, around: Surroundings): TicketFact[] => {
  requireTeam(ticket, by, around);
  const link = ticket.beside.links.find((one) => sameLink(one, kind, to));
  if (!link) return refuse('to', 'not_linked', 'there is no such link');
  return [TicketUnlinked({ kind, to: { ticketId: to, number: link.number }, agentId: by.agentId })];
};

/** The other side of a link that is gone. */
export const beUnlinked = (ticket: KnownTicket, { by, kind, to }: BeUnlinked): TicketFact[] =>
  hasLink(ticket, kind, to.ticketId) ? [TicketUnlinked({ kind, to, agentId: by.agentId })] : [];

/** A part of the ticket becomes a ticket of its own; intake opens it. */
export const split = (ticket: KnownTicket, act: Split, around: Surroundings): TicketFact[] => {
  const { by, newTicketId, subject, description, category } = act;
  inState(ticket, 'split', openStates);
  requireTeam(ticket, by, around);
  return [
    OpeningAsked({
      newTicketId,
      kind: 'split',
      subject,
      description,
      category: category ?? null,
      agentId: by.agentId,
    }),
  ];
};

const longestSubject = 300;

type Said = Omit<RequesterSays, 'type'>;

/** A ticket that follows another one, as it stands. */
export type FollowUp = Pick<KnownTicket, 'requesterId' | 'state'> & { readonly ticketId: string };

const goingOn: readonly string[] = [...openStates, 'RESOLVED', 'MERGED'];

/** The ticket in which what this requester writes late goes on: the last follow-up of his or hers that has not ended. */
export const goingOnIn = (
  ticket: KnownTicket,
  { requesterId = ticket.requesterId }: Pick<Said, 'requesterId'>,
  followUps: readonly FollowUp[] = [],
): string | null =>
  followUps.findLast((one) => one.requesterId === requesterId && goingOn.includes(one.state))?.ticketId ?? null;

/**
 * The requester wrote when the ticket could not be reopened any more: intake opens one that follows it, unless one does
 * in which it goes on.
 */
export const followUp = (ticket: KnownTicket, said: Said, { followUps }: Surroundings): TicketFact[] => {
  const { text, followUpId, requesterId } = said;
  if (text === undefined || followUpId === undefined || goingOnIn(ticket, said, followUps) !== null) return [];
  const asked = {
    newTicketId: followUpId,
    kind: 'follow-up',
    subject: `Follow-up: ${ticket.subject}`.slice(0, longestSubject).trim(),
    description: text,
    category: null,
    agentId: null,
  } as const;
  return [OpeningAsked(requesterId === undefined ? asked : { ...asked, requesterId })];
};

export const linksAfter = (links: readonly Link[], fact: TicketFact): readonly Link[] => {
  switch (fact.type) {
    case TicketLinked.type:
      return [...links, { kind: fact.data.kind, ...fact.data.to }];
    case TicketUnlinked.type:
      return links.filter((link) => !sameLink(link, fact.data.kind, fact.data.to.ticketId));
    default:
      return links;
  }
};

export const offspringAfter = (offspring: readonly Offspring[], fact: TicketFact): readonly Offspring[] =>
  fact.type === OpeningAsked.type
    ? [...offspring, { ticketId: fact.data.newTicketId, kind: fact.data.kind }]
    : offspring;
