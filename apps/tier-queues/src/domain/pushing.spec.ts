import { AcceptanceLapsed, AssignmentFailed, TicketClaimed } from '@tierline/contracts';
import { specFor } from '@tierline/testing/rules';
import { aroundTheClock, type Calendar } from './clocks/calendar.ts';
import type { Push } from './command.ts';
import { ticketRules } from './decide.ts';
import type { Desk, Queue } from './desk.ts';
import { assigned, claimed, desk, doing, queued, serviceDesk, waiting } from './example.ts';
import type { Person } from './people.ts';
import { choose, takersOf } from './pushing.ts';
import type { AssignedTicket, QueuedTicket } from './ticket.ts';
import { timersOf } from './timers.ts';

const { given } = specFor(ticketRules);
const now = '2026-01-05T09:00:00.000Z';
const office: Calendar = {
  id: 'office',
  version: 1,
  zone: 'Europe/Berlin',
  hours: { monday: [{ from: '08:00', to: '17:00' }], tuesday: [{ from: '08:00', to: '17:00' }] },
  holidays: [],
  exceptions: [],
};
const queue: Queue = { ...desk.queues.get('service-desk')!, assignment: 'least-loaded', calendar: 'office' };
const on: Desk = {
  ...desk,
  tiers: new Map([['tier-1', { ...desk.tiers.get('tier-1')!, acceptanceMinutes: 30 }]]),
  queues: new Map([...desk.queues, ['service-desk', queue]]),
  book: { policies: [], calendars: [office, { ...office, id: 'always', hours: aroundTheClock }] },
};
const who = (agentId: string, more: Partial<Person> = {}, agent: Partial<Person['agent']> = {}): Person => ({
  agent: { agentId, name: agentId, teams: ['service-desk'], ...agent },
  presence: 'present',
  load: 0,
  ...more,
});
const work = { queue, needs: { skills: [], certifications: [] } };
const chosen = (...asked: Parameters<typeof choose>) => choose(...asked)?.agent.agentId ?? null;

describe('a strategy', () => {
  const team = [who('ann', { load: 2 }), who('bea', { load: 1 }), who('cid', { load: 1 })];

  it('gives in turn, and begins anew after the last', () => {
    expect([null, 'ann', 'bea', 'cid', 'bob'].map((last) => chosen('round-robin', team, work, last))).toEqual([
      ...['ann', 'bea', 'cid', 'ann', 'cid'],
    ]);
  });
  it('gives to the least loaded, in turn among equals', () => {
    expect(chosen('least-loaded', team, work, null)).toBe('bea');
    expect(chosen('least-loaded', team, work, 'bea')).toBe('cid');
  });
  it('gives to the best skilled in what is needed, then to the least loaded', () => {
    const skilled = (agentId: string, level: number, load = 0) =>
      who(agentId, { load }, { skills: [{ skill: 'sap', level }] });
    const needing = { queue, needs: { skills: [{ skill: 'sap' }], certifications: [] } };
    expect(chosen('skill-matched', [skilled('ann', 2), skilled('bea', 4)], needing, null)).toBe('bea');
    expect(chosen('skill-matched', [skilled('ann', 4, 1), skilled('bea', 4)], needing, null)).toBe('bea');
  });
  it('gives to nobody where nobody is', () => expect(chosen('round-robin', [], work, 'ann')).toBeNull());
});

describe('who may be given a ticket', () => {
  const ticket = given(...waiting).state() as QueuedTicket;
  const takers = (...team: Person[]) => takersOf(ticket, queue, team, on, now).takers.map(({ agent }) => agent.agentId);

  it('is there: present, or on shift without saying otherwise', () => {
    const shifts = { shifts: ['office'] };
    expect(
      takers(
        who('ann'),
        who('bea', { presence: null }, shifts),
        who('cid', { presence: null }),
        who('dan', { presence: 'busy' }, shifts),
        who('eve', { presence: 'away' }, shifts),
      ),
    ).toEqual(['ann', 'bea']);
  });
  it('has room for it, and is told apart from who has not', () => {
    const full = who('ann', { load: 1 }, { capacity: 1 });
    expect(takers(full)).toEqual([]);
    expect(takersOf(ticket, queue, [full], on, now).why).toBe('ann has 1 of 1 tickets at once.');
    expect(takersOf(ticket, queue, [], on, now).why).toBe('Nobody of team service-desk is there.');
  });
});

describe('push', () => {
  const push = (act: Partial<Push>, ...people: Person[]) =>
    doing({ type: 'push', agentId: 'tom', assignment: 'least-loaded', reason: 'chosen', ...act }, on, {
      people: new Map(people.map((person) => [person.agent.agentId, person])),
    });
  const failed = AssignmentFailed({ ...serviceDesk, assignment: 'least-loaded', reason: 'Nobody is there.' });

  it('gives the ticket, and says how', () =>
    given(...waiting)
      .when(push({}, who('tom')), now)
      .then(TicketClaimed({ ...serviceDesk, agentId: 'tom', assignment: 'least-loaded' })));
  it('gives nothing that somebody has, and nothing to who may not have it', () => {
    given(...assigned)
      .when(push({}, who('tom')), now)
      .thenNothing();
    given(...waiting)
      .when(push({}, who('tom', { presence: 'away' })), now)
      .thenNothing();
  });
  it('notes once in a queue that nobody can have it', () => {
    const nobody = push({ agentId: null, reason: 'Nobody is there.' });
    given(...waiting)
      .when(nobody, now)
      .then(failed);
    given(...waiting, failed)
      .when(nobody, now)
      .thenNothing();
    given(...waiting, failed, queued(serviceDesk, 'transferred'))
      .when(nobody, now)
      .then(failed);
  });
});

describe('the time to begin', () => {
  const fire = doing({ type: 'fire', kind: 'acceptance', generation: 0 }, on);
  const due = '2026-01-05T08:30:00.000Z';
  const lapsed = AcceptanceLapsed({
    ...serviceDesk,
    agentId: 'tom',
    minutes: 30,
    tell: [
      { who: 'owner', agentId: 'tom', team: 'service-desk', notBefore: due },
      { who: 'lead', agentId: null, team: 'service-desk', notBefore: due },
    ],
  });

  it('is counted in the hours of the queue', () => {
    const timers = (at: string) =>
      timersOf({ ...(given(...assigned).state() as AssignedTicket), assignedAt: at }, on, at);
    expect(timers('2026-01-05T08:00:00.000Z')).toMatchObject([{ kind: 'acceptance', due }]);
    expect(timers('2026-01-05T15:50:00.000Z')).toMatchObject([{ due: '2026-01-06T07:20:00.000Z' }]);
    expect(timersOf(given(...assigned).state(), desk, now)).toMatchObject([{ kind: 'stalled' }]);
  });
  it('ends with the ticket back in its queue, and its owner is told', () => {
    given(...assigned)
      .when(fire, due)
      .then(lapsed, queued(serviceDesk, 'released'));
    given(...assigned)
      .when(fire, '2026-01-05T08:29:59.000Z')
      .thenNothing();
  });
  it('is followed by somebody else’s turn, for a while', () => {
    const ticket = given(...assigned, lapsed, queued(serviceDesk, 'released')).state() as QueuedTicket;
    const takers = (at: string) => takersOf(ticket, queue, [who('tom')], on, at).takers.length;
    expect([takers('2026-01-05T08:09:00.000Z'), takers('2026-01-05T08:11:00.000Z')]).toEqual([0, 1]);
    expect(given(...assigned, lapsed, queued(serviceDesk), claimed(serviceDesk)).state()).toMatchObject({
      lapsed: undefined,
    });
  });
});
