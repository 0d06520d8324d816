import type { HoldReason, TicketState } from '@tierline/contracts';
import { clocksAfter, isActive, type Cause, type Clock, type ClockKind } from './clock.ts';
import { alwaysOpen } from './examples.ts';
import { pause, resume, startClock, stop } from './running.ts';
import { clockMoves, clockTable, type MeasuredTicket } from './states.ts';

const opened = '2026-01-07T07:00:00.000Z';
const terms = { policy: { id: 'any', version: 1 }, calendar: alwaysOpen, target: 3_600_000, warnings: [], why: 'any' };

const inState = (name: string, more: Partial<MeasuredTicket> = {}): MeasuredTicket => {
  const [state, reason] = name.split(' ') as [TicketState, HoldReason?];
  const vendor = reason === 'VENDOR' ? 'cisco' : null;
  return {
    openedAt: opened,
    replied: true,
    unansweredSince: null,
    place: { tier: 'tier-1', team: 'service-desk', partner: null },
    stays: 0,
    ...more,
    state,
    hold: reason ? { reason, vendor } : null,
  } as MeasuredTicket;
};

type Facts = { readonly at?: string; readonly cause?: Cause; readonly pausedBy?: readonly HoldReason[] };

const movesOf = (clocks: readonly Clock[], ticket: MeasuredTicket, facts: Facts = {}) =>
  clockMoves(clocks, ticket, { at: '2026-01-07T08:00:00.000Z', cause: 'queued', pausedBy: [], ...facts });

/** The clocks after every kind of promise followed the ticket. */
const follow = (clocks: readonly Clock[], ticket: MeasuredTicket, facts: Facts = {}): readonly Clock[] => {
  const occasion = { at: facts.at ?? '2026-01-07T08:00:00.000Z', cause: facts.cause ?? 'queued' };
  const entries = movesOf(clocks, ticket, facts).flatMap((action) => {
    if (action.move === 'start') return startClock(action.beginning, terms, occasion);
    if (action.move === 'pause') return pause(action.clock, alwaysOpen, occasion);
    if (action.move === 'resume') return resume(action.clock, alwaysOpen, occasion);
    return stop(action.clock, alwaysOpen, occasion, action.move);
  });
  return clocksAfter(clocks, entries);
};

const along = (...tickets: readonly MeasuredTicket[]) =>
  tickets.reduce((clocks, ticket) => follow(clocks, ticket), [] as readonly Clock[]);
const shown = (clocks: readonly Clock[], kind: ClockKind) =>
  clocks.filter((clock) => clock.kind === kind).map(({ state }) => state);

const unanswered = { replied: false, unansweredSince: opened };
const asked = { replied: true, unansweredSince: '2026-01-07T07:30:00.000Z' };

