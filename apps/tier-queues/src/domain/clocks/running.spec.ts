import type { Calendar } from './calendar.ts';
import { evolveClock, type Cause, type Clock, type ClockEntry } from './clock.ts';
import { hamburg } from './examples.ts';
import { breach, dueOf, pause, resume, retarget, startClock, stop, warn, warningsOf, type Terms } from './running.ts';

const minute = 60_000;
const hour = 60 * minute;

const gold: Terms = {
  policy: { id: 'gold', version: 3 },
  calendar: hamburg,
  target: 4 * hour,
  warnings: [50, 75, 90],
  why: 'Gold: organisation acme',
};

const at = (instant: string, cause: Cause = 'opened') => ({ at: instant, cause });
const after = (clock: Clock | null, entries: readonly ClockEntry[]) =>
  entries.reduce<Clock | null>(evolveClock, clock)!;

// Wednesday 08:00 in Hamburg.
const morning = '2026-01-07T07:00:00.000Z';
const begin = (terms: Terms = gold, from = morning) =>
  after(null, startClock({ kind: 'sla-resolution', about: null, from }, terms, at(from)));
const onHold = (clock: Clock, instant: string) => after(clock, pause(clock, hamburg, at(instant, 'held-customer')));
const goingOn = (clock: Clock, instant: string) =>
  after(clock, resume(clock, hamburg, at(instant, 'requester-replied')));
const types = (entries: readonly ClockEntry[]) => entries.map(({ type }) => type);

describe('a clock', () => {
  it('counts from what the requester did, though it is noted later', () => {
    const [entry] = startClock(
      { kind: 'sla-resolution', about: null, from: morning },
      gold,
      at('2026-01-07T07:00:20.000Z', 'routed'),
    );
    expect(entry).toMatchObject({ at: '2026-01-07T07:00:20.000Z', from: morning, due: '2026-01-07T11:00:00.000Z' });
  });

  it('keeps used time on hold and goes on with it', () => {
    const held = onHold(begin(), '2026-01-07T10:10:00.000Z');
    expect(held).toMatchObject({ state: 'paused', consumed: 190 * minute, due: null });
    expect(dueOf(held, hamburg)).toBeNull();
    const again = goingOn(held, '2026-01-08T14:15:00.000Z');
    expect(again).toMatchObject({ state: 'running', consumed: 190 * minute, paused: 665 * minute });
    expect(again.due).toBe('2026-01-08T15:05:00.000Z');
  });

  it('does not move its deadline for a hold over a weekend', () => {
    const clock = begin({ ...gold, target: 16 * hour }, '2026-01-09T07:00:00.000Z');
    const again = goingOn(onHold(clock, '2026-01-09T16:00:00.000Z'), '2026-01-12T07:00:00.000Z');
    expect(again).toMatchObject({ paused: 0, due: clock.due });
  });

  it('goes on when the requester wrote, though that is noted later', () => {
    const held = onHold(begin(), '2026-01-07T09:00:00.000Z');
    const again = after(
      held,
      resume(held, hamburg, at('2026-01-07T10:30:00.000Z', 'requester-replied'), '2026-01-07T10:00:00.000Z'),
    );
    expect(again).toMatchObject({ consumed: 2 * hour, paused: hour, since: '2026-01-07T10:00:00.000Z' });
  });

  it('does not count twice when moments come in the wrong order', () => {
    const held = onHold(begin(), '2026-01-07T09:00:00.000Z');
    expect(goingOn(held, '2026-01-07T08:00:00.000Z')).toMatchObject({
      consumed: 2 * hour,
      paused: 0,
      since: held.since,
    });
  });

  it('answers twice asked with nothing', () => {
    const clock = begin();
    const held = onHold(clock, '2026-01-07T09:00:00.000Z');
    expect(pause(held, hamburg, at('2026-01-07T09:30:00.000Z'))).toEqual([]);
    expect(resume(clock, hamburg, at('2026-01-07T09:30:00.000Z'))).toEqual([]);
    const met = after(clock, stop(clock, hamburg, at('2026-01-07T09:00:00.000Z', 'resolved'), 'reached'));
    expect(stop(met, hamburg, at('2026-01-07T09:30:00.000Z'), 'given-up')).toEqual([]);
    expect(retarget(met, hamburg, { ...gold, target: hour }, at('2026-01-07T09:30:00.000Z'))).toEqual([]);
  });

  it('is counted by its own edition of the calendar alone', () =>
    expect(() => pause(begin(), { ...hamburg, version: 8 }, at(morning))).toThrow(
      expect.objectContaining({ code: 'clock_calendar_differs' }),
    ));

  it('has a ledger that begins with its start', () => {
    const [entry] = pause(begin(), hamburg, at('2026-01-07T09:00:00.000Z'));
    expect(() => evolveClock(null, entry!)).toThrow(RangeError);
  });
});

