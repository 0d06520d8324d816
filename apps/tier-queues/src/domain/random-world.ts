import { DomainError, TicketClaimed, TicketOpened, TicketRouted, events } from '@tierline/contracts';
import fc from 'fast-check';
import { counterpartsOf } from '../counterparts.ts';
import type { Act, Surroundings } from './command.ts';
import type { Desk } from './desk.ts';
import { ticketRules } from './decide.ts';
import { doing, opened, routed, serviceDesk } from './example.ts';
import type { NotedFact, TicketFact } from './facts.ts';
import { oppositeOf } from './linking.ts';
import { isOpen } from './snapshot.ts';
import { awaitedRoute, type KnownTicket, type Ticket } from './ticket.ts';
import { timersOf, type TimerKind } from './timers.ts';
import { after, isLater, second } from './time.ts';
import { actOf, ids, kinds, type Roll } from './world-example.ts';

// Random acts on a small world of tickets, and what has to hold after each, for the specs.

const { decide, evolve, initial } = ticketRules;
const monday = '2026-01-05T08:00:00.000Z';

type Dated = { readonly fact: TicketFact | NotedFact; readonly at: string };
type Kept = { state: KnownTicket; story: Dated[] };
/** Tickets of one desk, which may change to another edition of itself. */
export type World = { readonly tickets: Map<string, Kept>; at: string; on: Desk; readonly desks: readonly Desk[] };

/** What became of the commands: how often each kind did something, and with which codes it was refused. */
export type Tally = { readonly done: Map<string, number>; readonly refused: Map<string, Set<string>> };

/** Commands of one world. */
export const commands = 250;
const runbook = [{ step: 'unlock', text: 'Unlock the account' }];

/** Refusals must leave no trace, and nothing may change a state in place. */
const frozen = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(frozen);
  return Object.freeze(value);
};

/** A ticket as its story alone makes it. */
export const folded = (story: readonly Dated[]): Ticket =>
  story.reduce<Ticket>((state, { fact, at }) => evolve(state, fact, at), initial);

/** Four tickets that just came, two of them routed. */
export const begin = (desks: readonly Desk[]): World => {
  const tickets = new Map<string, Kept>();
  ids.forEach((id, index) => {
    const own = TicketOpened({ ...opened.data, number: 1_000 + index, requesterId: `requester-${index % 2}` });
    const story: Dated[] = [{ fact: own, at: monday }];
    if (index % 2 === 0) story.push({ fact: routed(serviceDesk), at: monday });
    tickets.set(id, { state: frozen(folded(story)) as KnownTicket, story });
  });
  return { tickets, at: monday, on: desks[0]!, desks };
};

const reaches = (world: World, kind: string, from: string, to: string, seen = new Set<string>()): boolean => {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  const links = world.tickets.get(from)?.state.beside.links ?? [];
  return links.some((link) => link.kind === kind && reaches(world, kind, link.ticketId, to, seen));
};

const circles = (world: World, act: Act): boolean => {
  if (act.type !== 'link' || act.kind === 'relates') return false;
  const forwards = act.kind === 'parent-of' || act.kind === 'blocks';
  const kind = act.kind === 'parent-of' || act.kind === 'child-of' ? 'parent-of' : 'blocks';
  return forwards ? reaches(world, kind, act.to, act.id) : reaches(world, kind, act.id, act.to);
};

const around = (world: World, id: string, act: Act): Partial<Surroundings> => {
  const others = new Map([...world.tickets].map(([key, { state }]) => [key, state]));
  const children = (others.get(id)?.beside.links ?? []).filter(({ kind }) => kind === 'parent-of');
  const openChildren = children.filter(({ ticketId }) => isOpen(others.get(ticketId)!)).length;
  return { others, openChildren, closesCycle: circles(world, act), isCategory: true, runbook };
};

/** `expect` costs more than a decision; what is asserted a million times is asserted by hand. */
const must = (holds: boolean, what: string, found?: unknown): void => {
  if (!holds) throw new Error(`${what}: ${JSON.stringify(found)}`);
};

const apply = (kept: Kept, facts: readonly (TicketFact | NotedFact)[], at: string): void => {
  for (const fact of facts) {
    if (fact.type === TicketClaimed.type) must(kept.state.owner === null, 'claimed while owned', kept.state);
    must(events.get(fact.type)!.schema.safeParse(fact.data).success, 'a fact without its declared shape', fact);
    kept.state = frozen(evolve(kept.state, fact, at)) as KnownTicket;
    kept.story.push({ fact, at });
  }
};

/** What a command decides for its ticket and for those that it involves; nothing of it where one refuses. */
const decided = (world: World, id: string, act: Act) => {
  const own = world.tickets.get(id)!.state;
  const more = around(world, id, act);
  const facts = decide(doing(act, world.on, more), own, world.at);
  const involved = 'by' in act ? counterpartsOf(id, act, more.others) : [];
  return [
    { id, facts },
    ...involved.map((piece) => ({
      id: piece.id,
      facts: decide(doing(piece.command, world.on), world.tickets.get(piece.id)!.state, world.at),
    })),
  ];
};

