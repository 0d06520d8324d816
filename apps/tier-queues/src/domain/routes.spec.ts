import {
  OrphanDetected,
  PriorityChanged,
  RouteAsked,
  TicketCancelled,
  TicketQueued,
  TicketRouted,
  type Priority,
} from '@tierline/contracts';
import { monday, specFor } from '@tierline/testing/rules';
import { ticketRules } from './decide.ts';
import type { Desk, Place } from './desk.ts';
import {
  assigned,
  claimed,
  desk,
  doing,
  escalation,
  ida,
  inProgress,
  lea,
  mailServers,
  messaging,
  network,
  opened,
  phones,
  queued,
  resolved,
  routed,
  serviceDesk,
  tom,
  waiting,
} from './example.ts';

const { given } = specFor(ticketRules);
const emptyDesk: Desk = { ...desk, tiers: new Map(), queues: new Map() };
const route = (place: Pick<Place, 'tier' | 'queue'>, hop = 1, on = desk) =>
  doing({ type: 'route', hop, tier: place.tier, queue: place.queue }, on);
const orphan = ({ team }: Place) =>
  OrphanDetected({
    kind: 'no-queue',
    repair: 'default-queue',
    tell: [{ who: 'lead', agentId: null, team, notBefore: monday }],
  });
const late = (generation: number, on = desk) => doing({ type: 'fire', kind: 'unrouted', generation }, on);

describe('route', () => {
  it('puts a new ticket into its queue, with its priority', () =>
    given(opened, routed(serviceDesk)).when(route(serviceDesk)).then(queued(serviceDesk)));
  it('puts an escalated ticket into the queue of the higher tier', () =>
    given(...inProgress, escalation(serviceDesk, 'tier-2', 2), routed(network, 2))
      .when(route(network, 2))
      .then(queued(network)));
  it('of a later hop leaves a priority that was raised since, and brings one that no entry brought', () => {
    const raised = PriorityChanged({ from: 'P2', to: 'P1', reason: 'The solution was due.' });
    const up = [escalation(serviceDesk, 'tier-2', 2), routed(network, 2)];
    given(...inProgress, raised, ...up)
      .when(route(network, 2))
      .then(TicketQueued({ ...network, cause: 'routed', priority: 'P1' }));
    given(opened, TicketQueued({ ...serviceDesk, cause: 'unrouted', priority: 'P3' }), ...up)
      .when(route(network, 2))
      .then(queued(network));
  });
  it('falls back to the tier where the desk lacks the queue, to the lowest where it lacks the tier, and tells the lead', () => {
    given(opened, routed(serviceDesk))
      .when(route({ tier: 'tier-2', queue: 'cellar' }))
      .then(orphan(messaging), queued(messaging));
    given(opened, routed(serviceDesk))
      .when(route({ tier: 'tier-9', queue: 'cellar' }))
      .then(orphan(serviceDesk), queued(serviceDesk));
  });
  it('of an earlier hop does not bring an escalated ticket down again', () =>
    given(...inProgress, escalation(serviceDesk, 'tier-2', 2), routed(serviceDesk))
      .when(route(serviceDesk))
      .thenNothing());
  it('that comes again changes nothing', () =>
    given(...waiting)
      .when(route(phones))
      .thenNothing());
  it('that comes late moves a ticket from the default queue unless somebody has taken it', () => {
    const stopgap = [opened, queued(serviceDesk, 'unrouted'), routed(phones)];
    given(...stopgap)
      .when(route(phones))
      .then(queued(phones));
    given(...stopgap)
      .when(route(serviceDesk))
      .thenNothing();
    given(...stopgap, claimed(serviceDesk))
      .when(route(phones))
      .thenNothing();
  });
  it('means nothing to a cancelled or unknown ticket', () => {
    given(opened, TicketCancelled({ agentId: 'lea', reason: 'twice' }))
      .when(route(serviceDesk))
      .thenNothing();
    given().when(route(serviceDesk)).thenNothing();
  });
  it('waits for the desk', () =>
    given(opened)
      .when(route(serviceDesk, 1, emptyDesk))
      .thenNothing());
});