describe('the end of a clock', () => {
  const end = (clock: Clock, instant: string, goal: 'reached' | 'given-up') =>
    stop(clock, hamburg, at(instant, goal === 'reached' ? 'resolved' : 'merged'), goal);

  it.each([
    ['in time', '2026-01-07T10:59:59.999Z', 'reached', ['met'], 'met'],
    ['at the very moment', '2026-01-07T11:00:00.000Z', 'reached', ['met'], 'met'],
    [
      'a millisecond too late, before the timer fired',
      '2026-01-07T12:00:00.001Z',
      'reached',
      ['breached', 'stopped'],
      'late',
    ],
    ['given up in time', '2026-01-07T10:00:00.000Z', 'given-up', ['stopped'], 'stopped'],
    ['given up too late', '2026-01-07T13:00:00.000Z', 'given-up', ['breached', 'stopped'], 'stopped'],
  ] as const)('%s', (_when, instant, goal, expected, state) => {
    const entries = end(begin(), instant, goal);
    expect(types(entries)).toEqual(expected);
    expect(after(begin(), entries)).toMatchObject({ state, due: null });
  });

  it('is met on hold as well, when the answer came without going on', () =>
    expect(types(end(onHold(begin(), '2026-01-07T10:00:00.000Z'), '2026-02-07T10:00:00.000Z', 'reached'))).toEqual([
      'met',
    ]));

  it('is taken back with its used time when the ticket is opened again', () => {
    const met = after(begin(), end(begin(), '2026-01-07T10:00:00.000Z', 'reached'));
    const again = after(met, resume(met, hamburg, at('2026-01-12T07:00:00.000Z', 'reopened')));
    expect(again).toMatchObject({ state: 'running', consumed: 3 * hour, paused: 0, due: '2026-01-12T08:00:00.000Z' });
  });
});

describe('a breach', () => {
  const due = '2026-01-07T11:00:00.000Z';

  it('comes when it is due, never earlier, and once', () => {
    const clock = begin();
    expect(breach(clock, hamburg, '2026-01-07T10:59:59.999Z')).toEqual([]);
    const entries = breach(clock, hamburg, due);
    expect(entries).toMatchObject([{ type: 'breached', due, cause: 'time-passed' }]);
    expect(breach(after(clock, entries), hamburg, '2026-01-07T15:00:00.000Z')).toEqual([]);
  });

  it('does not come on hold, nor after the end', () => {
    const held = onHold(begin(), '2026-01-07T10:00:00.000Z');
    const done = after(begin(), stop(begin(), hamburg, at('2026-01-07T10:00:00.000Z', 'merged'), 'given-up'));
    for (const clock of [held, done]) expect(breach(clock, hamburg, '2027-01-07T10:00:00.000Z')).toEqual([]);
  });

  it('is not hidden by a hold that comes before its timer', () =>
    expect(types(pause(begin(), hamburg, at('2026-01-07T12:00:01.000Z', 'held-customer')))).toEqual([
      'breached',
      'paused',
    ]));

  it('keeps the moment that was missed through a hold', () => {
    const late = after(begin(), breach(begin(), hamburg, due));
    const again = goingOn(onHold(late, '2026-01-07T12:30:00.000Z'), '2026-01-08T08:00:00.000Z');
    expect(again).toMatchObject({ breached: due, due, consumed: 4.5 * hour });
    expect(dueOf(again, hamburg)).toBe(due);
    expect(warningsOf(again, hamburg)).toEqual([]);
  });
});

