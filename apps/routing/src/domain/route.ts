import {
  DomainError,
  PriorityChanged,
  TicketCancelled,
  TicketClosed,
  TicketEscalated,
  TicketOpened,
  TicketResolved,
  TicketRouted,
  type ExplanationStep,
  type FactOf,
  type Priority,
  type TicketType,
} from '@tierline/contracts';
import { decideEntry, type Decision } from './decision.ts';
import { emptyDesk, lowestTier, type Surroundings } from './desk.ts';
import { decideEscalation } from './escalation.ts';
import type { TicketFacts } from './rule.ts';
import { step } from './ruling.ts';

/** A route that is asked for and not decided yet. Null: the entry of an opened ticket. */
export type Pending = { toTier: string | null; toQueue: string | null };

/** What routing knows of a ticket. */
export type RoutedTicket = {
  facts: TicketFacts;
  /** Routes asked for so far, the pending one included. */
  hop: number;
  pending: Pending | null;
  /** As the latest route said, or a change since; null before the first. */
  priority: Priority | null;
  type: TicketType | null;
  /** The number that people know it by, and when it was opened; null for tickets of before they were kept. */
  number: number | null;
  openedAt: string | null;
};

/** A ticket beside its surroundings, so that the decision is a function of both. */
export type Route = Surroundings & { ticket: RoutedTicket | null };

/**
 * Decide the pending route. `patient`: while no tier of rank 1 is known, the desk counts as still arriving
 * and the ticket waits, so that it does not fall into a higher tier that happened to arrive first.
 */
export type Command = { type: 'route'; patient: boolean } | Reroute;
/** Decide again where a ticket in this tier goes; nothing happens while a route is pending. */
export type Reroute = {
  type: 'reroute';
  tier: string;
  /** What it is about, as it turned out. */
  category?: string | undefined;
  asked: NonNullable<FactOf<typeof TicketRouted>['data']['asked']>;
};
export type RouteEvent = FactOf<typeof TicketRouted>;
export type Observed = FactOf<
  | typeof TicketOpened
  | typeof TicketEscalated
  | typeof PriorityChanged
  | typeof TicketResolved
  | typeof TicketClosed
  | typeof TicketCancelled
>;

const decisionFor = (around: Route, ticket: RoutedTicket, patient: boolean, at: string): Decision | null => {
  const { facts, pending, priority, type } = ticket;
  if (!pending || (patient && lowestTier(around.desk)?.rank !== 1)) return null;
  const { toTier, toQueue } = pending;
  if (toTier === null) return decideEntry({ ticket: facts, at }, around);
  // A ticket may go up before its entry could be decided: then priority and type are those of its entry.
  const entry = priority && type ? { priority, type } : decideEntry({ ticket: facts, at }, around);
  if (!entry) return null;
  return decideEscalation({ ticket: facts, at, priority: entry.priority, type: entry.type, toTier, toQueue }, around);
};

const isMoreUrgent = (one: Priority, other: Priority): boolean => one < other;

const categorySteps = (wanted: string | undefined, now: string | null, { desk }: Route): ExplanationStep[] => {
  if (wanted === undefined) return [];
  const why = desk.categories.has(wanted)
    ? 'it turned out to be this'
    : `it is not in the catalogue; ${now === null ? 'none is given, as before' : `${now} stays`}`;
  return [step(`category ${wanted}`, desk.categories.has(wanted), why)];
};

/** A ticket that has gone up is routed within its tier; one that is back in the lowest, as it was opened. */
const decideAgain = ({ tier, category: wanted, asked }: Reroute, around: Route, at: string): readonly RouteEvent[] => {
  const { ticket } = around;
  if (!ticket || ticket.pending || !ticket.priority || !ticket.type) return [];
  const { hop, priority } = ticket;
  const known = around.desk.categories.get(wanted ?? '');
  const facts = known ? { ...ticket.facts, category: known.category } : ticket.facts;
  const type = known?.type ?? ticket.type;
  const isEntry = hop === 1 || tier === lowestTier(around.desk)?.tier;
  const decision = isEntry
    ? decideEntry({ ticket: facts, at }, around)
    : decideEscalation({ ticket: facts, at, priority, type, toTier: tier, toQueue: null }, around);
  if (!decision) return [];
  const stays = isMoreUrgent(priority, decision.priority);
  const explanation = [
    step('routed again', true, `${asked.by} asks for it: ${asked.reason}`),
    ...categorySteps(wanted, facts.category, around),
    ...(isEntry ? decision.explanation : decision.explanation.slice(1)),
    ...(stays ? [step('priority', true, `it stays ${priority}: routed again, nothing becomes less urgent`)] : []),
  ];
  const { category, impact, urgency } = facts;
  const again = { ...decision, priority: stays ? priority : decision.priority, asked, explanation };
  return [TicketRouted({ hop, category, impact, urgency, ...again })];
};

/** Nothing happens when no route is pending, or while the tier it needs is not known. */
const decide = (command: Command, route: Route, at: string): readonly RouteEvent[] => {
  const { ticket } = route;
  if (command.type === 'reroute') return decideAgain(command, route, at);
  if (!ticket) throw new DomainError('ticket_absent', 'Routing never saw this ticket being opened.', 'absent');
  const decision = decisionFor(route, ticket, command.patient, at);
  if (!decision) return [];
  const { category, impact, urgency } = ticket.facts;
  return [TicketRouted({ hop: ticket.hop, category, impact, urgency, ...decision })];
};

const factsOf = ({ data }: FactOf<typeof TicketOpened>): TicketFacts => ({
  category: data.category,
  channel: data.channel,
  impact: data.impact,
  urgency: data.urgency,
  organisation: data.organisation,
  requesterId: data.requesterId,
  subject: data.subject,
  description: data.description,
});

const entry: Pending = { toTier: null, toQueue: null };

const openedAs = (event: FactOf<typeof TicketOpened>, openedAt: string): RoutedTicket => {
  const { number } = event.data;
  return { facts: factsOf(event), hop: 1, pending: entry, priority: null, type: null, number, openedAt };
};

const factsAfter = (facts: TicketFacts, { data: { category } }: RouteEvent): TicketFacts =>
  category === facts.category ? facts : { ...facts, category };

const ticketAfter = (ticket: RoutedTicket | null, event: RouteEvent | Observed, at: string): RoutedTicket | null => {
  if (event.type === TicketOpened.type) return ticket ?? openedAs(event, at);
  if (!ticket) return ticket;
  switch (event.type) {
    case TicketEscalated.type: {
      const { toTier, toQueue } = event.data;
      return { ...ticket, hop: ticket.hop + 1, pending: { toTier, toQueue } };
    }
    case PriorityChanged.type:
      return { ...ticket, priority: event.data.to };
    case TicketRouted.type:
      return {
        ...ticket,
        facts: factsAfter(ticket.facts, event),
        pending: null,
        priority: event.data.priority,
        type: event.data.type,
      };
    case TicketResolved.type:
    case TicketClosed.type:
    case TicketCancelled.type:
      return ticket.pending ? { ...ticket, pending: null } : ticket;
  }
};

const evolve = (route: Route, event: RouteEvent | Observed, at: string): Route => {
  const ticket = ticketAfter(route.ticket, event, at);
  return ticket === route.ticket ? route : { ...route, ticket };
};

export const route = { initial: { desk: emptyDesk, loads: new Map(), ticket: null } as Route, decide, evolve };
