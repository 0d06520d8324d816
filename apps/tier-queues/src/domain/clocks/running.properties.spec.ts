import fc from 'fast-check';
import type { Calendar } from './calendar.ts';
import { evolveClock, type Clock, type ClockEntry } from './clock.ts';
import { counted, opensAt, scene } from './minute-count.ts';
import { pause, readingAt, resume, retarget, startClock, stop, type Terms } from './running.ts';

const minute = 60_000;
const hour = 60 * minute;
const iso = (at: number) => new Date(at).toISOString();

const termsOf = (calendar: Calendar, target: number): Terms => ({
  policy: { id: 'any', version: 1 },
  calendar,
  target,
  warnings: [],
  why: 'any',
});
const after = (clock: Clock | null, entries: readonly ClockEntry[]) =>
  entries.reduce<Clock | null>(evolveClock, clock)!;
const begun = (calendar: Calendar, target: number, from: number) =>
  after(
    null,
    startClock({ kind: 'sla-resolution', about: null, from: iso(from) }, termsOf(calendar, target), {
      at: iso(from),
      cause: 'opened',
    }),
  );
const held = (clock: Clock, calendar: Calendar, at: number) =>
  after(clock, pause(clock, calendar, { at: iso(at), cause: 'held-customer' }));
const wentOn = (clock: Clock, calendar: Calendar, at: number) =>
  after(clock, resume(clock, calendar, { at: iso(at), cause: 'requester-replied' }));

/** A clock that is held and goes on in turn, around a moment at which its zone does something. */
const story = fc.record({
  scene,
  start: fc.integer({ min: -12 * 60, max: 4 * 60 }).map((minutes) => minutes * minute),
  target: fc.integer({ min: 1, max: 900 }).map((minutes) => minutes * minute),
  waits: fc.array(
    fc.integer({ min: 0, max: 240 }).map((minutes) => minutes * minute),
    { minLength: 1, maxLength: 7 },
  ),
});

/** How far the oracle counts ahead: minutes are slow. */
const horizon = 10 * hour;

const expectDue = (clock: Clock, calendar: Calendar): void => {
  const [since, due] = [Date.parse(clock.since), Date.parse(clock.due!)];
  const left = Math.max(0, clock.target - clock.consumed);
  if (due - since > horizon) return expect(counted(calendar, since, since + horizon)).toBeLessThan(left);
  expect(counted(calendar, since, due)).toBe(left);
  if (left > 0) expect(opensAt(calendar, due - minute)).toBe(true);
};

describe('a clock that is held and goes on, against a count minute by minute', () => {
  it('has used and held the open minutes, is due when the last one passes, and never earlier than before a hold', () =>
    fc.assert(
      fc.property(story, ({ scene: { calendar, middle }, start, target, waits }) => {
        let at = middle + start;
        let clock = begun(calendar, target, at);
        let [consumed, paused] = [0, 0];
        let due = clock.due!;
        expectDue(clock, calendar);
        for (const wait of waits) {
          const minutes = counted(calendar, at, at + wait);
          at += wait;
          if (clock.state === 'running') {
            consumed += minutes;
            clock = held(clock, calendar, at);
            expect(clock.due).toBeNull();
          } else {
            paused += minutes;
            clock = wentOn(clock, calendar, at);
            expect(clock.due! >= due).toBe(true);
            if (clock.breached === null) expectDue(clock, calendar);
            due = clock.due!;
          }
          expect(clock).toMatchObject({ consumed, paused, since: iso(at) });
          expect(clock.breached === null || consumed > target).toBe(true);
        }
      }),
      { numRuns: 60 },
    ));

  it('keeps both under another calendar, and counts what is left by its hours', () =>
    fc.assert(
      fc.property(story, scene, ({ scene: { calendar, middle }, start, target, waits }, { calendar: next }) => {
        const from = middle + start;
        const [run = 0, rest = 0] = waits;
        const other: Calendar = { ...next, zone: calendar.zone, id: 'other' };
        const onHold = held(begun(calendar, target, from), calendar, from + run);
        const at = from + run + rest;
        const changed = after(
          onHold,
          retarget(onHold, calendar, termsOf(other, target), { at: iso(at), cause: 'calendar-changed' }),
        );
        const consumed = counted(calendar, from, from + run);
        const paused = counted(calendar, from + run, at);
        expect(changed).toMatchObject({ state: 'paused', consumed, paused, calendar: { id: 'other' } });
        const again = wentOn(changed, other, at);
        expect(again).toMatchObject({ consumed, paused });
        if (again.breached === null) expectDue(again, other);
      }),
      { numRuns: 40 },
    ));

  it('is met or late by the minutes that were used, whenever it ends', () =>
    fc.assert(
      fc.property(story, ({ scene: { calendar, middle }, start, target, waits }) => {
        const from = middle + start;
        const at = from + waits[0]!;
        const clock = begun(calendar, target, from);
        const ended = after(clock, stop(clock, calendar, { at: iso(at), cause: 'resolved' }, 'reached'));
        const used = counted(calendar, from, at);
        expect(ended).toMatchObject({ consumed: used, due: null });
        // When it is used up at closing time, it is late from then on, though no minute more is used.
        if (used < target) expect(ended.state).toBe('met');
        if (used > target) expect(ended.state).toBe('late');
      }),
      { numRuns: 60 },
    ));
});

it('a hold that ends at once changes nothing, in whatever millisecond', () =>
  fc.assert(
    fc.property(
      scene,
      fc.integer({ min: -12 * hour, max: 12 * hour }),
      fc.nat(12 * hour),
      fc.integer({ min: 1, max: 40 * hour }),
      ({ calendar, middle }, start, wait, target) => {
        const clock = begun(calendar, target, middle + start);
        const at = middle + start + wait;
        const again = wentOn(held(clock, calendar, at), calendar, at);
        expect(again).toMatchObject({ paused: 0, due: clock.due, state: 'running' });
        const later = iso(at + 5 * hour);
        expect(readingAt(again, calendar, later)).toEqual({ ...readingAt(clock, calendar, later), due: again.due });
      },
    ),
    { numRuns: 300 },
  ));
