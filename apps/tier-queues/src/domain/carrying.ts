import { TicketClaimed, is } from '@tierline/contracts';
import type { Command } from './command.ts';
import { ticketRules } from './decide.ts';
import { weightOf } from './desk.ts';
import type { TicketFact } from './facts.ts';
import type { Person } from './people.ts';
import type { Ticket } from './ticket.ts';

/** People whose load grows with what is decided. */
export type Carriers = Map<string, Person>;

/** Who has the ticket after the facts, where they gave it to somebody. */
const takerOf = (facts: readonly TicketFact[], before: Ticket, at: string): { owner: string; after: Ticket } | null => {
  if (!facts.some((fact) => is(TicketClaimed, fact))) return null;
  const after = facts.reduce<Ticket>((ticket, fact) => ticketRules.evolve(ticket, fact, at), before);
  const isCarried = after.state === 'ASSIGNED' || after.state === 'IN_PROGRESS';
  return isCarried && after.owner !== null ? { owner: after.owner, after } : null;
};

/**
 * The rules for work that is decided together: whoever was given a ticket carries it for all that is decided after it.
 * Loads are read once, before any of it. What somebody lets go of meanwhile still counts until the next time.
 */
export const rulesAmong = (all: readonly Carriers[]): typeof ticketRules => ({
  ...ticketRules,
  decide: (command: Command, ticket: Ticket, at: string) => {
    const facts = ticketRules.decide(command, ticket, at);
    const people = all.find((carriers) => carriers === command.around.people);
    const taken = people && takerOf(facts, ticket, at);
    const person = taken && people.get(taken.owner);
    if (person && taken.after.state !== 'ABSENT')
      people.set(taken.owner, {
        ...person,
        load: person.load + weightOf(taken.after.priority, command.around.desk.limits),
      });
    return facts;
  },
});