describe('another promise', () => {
  const silver: Terms = { ...gold, policy: { id: 'silver', version: 1 }, target: 8 * hour };
  const change = (clock: Clock, terms: Terms, instant: string) =>
    after(clock, retarget(clock, hamburg, terms, at(instant, 'priority-changed')));

  it('keeps used and held time', () => {
    const clock = goingOn(onHold(begin(), '2026-01-07T09:00:00.000Z'), '2026-01-07T10:00:00.000Z');
    const changed = change(clock, silver, '2026-01-07T10:30:00.000Z');
    expect(changed).toMatchObject({
      consumed: 2.5 * hour,
      paused: hour,
      target: 8 * hour,
      policy: { id: 'silver', version: 1 },
    });
    expect(changed.due).toBe('2026-01-08T08:00:00.000Z');
  });

  it('keeps held time when it comes during the hold', () => {
    const changed = change(onHold(begin(), '2026-01-07T09:00:00.000Z'), silver, '2026-01-07T10:00:00.000Z');
    expect(changed).toMatchObject({ state: 'paused', consumed: 2 * hour, paused: hour, due: null });
    expect(goingOn(changed, '2026-01-07T12:00:00.000Z')).toMatchObject({
      paused: 2 * hour,
      due: '2026-01-08T09:00:00.000Z',
    });
  });

  it('counts what is left by the new hours, what is used by the old', () => {
    const late: Calendar = { ...hamburg, version: 8, hours: { wednesday: [{ from: '20:00', to: '22:00' }] } };
    const changed = change(begin(), { ...gold, calendar: late }, '2026-01-07T10:00:00.000Z');
    expect(changed).toMatchObject({ consumed: 3 * hour, calendar: { version: 8 }, due: '2026-01-07T20:00:00.000Z' });
  });

  it('is due at once, not in the past, when more was used than it allows', () => {
    const changed = change(begin(), { ...gold, target: hour }, '2026-01-07T10:00:00.000Z');
    expect(changed).toMatchObject({ breached: null, due: '2026-01-07T10:00:00.000Z' });
    expect(types(breach(changed, hamburg, '2026-01-07T10:00:00.000Z'))).toEqual(['breached']);
  });

  it('does not wipe out a breach whose timer has not fired, and is judged anew', () => {
    const entries = retarget(begin(), hamburg, silver, at('2026-01-07T12:30:00.000Z', 'priority-changed'));
    expect(types(entries)).toEqual(['breached', 'retargeted']);
    expect(after(begin(), entries)).toMatchObject({ breached: null, due: '2026-01-07T16:00:00.000Z' });
    const tighter = retarget(
      begin(),
      hamburg,
      { ...gold, target: hour },
      at('2026-01-07T12:30:00.000Z', 'priority-changed'),
    );
    expect(after(begin(), tighter)).toMatchObject({
      breached: '2026-01-07T11:00:00.000Z',
      due: '2026-01-07T11:00:00.000Z',
    });
  });

  it('is nothing when it is the same', () =>
    expect(retarget(begin(), hamburg, gold, at('2026-01-07T09:00:00.000Z'))).toEqual([]));
});

describe('a warning', () => {
  it('comes with each share of the working time', () =>
    expect(warningsOf(begin(), hamburg)).toEqual([
      { share: 50, at: '2026-01-07T09:00:00.000Z' },
      { share: 75, at: '2026-01-07T10:00:00.000Z' },
      { share: 90, at: '2026-01-07T10:36:00.000Z' },
    ]));

  it('comes once, never early, and moves nothing', () => {
    const clock = begin();
    expect(warn(clock, hamburg, 50, '2026-01-07T08:59:59.999Z')).toEqual([]);
    const warned = after(clock, warn(clock, hamburg, 50, '2026-01-07T09:00:00.500Z'));
    expect(warned).toMatchObject({ warned: [50], due: clock.due });
    expect(dueOf(warned, hamburg)).toBe(clock.due);
    expect(warn(warned, hamburg, 50, '2026-01-07T09:30:00.000Z')).toEqual([]);
    expect(warningsOf(warned, hamburg).map(({ share }) => share)).toEqual([75, 90]);
  });

  it('is given once for all that are past when the promise gets tighter', () => {
    const tighter = retarget(
      begin(),
      hamburg,
      { ...gold, target: 2 * hour },
      at('2026-01-07T08:35:00.000Z', 'priority-changed'),
    );
    expect(warningsOf(after(begin(), tighter), hamburg)).toEqual([
      { share: 75, at: '2026-01-07T08:35:00.000Z' },
      { share: 90, at: '2026-01-07T08:48:00.000Z' },
    ]);
  });

  it('is given again when the promise gets wider', () => {
    const warned = after(begin(), warn(begin(), hamburg, 50, '2026-01-07T09:00:00.000Z'));
    const wider = after(
      warned,
      retarget(warned, hamburg, { ...gold, target: 8 * hour }, at('2026-01-07T09:30:00.000Z', 'priority-changed')),
    );
    expect(wider.warned).toEqual([]);
    expect(warningsOf(wider, hamburg)[0]).toEqual({ share: 50, at: '2026-01-07T11:00:00.000Z' });
  });

  it('waits on hold', () => expect(warningsOf(onHold(begin(), '2026-01-07T08:00:00.000Z'), hamburg)).toEqual([]));
});
