import { TicketHeld, TicketReturned, TicketTransferred } from '@tierline/contracts';
import { specFor } from '@tierline/testing/rules';
import type { Escalate, Return } from './command.ts';
import { ticketRules } from './decide.ts';
import {
  desk,
  doing,
  escalation,
  handover,
  ida,
  inProgress,
  inTier2,
  lea,
  mailServers,
  max,
  messaging,
  network,
  opened,
  phones,
  queued,
  resolved,
  routed,
  serviceDesk,
  tom,
  una,
  waiting,
} from './example.ts';

const { given } = specFor(ticketRules);
const reason = 'needs the mail servers';

describe('transfer', () => {
  const transfer = (queue: string, by = tom) => doing({ type: 'transfer', by, queue, reason });
  const transferred = TicketTransferred({ from: serviceDesk, to: phones, reason, agentId: 'tom' });

  it('moves a ticket within its tier and frees it', () => {
    given(...inProgress)
      .when(transfer('phones'))
      .then(transferred, queued(phones, 'transferred'));
    expect(given(...inProgress, transferred, queued(phones, 'transferred')).state()).toMatchObject({
      state: 'QUEUED',
      place: phones,
      owner: null,
      lastOwner: 'tom',
      counts: { transfers: 1, bounces: 0 },
    });
  });
  it('may be done for a waiting ticket', () =>
    given(...waiting)
      .when(transfer('phones'))
      .then(transferred, queued(phones, 'transferred')));
  it.each([
    ['messaging', 'queue_of_other_tier'],
    ['service-desk', 'same_queue'],
    ['cellar', 'queue_absent'],
  ])('to %s is refused with %s', (queue, code) =>
    given(...inProgress)
      .when(transfer(queue))
      .thenRefused(code, { fields: [{ path: 'queue' }] }),
  );
  it('is refused to another team, without a queue, and once resolved', () => {
    given(...inProgress)
      .when(transfer('phones', ida))
      .thenRefused('not_in_team');
    given(opened).when(transfer('phones', lea)).thenRefused('between_queues');
    given(...resolved)
      .when(transfer('phones'))
      .thenRefused('wrong_state');
  });
});

describe('escalate', () => {
  const escalate = (act: Partial<Escalate> = {}) =>
    doing({ type: 'escalate', by: tom, tier: 'tier-2', reason, handover, ...act });
  const expert = { ...handover, analysis: 'store is full', hypothesis: 'quota' };

  it('hands the ticket over to a higher tier, where routing finds the queue', () => {
    given(...inProgress)
      .when(escalate())
      .then(escalation(serviceDesk, 'tier-2', 2));
    expect(given(...inProgress, escalation(serviceDesk, 'tier-2', 2)).state()).toMatchObject({
      state: 'QUEUED',
      place: null,
      owner: null,
      lastOwner: 'tom',
      previous: [serviceDesk],
      route: { tier: 'tier-2', queue: null },
      counts: { escalations: 1 },
    });
  });
  it('may be done by a colleague, and for a ticket that waits or is held', () => {
    given(...inProgress)
      .when(escalate({ by: una }))
      .then({
        ...escalation(serviceDesk, 'tier-2', 2),
        data: { ...escalation(serviceDesk, 'tier-2', 2).data, agentId: 'una' },
      });
    given(...waiting)
      .when(escalate())
      .then(escalation(serviceDesk, 'tier-2', 2));
    given(
      ...inProgress,
      TicketHeld({ ...serviceDesk, reason: 'CUSTOMER', until: '2026-01-06T08:00:00.000Z', note: null }),
    )
      .when(escalate())
      .then(escalation(serviceDesk, 'tier-2', 2));
  });
  it('asks for a queue of that tier', () => {
    const asked = escalation(serviceDesk, 'tier-2', 2);
    given(...inProgress)
      .when(escalate({ queue: 'network' }))
      .then({ ...asked, data: { ...asked.data, toQueue: 'network' } });
    given(...inProgress)
      .when(escalate({ queue: 'phones' }))
      .thenRefused('queue_of_other_tier', { fields: [{ path: 'queue' }] });
    given(...inProgress)
      .when(escalate({ queue: 'cellar' }))
      .thenRefused('queue_absent', { fields: [{ path: 'queue' }] });
  });
  it('counts each time', () => {
    const [again] = given(...inTier2)
      .when(escalate({ by: ida, tier: 'tier-3', handover: expert }))
      .events();
    expect(again?.data).toMatchObject({ from: messaging, toTier: 'tier-3', escalations: 2 });
  });
  it('goes up only', () => {
    given(...inTier2)
      .when(escalate({ by: ida, tier: 'tier-1' }))
      .thenRefused('tier_not_higher', { fields: [{ path: 'tier' }] });
    given(...inTier2)
      .when(escalate({ by: ida, tier: 'tier-2' }))
      .thenRefused('tier_not_higher');
    given(...inTier2)
      .when(escalate({ by: ida, tier: 'tier-9' }))
      .thenRefused('tier_absent', { fields: [{ path: 'tier' }] });
  });
  it('names every field that the hand-over lacks', () => {
    given(...inProgress)
      .when(escalate({ handover: { symptom: 'no mail', reach: 'phone 1234' } }))
      .thenRefused('handover_incomplete', { missing: ['since', 'affected', 'tried', 'asked'] });
    given(...inTier2)
      .when(escalate({ by: ida, tier: 'tier-3' }))
      .thenRefused('handover_incomplete', { missing: ['analysis', 'hypothesis'] });
    given(...inProgress)
      .when(escalate({ tier: 'tier-3' }))
      .thenRefused('handover_incomplete', { missing: ['analysis', 'hypothesis'] });
  });
  it('is refused to another team, and twice in a row', () => {
    given(...inProgress)
      .when(escalate({ by: ida }))
      .thenRefused('not_in_team');
    given(...inProgress, escalation(serviceDesk, 'tier-2', 2))
      .when(escalate())
      .thenRefused('between_queues');
  });
});

