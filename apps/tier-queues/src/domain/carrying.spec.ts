import { TicketClaimed, TicketReopened, type Priority } from '@tierline/contracts';
import { monday } from '@tierline/testing/rules';
import { rulesAmong } from './carrying.ts';
import type { Act } from './command.ts';
import { ticketRules } from './decide.ts';
import type { Desk } from './desk.ts';
import { desk, doing, lea, present, resolved, waiting } from './example.ts';
import type { TicketFact } from './facts.ts';
import type { Ticket } from './ticket.ts';

const ticket = (facts: readonly unknown[], priority: Priority = 'P2'): Ticket =>
  ({
    ...(facts as readonly TicketFact[]).reduce<Ticket>(
      (state, fact) => ticketRules.evolve(state, fact, monday),
      ticketRules.initial,
    ),
    priority,
  }) as Ticket;

const roomFor = (capacity: number, more: Partial<Desk['limits']> = {}): Desk => ({
  ...desk,
  limits: { ...desk.limits, ...more },
  queues: new Map([...desk.queues].map(([id, queue]) => [id, { ...queue, capacity }])),
});

/** What comes of acts that are decided one after the other in the same work, all of them on tickets that Tom had. */
const together = (on: Desk, load: number, ...work: (readonly [Act, Ticket])[]) => {
  const people = new Map([present('tom', { load })]);
  const rules = rulesAmong([people]);
  return work.map(([act, state]) => rules.decide(doing(act, on, { people }), state, monday));
};
const isTaken = (facts: readonly TicketFact[]) => facts.some(({ type }) => type === TicketClaimed.type);
const replied: Act = { type: 'requester-replied' };

describe('tickets that come back in the same work', () => {
  it('go to their owner only as long as there is room', () => {
    const facts = together(roomFor(2), 1, [replied, ticket(resolved)], [replied, ticket(resolved)]);
    expect(facts.map(isTaken)).toEqual([true, false]);
    expect(facts[1]![0]).toMatchObject({
      type: TicketReopened.type,
      data: { passedOver: { agentId: 'tom', reason: 'tom has 2 of 2 tickets at once.' } },
    });
  });
  it('take as much room as they weigh', () => {
    const on = roomFor(4, { weights: { P1: 3 } });
    const work = (['P1', 'P2', 'P1'] as const).map((priority) => [replied, ticket(resolved, priority)] as const);
    expect(together(on, 0, ...work).map(isTaken)).toEqual([true, true, false]);
  });
  it('find the room that others took in the same work', () => {
    const assigned: Act = { type: 'assign', by: lea, agentId: 'tom' };
    expect(together(roomFor(1), 0, [assigned, ticket(waiting)], [replied, ticket(resolved)]).map(isTaken)).toEqual([
      true,
      false,
    ]);
  });
});

it('leaves people alone who were looked up for one piece of the work', () => {
  const own = new Map([present('tom')]);
  rulesAmong([]).decide(doing(replied, roomFor(1), { people: own }), ticket(resolved), monday);
  expect(own.get('tom')).toMatchObject({ load: 0 });
});
