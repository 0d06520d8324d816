import { OwnerShiftEnded, TicketHeld, TicketResumed } from '@tierline/contracts';
import { specFor } from '@tierline/testing/rules';
import { aroundTheClock, type Calendar } from './clocks/calendar.ts';
import { ticketRules } from './decide.ts';
import type { Desk, DeskAgent } from './desk.ts';
import { assigned, desk, doing, inProgress, queued, serviceDesk, tom, una, waiting } from './example.ts';
import type { Presence } from './people.ts';
import { isOnShift, nextLook, shiftEnd, unionOf, without } from './shifts.ts';

const { given } = specFor(ticketRules);
const early: Calendar = {
  id: 'early',
  version: 1,
  zone: 'Europe/Berlin',
  hours: { monday: [{ from: '06:00', to: '14:00' }] },
  holidays: [],
  exceptions: [],
};
const late: Calendar = { ...early, id: 'late', hours: { monday: [{ from: '14:00', to: '22:00' }] } };
const always: Calendar = { ...early, id: 'always', hours: aroundTheClock };
/** What was said of the early shift before; it counts no longer. */
const before: Calendar = { ...early, hours: { sunday: [{ from: '06:00', to: '14:00' }] }, version: 0 };
const book = { policies: [], calendars: [early, before, late, always] };
const working = (...shifts: string[]): DeskAgent => ({ agentId: 'tom', name: 'Tom', teams: [], shifts });

describe('a shift', () => {
  it('runs while one of the calendars is open, in its zone', () => {
    const at = ['2026-01-05T04:59:00.000Z', '2026-01-05T05:00:00.000Z', '2026-01-05T13:00:00.000Z'];
    expect(at.map((moment) => isOnShift(working('early'), book, moment))).toEqual([false, true, false]);
    expect(isOnShift(working('early', 'late'), book, at[2]!)).toBe(true);
    expect(isOnShift(working(), book, at[1]!)).toBeNull();
  });
  it('ends where nothing follows at once', () => {
    const at = '2026-01-05T08:00:00.000Z';
    expect(shiftEnd(working('early'), book, at)).toBe('2026-01-05T13:00:00.000Z');
    expect(shiftEnd(working('early', 'late'), book, at)).toBe('2026-01-05T21:00:00.000Z');
    expect(shiftEnd(working('always'), book, at)).toBeNull();
    expect(shiftEnd(working('late'), book, at)).toBeNull();
  });
});

describe('a calendar that closes', () => {
  it('is looked at when it does, after eight days where it never does, and not while it is closed', () => {
    const at = '2026-01-05T08:00:00.000Z';
    expect(nextLook(early, at)).toBe('2026-01-05T13:00:00.000Z');
    expect(nextLook(always, at)).toBe('2026-01-13T08:00:00.000Z');
    expect(nextLook(late, at)).toBeNull();
  });
});

describe('hours', () => {
  const hours = (...spans: string[]) => spans.map((span) => ({ from: span.slice(0, 2), to: span.slice(3) }));

  it('that touch or overlap are one', () =>
    expect(unionOf(hours('08-10', '10-12', '11-13', '15-16'))).toEqual(hours('08-13', '15-16')));
  it('without others leave what those do not cover', () => {
    expect(without(hours('08-12', '14-18'), hours('09-10', '11-15'))).toEqual(hours('08-09', '10-11', '15-18'));
    expect(without(hours('08-12'), hours('07-13'))).toEqual([]);
    expect(without(hours('08-12'), [])).toEqual(hours('08-12'));
  });
});