const checkOpen = (ticket: KnownTicket, timers: readonly TimerKind[]): void => {
  const { state, owner, place } = ticket;
  const awaits = awaitedRoute(ticket) !== null;
  must(place !== null || awaits, 'open without a queue or a route', ticket);
  must(timers.length > 0, 'open without a deadline', ticket);
  must(!awaits || timers.includes('unrouted'), 'waits for a route without a timer', ticket);
  must(state !== 'PENDING' || timers.includes('wake-up'), 'held without a wake-up', ticket);
  must(!(state === 'NEW' || state === 'QUEUED') || owner === null, 'waits with an owner', ticket);
  const worked = state === 'ASSIGNED' || state === 'IN_PROGRESS';
  must(!worked || (owner !== null && place !== null), 'worked on by nobody or nowhere', ticket);
};

const checkState = (ticket: KnownTicket, { at, on }: World): void => {
  const timers = timersOf(ticket, on, at).map(({ kind }) => kind);
  if (isOpen(ticket)) return checkOpen(ticket, timers);
  const wanted = ticket.state === 'RESOLVED' ? 'close' : '';
  must(timers.join() === wanted, 'ended with a timer', { ticket, timers });
  must(!['MERGED', 'SPAM'].includes(ticket.state) || ticket.owner === null, 'ended with an owner', ticket);
};

/** What two tickets say of each other is the same from both sides. */
const checkRelations = ({ tickets }: World): void => {
  const besideOf = (id: string) => tickets.get(id)!.state.beside;
  for (const [id, { state }] of tickets) {
    const { links, parts } = state.beside;
    for (const { kind, ticketId } of links)
      must(
        besideOf(ticketId).links.some((back) => back.kind === oppositeOf(kind) && back.ticketId === id),
        'a link on one ticket only',
        state,
      );
    must(links.filter(({ kind }) => kind === 'child-of').length < 2, 'two parents', state);
    for (const { ticketId } of parts) {
      const part = tickets.get(ticketId)!.state;
      must(part.state === 'MERGED' && part.into.ticketId === id, 'carries what is not merged', state);
    }
    if (state.state === 'MERGED')
      must(
        besideOf(state.into.ticketId).parts.some((part) => part.ticketId === id),
        'merged and not carried',
        state,
      );
  }
};

/** What was noted from other services before the command, as the event handlers do. */
const noted = (world: World, kept: Kept, act: Act): void => {
  if (act.type !== 'route') return;
  const data = { ...TicketRouted.example, hop: act.hop, tier: act.tier, queue: act.queue };
  apply(kept, [TicketRouted(data)], world.at);
};

/** Another edition of the desk is in force, and the clocks of all tickets follow it, as they do in batches. */
const changeDesk = (world: World, on: Desk): void => {
  world.on = on;
  for (const kept of world.tickets.values()) {
    const act: Act = { type: 'keep-time', cause: 'policy-changed' };
    apply(kept, decide(doing(act, on), kept.state, world.at), world.at);
  }
};

/** Something went wrong with time itself: no rule that may refuse. */
const isOfTime = ({ code }: DomainError): boolean => /^(calendar|clock|working|instant)_/.test(code);

/** Does what the roll says, and checks what holds whatever happens; a refusal has to leave no trace. */
export const play = (world: World, roll: Roll, { done, refused }: Tally): void => {
  if (roll.n % 50 === 0) changeDesk(world, world.desks[roll.other % world.desks.length]!);
  const id = ids[roll.ticket % ids.length]!;
  const kept = world.tickets.get(id)!;
  world.at = after(world.at, roll.wait * second);
  const timers = timersOf(kept.state, world.on, world.at);
  const act = actOf(roll, kept.state, timers, after(world.at, 86_400 * second));
  if (act.type === 'fire' && roll.kind === 'fire' && timers.length > 0) {
    const { due } = timers[roll.n % timers.length]!;
    if (isLater(due, world.at)) world.at = due;
  }
  noted(world, kept, act);
  const before = [...world.tickets].map(([, { state }]) => state);
  try {
    const results = decided(world, id, act);
    for (const { id: changed, facts } of results) apply(world.tickets.get(changed)!, facts, world.at);
    if (results[0]!.facts.length > 0) done.set(roll.kind, (done.get(roll.kind) ?? 0) + 1);
  } catch (error) {
    if (!(error instanceof DomainError) || isOfTime(error)) throw error;
    refused.set(roll.kind, (refused.get(roll.kind) ?? new Set()).add(error.code));
    const now = [...world.tickets].map(([, { state }]) => state);
    must(
      now.every((state, index) => state === before[index]),
      'a refusal that left a trace',
      act,
    );
    return;
  }
  for (const { state } of world.tickets.values()) checkState(state, world);
  checkRelations(world);
};

/** What happens in one world. */
export const rolls = fc.array(
  fc.record<Roll>({
    kind: fc.constantFrom(...kinds),
    ticket: fc.nat(3),
    other: fc.nat(3),
    who: fc.nat(7),
    n: fc.nat(1_000),
    wait: fc.oneof({ weight: 6, arbitrary: fc.nat(5) }, { weight: 1, arbitrary: fc.nat(100_000) }),
  }),
  { minLength: commands, maxLength: commands },
);