describe('return', () => {
  const giveBack = (act: Partial<Return> = {}, on = desk) =>
    doing({ type: 'return', by: ida, reason: 'no log', missing: 'evidence', ...act }, on);
  const returned = (to = serviceDesk, from = messaging, agentId = 'ida') =>
    TicketReturned({ from, to, reason: 'no log', missing: 'evidence', agentId, bounces: 1 });

  it('goes to the queue that the ticket came from', () => {
    given(...inTier2)
      .when(giveBack())
      .then(returned(), queued(serviceDesk, 'returned'));
    expect(given(...inTier2, returned(), queued(serviceDesk, 'returned')).state()).toMatchObject({
      counts: { bounces: 1, escalations: 1 },
      lastOwner: 'ida',
    });
  });
  it('goes to the lower queue that is named', () => {
    given(...inTier2)
      .when(giveBack({ queue: 'phones' }))
      .then(returned(phones), queued(phones, 'returned'));
    given(...inTier2)
      .when(giveBack({ queue: 'network' }))
      .thenRefused('queue_not_lower', { fields: [{ path: 'queue' }] });
    given(...inTier2)
      .when(giveBack({ queue: 'cellar' }))
      .thenRefused('queue_absent');
  });
  it('goes to the default queue of the next lower tier when the ticket never was below', () =>
    given(opened, routed(mailServers), queued(mailServers))
      .when(giveBack({ by: max }))
      .then(returned(messaging, mailServers, 'max'), queued(messaging, 'returned')));
  it('goes where it came from, not to where that queue has moved up meanwhile', () => {
    const queues = new Map(desk.queues).set('service-desk', { ...desk.queues.get('service-desk')!, tier: 'tier-2' });
    const tiers = new Map(desk.tiers).set('tier-1', { ...desk.tiers.get('tier-1')!, defaultQueue: 'phones' });
    given(...inTier2)
      .when(giveBack({}, { ...desk, queues, tiers }))
      .then(returned(phones), queued(phones, 'returned'));
  });
  it('is refused in the lowest tier, and to another team', () => {
    given(...inProgress)
      .when(giveBack({ by: tom }))
      .thenRefused('lowest_tier');
    given(...inTier2)
      .when(giveBack({ by: tom }))
      .thenRefused('not_in_team');
  });
  it('remembers the last place of each tier', () => {
    const moved = TicketTransferred({ from: messaging, to: network, reason, agentId: 'ida' });
    expect(
      given(...inTier2, moved, queued(network, 'transferred'), escalation(network, 'tier-3', 3, 2)).state(),
    ).toMatchObject({ previous: [serviceDesk, network] });
  });
});