describe('the clocks of a ticket', () => {
  const states = Object.keys(clockTable);

  it.each(states)('fit %s from wherever it comes, and asking again changes nothing', (name) => {
    for (const before of states)
      for (const more of [unanswered, asked, {}]) {
        const clocks = along(inState('QUEUED', more), inState(before, more), inState(name, more));
        expect(movesOf(clocks, inState(name, more))).toEqual([]);
      }
  });

  it.each([
    ['sla-first-response', unanswered, 'NEW QUEUED ASSIGNED IN_PROGRESS', 'running'],
    [
      'sla-first-response',
      unanswered,
      'PENDING-CUSTOMER PENDING-VENDOR PENDING-APPROVAL PENDING-CHANGE PENDING-PROBLEM PENDING-SCHEDULED',
      'running',
    ],
    ['sla-first-response', unanswered, 'MERGED CANCELLED SPAM', 'stopped'],
    ['sla-next-response', asked, 'NEW QUEUED ASSIGNED IN_PROGRESS PENDING-VENDOR PENDING-CHANGE', 'running'],
    ['sla-next-response', asked, 'PENDING-CUSTOMER MERGED CANCELLED SPAM', 'stopped'],
    [
      'sla-resolution',
      {},
      'NEW QUEUED ASSIGNED IN_PROGRESS PENDING-VENDOR PENDING-APPROVAL PENDING-CHANGE PENDING-PROBLEM PENDING-SCHEDULED',
      'running',
    ],
    ['sla-resolution', {}, 'PENDING-CUSTOMER', 'paused'],
    ['sla-resolution', {}, 'RESOLVED CLOSED', 'met'],
    ['sla-resolution', {}, 'MERGED CANCELLED SPAM', 'stopped'],
    ['ola-waiting', {}, 'NEW QUEUED ASSIGNED', 'running'],
    ['ola-waiting', {}, 'IN_PROGRESS RESOLVED', 'met'],
    ['ola-waiting', {}, 'PENDING-CUSTOMER PENDING-VENDOR PENDING-CHANGE', 'paused'],
  ] as const)('has %s after %j in %s %s', (kind, more, names, state) => {
    for (const name of names.split(' ')) {
      const clocks = along(inState('QUEUED', more), inState(name.replace('-', ' '), more));
      expect([name, shown(clocks, kind)]).toEqual([name, [state]]);
    }
  });

  it('pause the solution for a hold that the policy names', () => {
    const clocks = along(inState('IN_PROGRESS'));
    expect(shown(follow(clocks, inState('PENDING VENDOR'), { pausedBy: ['VENDOR'] }), 'sla-resolution')).toEqual([
      'paused',
    ]);
    expect(shown(follow(clocks, inState('PENDING CHANGE'), { pausedBy: ['VENDOR'] }), 'sla-resolution')).toEqual([
      'running',
    ]);
  });

  it('all end with a ticket that is merged or closed, from wherever it comes', () => {
    for (const before of states)
      for (const last of ['MERGED', 'CLOSED', 'CANCELLED', 'SPAM'])
        expect(along(inState(before, asked), inState(last, asked)).filter(isActive)).toEqual([]);
  });

  it('go on where they were when a merge is undone', () => {
    const clocks = along(inState('IN_PROGRESS'), inState('MERGED'), inState('IN_PROGRESS'));
    expect(shown(clocks, 'sla-resolution')).toEqual(['running']);
    expect(shown(clocks, 'ola-working')).toEqual(['running']);
  });
});

describe('an answer to the requester', () => {
  it('that was never given is not hidden by a hold for the requester', () =>
    expect(
      shown(along(inState('IN_PROGRESS', unanswered), inState('PENDING CUSTOMER', unanswered)), 'sla-first-response'),
    ).toEqual(['running']));

  it('has one deadline until the first, whatever the requester writes', () => {
    const clocks = along(inState('QUEUED', unanswered), inState('QUEUED', { ...unanswered, unansweredSince: opened }));
    expect(shown(clocks, 'sla-next-response')).toEqual([]);
    expect(shown(along(inState('QUEUED', unanswered), inState('IN_PROGRESS')), 'sla-first-response')).toEqual(['met']);
  });

  it('has a clock of its own for each question, from when it was asked', () => {
    const clocks = along(
      inState('IN_PROGRESS', asked),
      inState('IN_PROGRESS'),
      inState('IN_PROGRESS', { unansweredSince: '2026-01-07T07:45:00.000Z' }),
    );
    expect(shown(clocks, 'sla-next-response')).toEqual(['met', 'running']);
    expect(clocks.findLast(({ kind }) => kind === 'sla-next-response')?.from).toBe('2026-01-07T07:45:00.000Z');
  });

  it('is not owed any more after the ticket was solved, but is again when the requester objects', () => {
    const solved = along(inState('IN_PROGRESS', unanswered), inState('RESOLVED', { replied: false }));
    expect(shown(solved, 'sla-first-response')).toEqual(['met']);
    const again = follow(
      solved,
      inState('QUEUED', { replied: false, unansweredSince: '2026-01-07T07:50:00.000Z', stays: 1 }),
      { cause: 'requester-rejected' },
    );
    expect(shown(again, 'sla-first-response')).toEqual(['met']);
    expect(shown(again, 'sla-next-response')).toEqual(['running']);
    expect(shown(again, 'sla-resolution')).toEqual(['running']);
  });

  it('is given by a reply that comes just before a hold', () =>
    expect(shown(along(inState('IN_PROGRESS', asked), inState('PENDING CUSTOMER')), 'sla-next-response')).toEqual([
      'met',
    ]));
});

