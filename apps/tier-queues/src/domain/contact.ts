import { DomainError } from '@tierline/contracts';
import type { Doer, Surroundings } from './command.ts';
import { contactOf, tierBelow, type Desk, type Tier } from './desk.ts';
import { isIn } from './guards.ts';
import { lastPlace, type KnownTicket } from './ticket.ts';

/** The tier whose people write for this one: itself, the next below that may, or null where nobody does. */
const writersOf = (desk: Desk, tier: Tier): Tier | null => {
  const policy = contactOf(tier);
  if (policy === 'internal') return null;
  const below = policy === 'public' ? null : tierBelow(desk, tier.rank);
  // Below the lowest tier is nobody who could write for it.
  return below === null ? tier : writersOf(desk, below);
};

/** The teams of the tier that had the ticket; where none had, all that work in it. */
const writingTeams = (ticket: KnownTicket, { tier }: Tier, { queues }: Desk): readonly string[] => {
  const had = ticket.previous.filter((place) => place.tier === tier);
  const places = had.length > 0 ? had : [...queues.values()].filter((queue) => queue.tier === tier);
  return places.map(({ team }) => team);
};

const isWriter = (ticket: KnownTicket, writers: Tier, agentId: string, { desk, teams }: Surroundings): boolean =>
  writingTeams(ticket, writers, desk).some((team) => isIn(teams, agentId, team));

const tierOf = (ticket: KnownTicket, { tiers }: Desk): Tier | null => {
  const place = lastPlace(ticket);
  return (place && tiers.get(place.tier)) ?? null;
};

const refuse = (code: string, message: string, contact: string): never => {
  throw new DomainError(code, message, 'forbidden', { conflict: { contact } });
};

/**
 * True when the agent writes for the ticket's tier by its contact policy, though not of its team: those of the lower
 * tier speak with the requester.
 */
export const writesFor = (ticket: KnownTicket, { agentId }: Doer, around: Surroundings): boolean => {
  const tier = tierOf(ticket, around.desk);
  const writers = tier && writersOf(around.desk, tier);
  return !!writers && writers.tier !== tier.tier && isWriter(ticket, writers, agentId, around);
};

/**
 * Refuses a word to the requester that the contact policy of the ticket's tier does not allow: `contact_internal`
 * where nobody of it writes, `contact_via_lower` where the lower tier does. Leads may, whatever it says.
 */
export const requireContact = (ticket: KnownTicket, by: Doer, around: Surroundings): void => {
  const tier = tierOf(ticket, around.desk);
  if (by.lead || !tier) return;
  const writers = writersOf(around.desk, tier);
  if (writers === null)
    return refuse(
      'contact_internal',
      `${tier.name} does not write to requesters. Write a note, or return the ticket with what to tell.`,
      'internal',
    );
  if (writers.tier === tier.tier || isWriter(ticket, writers, by.agentId, around)) return;
  refuse(
    'contact_via_lower',
    `${writers.name} writes to requesters for ${tier.name}. Write a note for them, or return the ticket.`,
    'via-lower',
  );
};
