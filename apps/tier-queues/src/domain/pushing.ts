import { AssignmentFailed, TicketClaimed, type Assignment } from '@tierline/contracts';
import type { Push, Surroundings } from './command.ts';
import type { Desk, Queue } from './desk.ts';
import { shortcomings, type Work } from './eligibility.ts';
import type { TicketFact } from './facts.ts';
import { bothNeeds, lowest, needsOfQueue, ownNeeds } from './needs.ts';
import type { Person } from './people.ts';
import { isAtHand } from './shifts.ts';
import type { KnownTicket } from './ticket.ts';
import { after, isLater, minute } from './time.ts';

/** How tickets are given without being asked for. */
export type PushStrategy = Exclude<Assignment, 'pull'>;

/** Somebody who let a ticket lie does not get the same one again for so long. */
const pause = 10 * minute;

/** How the ticket is given where it is: as its route says there, else as the queue does; null when it waits to be taken. */
export const strategyOf = (ticket: KnownTicket, queue: Queue): PushStrategy | null => {
  const own = ticket.needs && ticket.needs.queue === queue.queue ? ticket.needs.assignment : null;
  const assignment = own ?? queue.assignment ?? 'pull';
  return assignment === 'pull' ? null : assignment;
};

/** In turn: those after the last one come first. */
const inTurn = (people: readonly Person[], last: string | null): Person[] => {
  const ids = [...people].sort((one, other) => (one.agent.agentId < other.agent.agentId ? -1 : 1));
  if (last === null) return ids;
  return [...ids.filter(({ agent }) => agent.agentId > last), ...ids.filter(({ agent }) => agent.agentId <= last)];
};

/** How far somebody's skills reach in what is needed. */
const fitOf = ({ agent }: Person, { queue, needs }: Work): number =>
  bothNeeds(needsOfQueue(queue), needs).skills.reduce((sum, { skill }) => {
    const held = agent.skills?.find((one) => one.skill === skill);
    return sum + (held?.level ?? lowest);
  }, 0);

/** Whom of these the strategy gives the work; null when there is nobody. `last` got the last one in this queue. */
export const choose = (
  strategy: PushStrategy,
  people: readonly Person[],
  work: Work,
  last: string | null,
): Person | null => {
  const turn = inTurn(people, last);
  const best = (better: (one: Person, other: Person) => number) => [...turn].sort(better)[0] ?? null;
  switch (strategy) {
    case 'round-robin':
      return turn[0] ?? null;
    case 'least-loaded':
      return best((one, other) => one.load - other.load);
    case 'skill-matched':
      return best((one, other) => fitOf(other, work) - fitOf(one, work) || one.load - other.load);
  }
};

const mayHave = (ticket: KnownTicket, { agent: { agentId } }: Person, at: string): boolean => {
  const { lapsed } = ticket;
  return lapsed?.agentId !== agentId || isLater(at, after(lapsed.at, pause));
};

/** Who of the team may be given the ticket now, and why nobody may. */
export const takersOf = (
  ticket: KnownTicket,
  queue: Queue,
  team: readonly Person[],
  desk: Pick<Desk, 'book' | 'limits' | 'absences'>,
  at: string,
): { readonly takers: readonly Person[]; readonly work: Work; readonly why: string } => {
  const work = { queue, needs: ownNeeds(ticket.needs, queue.queue), priority: ticket.priority };
  const there = team.filter((person) => isAtHand(person, desk, at));
  if (there.length === 0) return { takers: [], work, why: `Nobody of team ${queue.team} is there.` };
  const judged = there.map((person) => ({
    person,
    found: shortcomings(person.agent.agentId, person, work, desk, at),
  }));
  const able = judged.flatMap(({ person, found }) => (found.length === 0 ? [person] : []));
  const takers = able.filter((person) => mayHave(ticket, person, at));
  const reasons = judged.flatMap(({ found }) => found.slice(0, 1).map(({ message }) => message));
  const why = able.length > 0 ? 'Who may have it has just let it lie.' : reasons.slice(0, 5).join(' ');
  return { takers, work, why };
};

/** Gives the ticket to the agent who was chosen, or notes once why there is none. */
export const push = (ticket: KnownTicket, act: Push, { desk, people }: Surroundings, at: string): TicketFact[] => {
  const queue = ticket.place && desk.queues.get(ticket.place.queue);
  if (ticket.state !== 'QUEUED' || !ticket.place || !queue) return [];
  const { agentId, assignment, reason } = act;
  if (agentId === null)
    return ticket.waitsFor === undefined ? [AssignmentFailed({ ...ticket.place, assignment, reason })] : [];
  const person = people?.get(agentId);
  const { takers } = takersOf(ticket, queue, person ? [person] : [], desk, at);
  return takers.length > 0 ? [TicketClaimed({ ...ticket.place, agentId, assignment })] : [];
};
