import fc from 'fast-check';
import type { Calendar } from './calendar.ts';
import { clocksAfter, evolveClock, type Clock, type ClockEntry } from './clock.ts';
import { alwaysOpen, hamburg } from './examples.ts';
import { dueOf, pause, readingAt, resume, startClock } from './running.ts';
import { addWorkingTime, workingTimeBetween } from './working-time.ts';

const hour = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();
const after = (clock: Clock | null, entries: readonly ClockEntry[]) =>
  entries.reduce<Clock | null>(evolveClock, clock)!;

const startOf = (calendar: Calendar, from: number, target: number) => {
  const terms = { policy: { id: 'gold', version: 3 }, calendar, target, warnings: [50, 75, 90], why: 'Gold' };
  return startClock({ kind: 'sla-resolution', about: null, from: iso(from) }, terms, {
    at: iso(from),
    cause: 'opened',
  });
};

describe('any life of a clock', () => {
  const calendar = fc.constantFrom<Calendar>(hamburg, alwaysOpen, { ...hamburg, zone: 'Australia/Lord_Howe' });
  const start = fc.integer({ min: Date.UTC(2026, 2, 20), max: Date.UTC(2026, 3, 10) });
  const target = fc.integer({ min: 1, max: 60 * hour });
  const steps = fc.array(fc.integer({ min: 0, max: 30 * hour }), { maxLength: 8 });
  type Step = { readonly before: Clock; readonly after: Clock; readonly at: string };

  const begun = (own: Calendar, from: number, length: number) => after(null, startOf(own, from, length));

  /** Pauses and goes on in turn. */
  const lived = (own: Calendar, from: number, length: number, gaps: readonly number[]): readonly Step[] => {
    let clock = begun(own, from, length);
    let now = from;
    return gaps.map((gap, index) => {
      now += gap;
      const [move, cause] = index % 2 === 0 ? ([pause, 'held-vendor'] as const) : ([resume, 'wake-up'] as const);
      const entries = move(clock, own, { at: iso(now), cause });
      const step = { before: clock, after: after(clock, entries), at: iso(now) };
      clock = step.after;
      return step;
    });
  };

  it('never moves the deadline earlier by a hold', () =>
    fc.assert(
      fc.property(calendar, start, target, steps, (own, from, length, gaps) => {
        const dues = lived(own, from, length, gaps).flatMap(({ before, after: next }) => [before.due, next.due]);
        const known = dues.filter((due) => due !== null).map((due) => Date.parse(due));
        expect(known).toEqual(known.toSorted((one, other) => one - other));
      }),
    ));

  it('has each bit of working time either used or held, never lost', () =>
    fc.assert(
      fc.property(calendar, start, target, steps, (own, from, length, gaps) => {
        for (const { after: clock, at: now } of lived(own, from, length, gaps))
          expect(clock.consumed + clock.paused).toBe(workingTimeBetween(own, iso(from), now));
      }),
    ));

  it('is due when the rest of the target has passed, whenever one asks', () =>
    fc.assert(
      fc.property(calendar, start, target, steps, (own, from, length, gaps) => {
        for (const { after: clock } of lived(own, from, length, gaps)) {
          if (clock.state !== 'running' || clock.breached !== null) continue;
          expect(clock.due).toBe(addWorkingTime(own, clock.since, length - clock.consumed));
          expect(dueOf(clock, own)).toBe(clock.due);
          expect(readingAt(clock, own, clock.due!).consumed).toBe(length);
        }
      }),
    ));

  it('changes nothing by a hold of no length', () =>
    fc.assert(
      fc.property(calendar, start, target, fc.integer({ min: 0, max: 100 * hour }), (own, from, length, gap) => {
        const [, step] = lived(own, from, length, [gap, 0]);
        const calm = begun(own, from, length);
        const missed = Date.parse(calm.due!) < from + gap;
        expect(step!.after).toMatchObject({ due: calm.due, paused: 0, breached: missed ? calm.due : null });
      }),
    ));

  it('is the same out of its ledger', () => {
    const begins = startOf(hamburg, Date.UTC(2026, 0, 7, 7), 4 * hour);
    const held = pause(after(null, begins), hamburg, { at: '2026-01-07T09:00:00.000Z', cause: 'held-customer' });
    expect(clocksAfter([], [...begins, ...held])).toEqual(clocksAfter(clocksAfter([], begins), held));
    expect(() => clocksAfter([], held)).toThrow(RangeError);
  });
});