describe('the end of the owner’s shift', () => {
  const end = (calendar?: string, agentId = 'tom') => {
    const queue = { ...desk.queues.get('service-desk')!, calendar };
    const on: Desk = { ...desk, queues: new Map([...desk.queues, ['service-desk', queue]]), book };
    return doing({ type: 'end-shift', agentId }, on);
  };
  const at = '2026-01-05T13:00:00.000Z';
  const ended = (begun: boolean) =>
    OwnerShiftEnded({
      ...serviceDesk,
      agentId: 'tom',
      begun,
      tell: [{ who: 'lead', agentId: null, team: 'service-desk', notBefore: at }],
    });

  it('gives back what was not begun', () =>
    given(...assigned)
      .when(end(), at)
      .then(ended(false), queued(serviceDesk, 'released')));
  it('gives back what was begun where the queue goes on', () =>
    given(...inProgress)
      .when(end('always'), at)
      .then(ended(true), queued(serviceDesk, 'released')));
  it('leaves what was begun with its owner where the queue closes, or has no hours', () => {
    given(...inProgress)
      .when(end('early'), at)
      .thenNothing();
    given(...inProgress)
      .when(end(), at)
      .thenNothing();
  });
  it('gives back what was begun, open queue or not, where leave began', () => {
    const awayUntil = '2026-01-19T00:00:00.000Z';
    const tell = [{ who: 'lead', agentId: null, team: 'service-desk', notBefore: at }] as const;
    given(...inProgress)
      .when(doing({ type: 'end-shift', agentId: 'tom', awayUntil }, { ...desk, book }), at)
      .then(
        OwnerShiftEnded({ ...serviceDesk, agentId: 'tom', begun: true, awayUntil, tell: [...tell] }),
        queued(serviceDesk, 'released'),
      );
  });
  it('leaves what somebody else has, or nobody', () => {
    given(...assigned)
      .when(end('always', 'una'), at)
      .thenNothing();
    given(...waiting)
      .when(end('always'), at)
      .thenNothing();
  });
});

describe('a hold that ends after the owner’s shift', () => {
  const until = '2026-01-12T08:00:00.000Z';
  const held = [...inProgress, TicketHeld({ ...serviceDesk, reason: 'CUSTOMER', until, note: null })];
  const [during, after] = ['2026-01-05T08:00:00.000Z', '2026-01-05T13:00:00.000Z'];
  const around = (calendar: string, { shifts = ['early'], presence = null as Presence | null } = {}) => {
    const queue = { ...desk.queues.get('service-desk')!, calendar };
    const on: Desk = { ...desk, queues: new Map([...desk.queues, ['service-desk', queue]]), book };
    return [on, { people: new Map([['tom', { agent: working(...shifts), presence, load: 1 }]]) }] as const;
  };
  const replied = { type: 'requester-replied' } as const;
  const resumed = TicketResumed({ ...serviceDesk, cause: 'requester-replied' });
  const tell = [{ who: 'lead' as const, agentId: null, team: 'service-desk', notBefore: after }];
  const left = [
    OwnerShiftEnded({ ...serviceDesk, agentId: 'tom', begun: true, tell }),
    queued(serviceDesk, 'released'),
  ];

  it('goes back where the queue goes on, as what was begun went back when the shift ended', () => {
    given(...held)
      .when(doing(replied, ...around('always')), after)
      .then(resumed, ...left);
    given(...held)
      .when(doing(replied, ...around('always', { presence: 'away' })), after)
      .then(resumed, ...left);
    given(...held)
      .when(doing({ type: 'fire', kind: 'wake-up', generation: 2 }, ...around('always')), after)
      .then(TicketResumed({ ...serviceDesk, cause: 'wake-up' }), ...left);
    given(...held)
      .when(doing({ type: 'resume', by: una }, ...around('always')), after)
      .then(TicketResumed({ ...serviceDesk, cause: 'agent' }), ...left);
  });
  it('stays with its owner where the queue is closed, too', () =>
    given(...held)
      .when(doing(replied, ...around('early')), after)
      .then(resumed));
  it('stays with its owner who is on shift, has none, works longer, or ends the hold', () => {
    given(...held)
      .when(doing(replied, ...around('always')), during)
      .then(resumed);
    given(...held)
      .when(doing(replied, ...around('always', { shifts: [] })), after)
      .then(resumed);
    given(...held)
      .when(doing(replied, ...around('always', { presence: 'busy' })), after)
      .then(resumed);
    given(...held)
      .when(doing({ type: 'resume', by: tom }, ...around('always')), after)
      .then(TicketResumed({ ...serviceDesk, cause: 'agent' }));
  });
});
