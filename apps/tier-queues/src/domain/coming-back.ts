import { absenceAt, awayWords } from './absences.ts';
import type { Doer, Surroundings } from './command.ts';
import type { Place } from './desk.ts';
import { shortcomings } from './eligibility.ts';
import { isIn } from './guards.ts';
import { ownNeeds } from './needs.ts';
import type { Person } from './people.ts';
import { isAtHand } from './shifts.ts';
import type { KnownTicket } from './ticket.ts';

type Return = {
  /** Who had it last. */
  readonly agentId: string;
  readonly place: Place;
  /** Who takes it up again, where an agent does. */
  readonly by?: Doer | undefined;
  readonly at: string;
};

const notThere = ({ agent, presence }: Person): string =>
  presence === 'busy' ? `${agent.agentId} is busy.` : `${agent.agentId} has not said to be present.`;

/** Why the ticket does not come back to who had it last; null when it does. Whoever takes it up alone is there. */
export const whyPassedOver = (
  ticket: KnownTicket,
  { agentId, place, by, at }: Return,
  { desk, teams, people }: Surroundings,
): string | null => {
  if (!isIn(teams, agentId, place.team)) return `${agentId} is not in team ${place.team} any more.`;
  const person = people?.get(agentId);
  if (!person) return `It is not known whether ${agentId} is there.`;
  const { needs, priority } = ticket;
  const work = { queue: desk.queues.get(place.queue), needs: ownNeeds(needs, place.queue), priority };
  const found = shortcomings(agentId, person, work, desk, at);
  if (found.length > 0) return found.map(({ message }) => message).join(' ');
  if (by?.agentId === agentId) return null;
  const absence = absenceAt(desk, agentId, at);
  if (absence) return `${awayWords(absence)}.`;
  return isAtHand(person, desk, at) ? null : notThere(person);
};