describe('a stay with a team', () => {
  const second = { place: { tier: 'tier-2', team: 'network', partner: null }, stays: 1 };
  const onTheWay = { place: null, stays: 1 };

  it('waits until work starts and works from then on', () => {
    const clocks = along(inState('QUEUED'), inState('ASSIGNED'), inState('IN_PROGRESS'));
    expect([shown(clocks, 'ola-waiting'), shown(clocks, 'ola-working')]).toEqual([['met'], ['running']]);
  });

  it('is one stay, however often the ticket is assigned and released', () => {
    const clocks = along(
      inState('QUEUED'),
      inState('ASSIGNED'),
      inState('QUEUED'),
      inState('ASSIGNED'),
      inState('IN_PROGRESS'),
      inState('QUEUED'),
    );
    expect([shown(clocks, 'ola-waiting'), shown(clocks, 'ola-working')]).toEqual([['running'], ['paused']]);
  });

  it('ends well when the ticket goes up, and the next begins there; the solution goes on', () => {
    const working = along(inState('IN_PROGRESS'));
    const clocks = follow(
      follow(working, inState('QUEUED', onTheWay), { cause: 'escalated' }),
      inState('QUEUED', second),
    );
    expect(shown(clocks, 'ola-working')).toEqual(['met']);
    expect(shown(clocks, 'ola-waiting')).toEqual(['running']);
    expect(shown(clocks, 'sla-resolution')).toEqual(['running']);
  });

  it('ends without a result when the ticket is only passed on', () => {
    const elsewhere = { place: { tier: 'tier-1', team: 'printing', partner: null } };
    const clocks = follow(along(inState('IN_PROGRESS')), inState('QUEUED', elsewhere), { cause: 'transferred' });
    expect(shown(clocks, 'ola-working')).toEqual(['stopped']);
    expect(shown(clocks, 'ola-waiting')).toEqual(['running']);
  });

  it('goes on with its used time when the ticket is passed there and back', () => {
    const elsewhere = inState('QUEUED', { place: { tier: 'tier-1', team: 'printing', partner: null } });
    const clocks = follow(
      follow(along(inState('QUEUED')), elsewhere, { at: '2026-01-07T08:10:00.000Z' }),
      inState('QUEUED'),
      { at: '2026-01-07T08:30:00.000Z' },
    );
    expect(clocks.find(({ about }) => about === 'tier-1/service-desk#0')).toMatchObject({
      state: 'running',
      consumed: 600_000,
    });
  });

  it('is a new one when the ticket comes back from another tier', () => {
    const clocks = along(inState('QUEUED'), inState('QUEUED', second), inState('QUEUED', { stays: 2 }));
    expect(shown(clocks, 'ola-waiting')).toEqual(['stopped', 'stopped', 'running']);
  });

  it('is measured by the contract where the queue is a partner’s', () => {
    const partner = { place: { tier: 'tier-1', team: 'callworks', partner: 'callworks' } };
    const clocks = along(inState('QUEUED', partner), inState('IN_PROGRESS', partner));
    expect([shown(clocks, 'uc-partner'), shown(clocks, 'ola-waiting'), shown(clocks, 'ola-working')]).toEqual([
      ['running'],
      [],
      [],
    ]);
    expect(shown(follow(clocks, inState('PENDING CUSTOMER', partner)), 'uc-partner')).toEqual(['paused']);
  });
});

