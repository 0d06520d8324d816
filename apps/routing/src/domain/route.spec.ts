import {
  PriorityChanged,
  TicketCancelled,
  TicketClosed,
  TicketEscalated,
  TicketOpened,
  TicketResolved,
  TicketRouted,
} from '@tierline/contracts';
import { specFor } from '@tierline/testing/rules';
import { emptyDesk, type Desk } from './desk.ts';
import { route, type Command } from './route.ts';

const tiers = (...ranks: readonly number[]): Desk => ({
  ...emptyDesk,
  tiers: new Map(
    ranks.map((rank) => [
      `tier-${rank}`,
      { tier: `tier-${rank}`, name: `Tier ${rank}`, rank, defaultQueue: `desk-${rank}` },
    ]),
  ),
});
const on = (desk: Desk) => specFor({ ...route, initial: { desk, loads: new Map(), ticket: null } });
const { given } = on(tiers(1, 2, 3));

const command: Command = { type: 'route', patient: true };
const opened = TicketOpened({ ...TicketOpened.example, category: null });
const escalated = TicketEscalated(TicketEscalated.example);

const entry = TicketRouted({
  hop: 1,
  type: 'incident',
  category: null,
  impact: 'low',
  urgency: 'medium',
  priority: 'P3',
  tier: 'tier-1',
  queue: 'desk-1',
  fallback: true,
  explanation: [
    { rule: 'matrix', matched: true, why: 'impact low × urgency medium gives P3' },
    { rule: 'category', matched: false, why: 'no category is given' },
    {
      rule: 'fallback',
      matched: true,
      why: 'no rule and no category named a place: desk-1 is the default queue of tier-1, the lowest tier',
    },
  ],
});
const second = (hop: number, priority: 'P1' | 'P3') =>
  TicketRouted({
    ...entry.data,
    hop,
    priority,
    tier: 'tier-2',
    queue: 'desk-2',
    fallback: false,
    explanation: [
      { rule: 'escalation', matched: true, why: `it goes up to tier-2; priority stays ${priority}` },
      {
        rule: 'default queue',
        matched: true,
        why: 'nothing else named a queue: desk-2 is the default queue of tier-2',
      },
    ],
  });

describe('the routes of a ticket', () => {
  it('begin with its entry', () => given(opened).when(command).then(entry));

  it('go on with each escalation, and keep the priority of the entry', () => {
    const urgent = TicketRouted({ ...entry.data, priority: 'P1' });
    given(opened, urgent, escalated).when(command).then(second(2, 'P1'));
    given(opened, urgent, escalated, second(2, 'P1'), escalated).when(command).then(second(3, 'P1'));
  });

  it('go on with the priority that was raised since', () => {
    const raised = PriorityChanged({ from: 'P3', to: 'P1', reason: 'The solution was due.' });
    given(opened, entry, raised, escalated).when(command).then(second(2, 'P1'));
  });
  it('are decided again when a lead asks, and nothing becomes less urgent', () => {
    const asked = { by: 'lea.lead', reason: 'The rules have changed.', at: '2026-01-05T08:00:00.000Z' };
    const again: Command = { type: 'reroute', tier: 'tier-1', asked };
    const told = { rule: 'routed again', matched: true, why: 'lea.lead asks for it: The rules have changed.' };
    const entryAgain = (more: object, ...steps: object[]) =>
      TicketRouted({
        ...entry.data,
        ...more,
        asked,
        explanation: [told, ...entry.data.explanation, ...steps] as never,
      });
    given(opened, entry).when(again).then(entryAgain({}));
    const raised = PriorityChanged({ from: 'P3', to: 'P1', reason: 'The solution was due.' });
    const stays = {
      rule: 'priority',
      matched: true,
      why: 'it stays P1: routed again, nothing becomes less urgent',
    };
    given(opened, entry, raised)
      .when(again)
      .then(entryAgain({ priority: 'P1' }, stays));
    const up = second(2, 'P3');
    given(opened, entry, escalated, up)
      .when({ ...again, tier: 'tier-2' })
      .then(TicketRouted({ ...up.data, asked, explanation: [told, ...up.data.explanation.slice(1)] }));
    given(opened, entry, escalated, up)
      .when(again)
      .then(entryAgain({ hop: 2 }));
    given(opened).when(again).thenNothing();
    given().when(again).thenNothing();
  });
  it('follow what the ticket turned out to be about, if the catalogue knows it', () => {
    const asked = { by: 'tom.first', reason: 'It is the printer.', at: '2026-01-05T08:00:00.000Z' };
    const again = (category: string): Command => ({ type: 'reroute', tier: 'tier-1', category, asked });
    const printer = {
      category: 'printer',
      name: 'Printer',
      type: 'service-request',
      tier: 'tier-2',
      queue: null,
    } as const;
    const at = on({ ...tiers(1, 2, 3), categories: new Map([['printer', printer]]) }).given;
    const routed = at(opened, entry).when(again('printer')).events();
    expect(routed).toMatchObject([
      {
        data: {
          hop: 1,
          category: 'printer',
          type: 'service-request',
          tier: 'tier-2',
          explanation: [
            { rule: 'routed again' },
            { rule: 'category printer', matched: true, why: 'it turned out to be this' },
            { rule: 'matrix' },
            { rule: 'category printer', why: expect.stringContaining('its place is tier-2/desk-2') as unknown },
          ],
        },
      },
    ]);
    expect(at(opened, entry, ...routed).state().ticket).toMatchObject({ facts: { category: 'printer' } });
    expect(
      at(opened, entry, ...routed, escalated)
        .when(command)
        .events(),
    ).toMatchObject([{ data: { category: 'printer', type: 'service-request', tier: 'tier-2' } }]);
    expect(at(opened, entry).when(again('weather')).events()).toMatchObject([
      {
        data: {
          category: null,
          explanation: [
            {},
            { matched: false, why: 'it is not in the catalogue; none is given, as before' },
            {},
            {},
            {},
          ],
        },
      },
    ]);
  });
  it('are decided once each', () => {
    given(opened, entry).when(command).thenNothing();
    given(opened, entry, opened).when(command).thenNothing();
  });

  it('are refused for a ticket that was never opened here', () => {
    given().when(command).thenRefused('ticket_absent');
    given(escalated).when(command).thenRefused('ticket_absent');
  });

  it.each([
    TicketResolved(TicketResolved.example),
    TicketClosed(TicketClosed.example),
    TicketCancelled(TicketCancelled.example),
  ])('end with $type', (end) => given(opened, end).when(command).thenNothing());
});

describe('a ticket whose desk is not known', () => {
  it('waits', () => {
    on(emptyDesk).given(opened).when(command).thenNothing();
    on(emptyDesk)
      .given(opened)
      .when({ ...command, patient: false })
      .thenNothing();
  });

  it('waits while only higher tiers have arrived, but not for ever', () => {
    on(tiers(2, 3)).given(opened).when(command).thenNothing();
    expect(
      on(tiers(2, 3))
        .given(opened)
        .when({ ...command, patient: false })
        .events(),
    ).toMatchObject([{ data: { hop: 1, tier: 'tier-2', queue: 'desk-2' } }]);
  });

  it('waits for the tier that it goes up to', () =>
    on(tiers(1)).given(opened, entry, escalated).when(command).thenNothing());

  it('that goes up before its entry was decided has the priority of its entry', () =>
    given(opened, escalated).when(command).then(second(2, 'P3')));
});
