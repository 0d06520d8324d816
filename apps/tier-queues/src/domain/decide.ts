import { DomainError, TicketClosed } from '@tierline/contracts';
import { lapse } from './acceptance.ts';
import { askedEscalation } from './attention.ts';
import { closeQueue, withHandingOn } from './closing.ts';
import type { Act, AgentAct, Command, Fire, Surroundings } from './command.ts';
import { requireNoOverlap } from './concurrency.ts';
import { note, reply } from './conversation.ts';
import { placeOf, type Desk } from './desk.ts';
import { cancel } from './ending.ts';
import { evolve } from './evolve.ts';
import type { TicketFact } from './facts.ts';
import { fireClock, stalled } from './falling-due.ts';
import { hold, resume, wokenUp } from './holding.ts';
import { withClocks } from './keeping-time.ts';
import { withRightsOver } from './leading.ts';
import { updateIsDue } from './major.ts';
import { mend } from './mending.ts';
import { mergedReply } from './merging.ts';
import { escalate, giveBack, transfer } from './moves.ts';
import { assign, claim, release, start } from './ownership.ts';
import { push } from './pushing.ts';
import { reopen, requesterSays, resolve } from './resolution.ts';
import { route, unrouted } from './routes.ts';
import { isOpen } from './snapshot.ts';
import { endShift } from './shift-end.ts';
import { decideTeamAct } from './team-acts.ts';
import { awaitedRoute, type KnownTicket, type Ticket } from './ticket.ts';
import { timersOf } from './timers.ts';

/** The ticket with its place as the desk has it now: a queue may have got another team, or moved to another tier. */
const withPlaceOfToday = (ticket: KnownTicket, desk: Desk): KnownTicket => {
  const place = ticket.place && placeOf(desk, ticket.place.queue);
  return place ? { ...ticket, place } : ticket;
};

const fire = (ticket: KnownTicket, act: Fire, around: Surroundings, at: string): TicketFact[] => {
  const { desk } = around;
  if (act.kind === 'breach' || act.kind === 'warning' || act.kind === 'overrun')
    return fireClock(ticket, act, desk, at);
  const { kind, generation } = act;
  if (kind === 'stakeholder-update') return isOpen(ticket) ? updateIsDue(ticket, generation, desk, at) : [];
  if (kind === 'stalled') {
    const isStill = timersOf(ticket, desk, at).some((timer) => timer.kind === kind);
    return isStill && Date.parse(at) >= generation ? stalled(ticket, desk, at) : [];
  }
  if (kind === 'acceptance') return ticket.state === 'ASSIGNED' ? lapse(ticket, desk, at) : [];
  if (generation !== ticket.armed) return [];
  const awaited = awaitedRoute(ticket);
  if (kind === 'unrouted' && awaited) return unrouted(ticket, awaited, desk, at);
  if (kind === 'wake-up' && ticket.state === 'PENDING') return wokenUp(ticket, around, at);
  if (kind === 'close' && ticket.state === 'RESOLVED') return [TicketClosed({ cause: 'timer' })];
  return [];
};

const decideAgentAct = (act: AgentAct, ticket: KnownTicket, around: Surroundings, at: string): TicketFact[] => {
  switch (act.type) {
    case 'claim':
      return claim(ticket, act, around, at);
    case 'assign':
      return assign(ticket, act, around, at);
    case 'start':
      return start(ticket, act);
    case 'release':
      return release(ticket, act);
    case 'reply':
      return reply(ticket, act, around);
    case 'note':
      return note(ticket, act, around);
    case 'hold':
      return hold(ticket, act, around, at);
    case 'resume':
      return resume(ticket, act, around, at);
    case 'transfer':
      return transfer(ticket, act, around, at);
    case 'escalate':
      return escalate(ticket, act, around);
    case 'return':
      return giveBack(ticket, act, around, at);
    case 'resolve':
      return resolve(ticket, act);
    case 'reopen':
      return reopen(ticket, act, around, at);
    case 'cancel':
      return cancel(ticket, act, around);
    default:
      return decideTeamAct(act, ticket, around, at);
  }
};

const decideAct = (act: Act, state: KnownTicket, around: Surroundings, at: string): TicketFact[] => {
  const ticket = withPlaceOfToday(state, around.desk);
  switch (act.type) {
    case 'route':
      return route(ticket, act, around.desk, at);
    case 'fire':
      return fire(ticket, act, around, at);
    case 'keep-time':
      return [];
    case 'push':
      return push(ticket, act, around, at);
    case 'end-shift':
      return endShift(ticket, act, around, at);
    case 'close-queue':
      return closeQueue(ticket, act, around, at);
    case 'mend':
      return mend(ticket, act.kind, {
        around,
        at,
        fire: (timer) => fire(ticket, { type: 'fire', ...timer }, around, at),
      });
    case 'requester-replied':
    case 'requester-rejected':
    case 'requester-confirmed':
      return requesterSays(ticket, act, around, at);
    case 'ask-escalation':
      return askedEscalation(ticket, act, around, at);
    case 'merged-reply':
      return mergedReply(ticket, act, around, at);
    default:
      requireNoOverlap(act, ticket, around.unseen ?? []);
      return decideAgentAct({ ...act, by: withRightsOver(ticket, act.by, around.desk, at) }, ticket, around, at);
  }
};

const decide = ({ act, around }: Command, state: Ticket, at: string): TicketFact[] => {
  if (state.state === 'ABSENT') {
    if ('by' in act) throw new DomainError('ticket_absent', 'There is no such ticket.', 'absent');
    return [];
  }
  const facts = withHandingOn(decideAct(act, state, around, at), act, state, around.desk, at);
  return withClocks(facts, act, state, around.desk, at);
};

const initial: Ticket = { state: 'ABSENT' };

/** The rules of a ticket from queued to closed. */
export const ticketRules = { initial, decide, evolve };