describe('a ticket that waits, routed again', () => {
  const ask = (by = lea) => doing({ type: 'ask-route', by, reason: 'The rules have changed.' });
  const again = (place: Place, more: { hop?: number; priority?: Priority; since?: string } = {}) => {
    const { hop = 1, priority = 'P2', since = monday } = more;
    return doing({ type: 'route', hop, tier: place.tier, queue: place.queue, again: { since, priority } });
  };

  it('is asked for by a lead, and stays until the route has come', () => {
    given(...waiting)
      .when(ask())
      .then(RouteAsked({ ...serviceDesk, reason: 'The rules have changed.', agentId: 'lea' }));
    given(...waiting)
      .when(ask(tom))
      .thenRefused('lead_only');
    given(...assigned)
      .when(ask())
      .thenRefused('wrong_state');
    given(...inProgress, escalation(serviceDesk, 'tier-2', 2))
      .when(ask())
      .thenRefused('between_queues');
  });
  it('moves to the queue of the new route, and never becomes less urgent', () => {
    given(...waiting)
      .when(again(network))
      .then(queued(network));
    given(...waiting)
      .when(again(network, { priority: 'P4' }))
      .then(queued(network));
    given(...waiting)
      .when(again(serviceDesk, { priority: 'P1' }))
      .then(PriorityChanged({ from: 'P2', to: 'P1', reason: 'It was routed again, by the rules of today.' }));
  });
  it('stays where it is when the queue is the same, or gone', () => {
    given(...waiting)
      .when(again(serviceDesk))
      .thenNothing();
    given(...waiting)
      .when(again({ ...network, queue: 'cellar' }))
      .thenNothing();
  });
  it('stays with what somebody decided since', () => {
    given(...assigned)
      .when(again(network))
      .thenNothing();
    given(...waiting)
      .when(again(network, { since: '2026-01-05T07:00:00.000Z' }))
      .thenNothing();
    given(...inProgress, escalation(serviceDesk, 'tier-2', 2))
      .when(again(phones))
      .thenNothing();
  });
  it('asks of its next owner what the new route asks for', () => {
    const skilled = TicketRouted({
      ...routed(serviceDesk).data,
      skills: [{ skill: 'sap' }],
      asked: { by: 'lea', reason: 'because', at: monday },
    });
    expect(given(...waiting, skilled).state()).toMatchObject({ priority: 'P2', needs: { skills: [{ skill: 'sap' }] } });
    expect(given(...assigned, skilled).state()).toMatchObject({ needs: undefined });
  });
});

describe('a ticket that is about something else', () => {
  const recategorise = (by = tom, isCategory = true, category = 'printer') =>
    doing({ type: 'recategorise', by, category, reason: 'It is the printer.' }, desk, { isCategory });

  it('is routed again under its category, wherever it stands', () => {
    for (const story of [waiting, inProgress])
      given(...story)
        .when(recategorise())
        .then(RouteAsked({ ...serviceDesk, category: 'printer', reason: 'It is the printer.', agentId: 'tom' }));
    const known = TicketRouted({
      ...routed(phones).data,
      category: 'printer',
      asked: { by: 'tom', reason: 'It is the printer.', at: monday },
    });
    expect(given(...inProgress, known).state()).toMatchObject({ category: 'printer', state: 'IN_PROGRESS' });
    given(...inProgress, known)
      .when(recategorise())
      .thenNothing();
  });
  it('is refused for what is no category, to another team, between two queues, and once it is done', () => {
    given(...waiting)
      .when(recategorise(tom, false))
      .thenRefused('category_absent', { fields: [{ path: 'category' }] });
    given(...waiting)
      .when(recategorise(ida))
      .thenRefused('not_in_team');
    given(opened).when(recategorise(lea)).thenRefused('between_queues');
    given(...resolved)
      .when(recategorise())
      .thenRefused('wrong_state');
  });
});

describe('a ticket without a route', () => {
  it('falls into the default queue of the lowest tier, with the middle priority', () => {
    const expected = queued(serviceDesk, 'unrouted');
    given(opened)
      .when(late(1))
      .then(orphan(serviceDesk), { ...expected, data: { ...expected.data, priority: 'P3' } });
  });
  it('falls into the default queue of the tier that it was escalated to', () =>
    given(...inProgress, escalation(serviceDesk, 'tier-3', 3))
      .when(late(2))
      .then(orphan(mailServers), queued(mailServers, 'unrouted')));
  it('falls into the queue that was asked for', () => {
    const asked = escalation(serviceDesk, 'tier-2', 2);
    given(...inProgress, { ...asked, data: { ...asked.data, toQueue: 'network' } })
      .when(late(2))
      .then(orphan(network), queued(network, 'unrouted'));
  });
  it('falls into the queue of a route that came before the desk', () =>
    given(opened, routed(phones)).when(late(1)).then(orphan(phones), queued(phones, 'unrouted')));
  it('waits on while there is no desk', () => given(opened).when(late(1, emptyDesk)).thenNothing());
  it('is left alone once it has a queue, and by the timer of an earlier hop', () => {
    given(...waiting)
      .when(late(1))
      .thenNothing();
    given(...inProgress, escalation(serviceDesk, 'tier-2', 2))
      .when(late(1))
      .thenNothing();
  });
});