describe('a vendor', () => {
  const vendor = (name: string): MeasuredTicket => ({
    ...inState('PENDING VENDOR'),
    state: 'PENDING',
    hold: { reason: 'VENDOR', vendor: name },
  });

  it('is measured while it is waited for, over several holds until it answers', () => {
    const held = follow(along(inState('IN_PROGRESS')), vendor('cisco'), { at: '2026-01-07T08:00:00.000Z' });
    const back = follow(held, inState('IN_PROGRESS'), { at: '2026-01-07T08:20:00.000Z' });
    expect(shown(back, 'uc-vendor')).toEqual(['paused']);
    const again = follow(back, vendor('cisco'), { at: '2026-01-07T09:00:00.000Z' });
    expect(again.filter(({ kind }) => kind === 'uc-vendor')).toMatchObject([{ state: 'running', consumed: 1_200_000 }]);
    expect(shown(follow(again, inState('RESOLVED'), { at: '2026-01-07T10:00:00.000Z' }), 'uc-vendor')).toEqual([
      'late',
    ]);
  });

  it('is measured anew with each question that follows an answer', () => {
    const at = (time: string) => ({ at: `2026-01-07T${time}:00.000Z` });
    const vendorClocks = (clocks: readonly Clock[]) => clocks.filter(({ kind }) => kind === 'uc-vendor');
    const answers = { ...vendor('cisco'), answeredBy: 'Cisco' };
    const first = follow(follow(along(inState('IN_PROGRESS')), vendor('cisco'), at('08:00')), answers, at('08:20'));
    const second = follow(follow(first, inState('IN_PROGRESS'), at('08:20')), vendor('CISCO'), at('09:00'));
    expect(vendorClocks(second)).toMatchObject([
      { id: 'uc-vendor:cisco', about: 'cisco', state: 'met', consumed: 1_200_000 },
      { id: 'uc-vendor:cisco#2', about: 'cisco', state: 'running', consumed: 0, from: '2026-01-07T09:00:00.000Z' },
    ]);
    expect(movesOf(second, vendor('cisco'), at('09:10'))).toEqual([]);
    const third = follow(follow(second, answers, at('09:30')), inState('IN_PROGRESS'), at('09:30'));
    expect(shown(follow(third, vendor('cisco'), at('09:40')), 'uc-vendor')).toEqual(['met', 'met', 'running']);
  });

  it('goes on with its time where a solution is taken back', () => {
    const held = follow(along(inState('IN_PROGRESS')), vendor('cisco'), { at: '2026-01-07T08:00:00.000Z' });
    const solved = follow(held, inState('RESOLVED'), { at: '2026-01-07T08:20:00.000Z', cause: 'resolved' });
    const back = follow(solved, vendor('cisco'), { at: '2026-01-07T08:20:05.000Z', cause: 'undone' });
    expect(back.filter(({ kind }) => kind === 'uc-vendor')).toMatchObject([{ state: 'running', consumed: 1_200_000 }]);
    expect(movesOf(back, vendor('cisco'), { at: '2026-01-07T08:21:00.000Z' })).toEqual([]);
  });

  it('is one of several, each with its own clock', () =>
    expect(shown(along(vendor('cisco'), vendor('oracle')), 'uc-vendor')).toEqual(['paused', 'running']));

  it('pauses the team’s clocks', () =>
    expect(shown(along(inState('IN_PROGRESS'), vendor('cisco')), 'ola-working')).toEqual(['paused']));

  it('without a name has no clock', () => {
    const nameless: MeasuredTicket = {
      ...inState('PENDING VENDOR'),
      state: 'PENDING',
      hold: { reason: 'VENDOR', vendor: null },
    };
    expect(shown(along(nameless), 'uc-vendor')).toEqual([]);
  });
});
