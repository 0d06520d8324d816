import fc from 'fast-check';
import { weekdays, type Calendar } from './calendar.ts';
import { alwaysOpen, hamburg } from './examples.ts';
import { counted, opensAt, scene } from './minute-count.ts';
import { addWorkingTime, isOpen, neverCloses, nextOpening, reminderTime, workingTimeBetween } from './working-time.ts';

const minute = 60_000;
const hour = 60 * minute;
const iso = (at: number) => new Date(at).toISOString();

const minutesAround = fc.integer({ min: -15 * 60, max: 15 * 60 }).map((minutes) => minutes * minute);
const anyTime = fc.integer({ min: Date.UTC(1975, 0, 1), max: Date.UTC(2037, 0, 1) });

describe('working time, against a count minute by minute', () => {
  it('is the number of open minutes, whatever the zone does', () =>
    fc.assert(
      fc.property(scene, minutesAround, minutesAround, ({ calendar, middle }, one, other) => {
        const [from, to] = [middle + Math.min(one, other), middle + Math.max(one, other)];
        expect(workingTimeBetween(calendar, iso(from), iso(to))).toBe(counted(calendar, from, to));
      }),
      { numRuns: 60 },
    ));

  it('is open and opens next when the wall clock says so', () =>
    fc.assert(
      fc.property(scene, minutesAround, ({ calendar, middle }, shift) => {
        const at = middle + shift;
        expect(isOpen(calendar, iso(at))).toBe(opensAt(calendar, at));
        const opening = Date.parse(nextOpening(calendar, iso(at)));
        expect(opensAt(calendar, opening)).toBe(true);
        expect(counted(calendar, at, Math.min(opening, at + 12 * hour))).toBe(0);
      }),
      { numRuns: 60 },
    ));
});

describe('working time', () => {
  const stretch = fc.integer({ min: 0, max: 400 * 24 * hour });
  const triple = fc.tuple(anyTime, stretch, stretch).map(([a, one, other]) => [a, a + one, a + one + other] as const);

  it('adds up: from a to b and from b to c is from a to c', () =>
    fc.assert(
      fc.property(scene, triple, ({ calendar }, [a, b, c]) => {
        const [first, middle, last] = [iso(a), iso(b), iso(c)];
        const parts = workingTimeBetween(calendar, first, middle) + workingTimeBetween(calendar, middle, last);
        expect(parts).toBe(workingTimeBetween(calendar, first, last));
      }),
      { numRuns: 60 },
    ));

  it('comes back from a deadline, which is the earliest instant that it does', () =>
    fc.assert(
      fc.property(scene, anyTime, fc.integer({ min: 1, max: 200 * hour }), ({ calendar }, at, target) => {
        const due = addWorkingTime(calendar, iso(at), target);
        expect(workingTimeBetween(calendar, iso(at), due)).toBe(target);
        expect(workingTimeBetween(calendar, iso(at), iso(Date.parse(due) - 1))).toBe(target - 1);
      }),
      { numRuns: 300 },
    ));

  it('is none between an instant and one that is not later, and ends at once when there is none to pass', () => {
    expect(workingTimeBetween(hamburg, '2026-01-05T10:00:00Z', '2026-01-05T09:00:00Z')).toBe(0);
    expect(addWorkingTime(hamburg, '2026-01-03T10:00:00Z', 0)).toBe('2026-01-03T10:00:00.000Z');
  });

  it.each([-1, 0.5, Number.NaN, Infinity])('cannot be %p milliseconds', (target) =>
    expect(() => addWorkingTime(hamburg, '2026-01-05T10:00:00Z', target)).toThrow(
      expect.objectContaining({ code: 'working_time_invalid' }),
    ),
  );

  it('gives up a deadline that nobody will see', () =>
    expect(() => addWorkingTime(hamburg, '2026-01-05T10:00:00Z', 200 * 366 * 24 * hour)).toThrow(
      expect.objectContaining({ code: 'calendar_out_of_reach' }),
    ));
});

describe('a deadline', () => {
  const due = (from: string, hours: number, calendar: Calendar = hamburg) =>
    addWorkingTime(calendar, from, hours * hour);

  it.each([
    ['goes around lunch', '2026-01-07T10:00:00Z', 2, '2026-01-07T13:00:00.000Z'],
    ['ends with the morning, not after lunch', '2026-01-07T07:00:00Z', 4, '2026-01-07T11:00:00.000Z'],
    [
      'ends with the day, not at midnight and not the next morning',
      '2026-01-07T07:00:00Z',
      8,
      '2026-01-07T16:00:00.000Z',
    ],
    ['begins with the day when the request came at night', '2026-01-07T01:00:00Z', 1, '2026-01-07T08:00:00.000Z'],
    ['goes around the weekend', '2026-01-09T15:00:00Z', 2, '2026-01-12T08:00:00.000Z'],
    ['counts days in working hours', '2026-01-09T07:00:00Z', 16, '2026-01-12T16:00:00.000Z'],
    ['goes around Easter, over the change of the clock', '2026-03-27T15:00:00Z', 42, '2026-04-08T07:00:00.000Z'],
    ['knows the short Christmas Eve', '2026-12-24T10:00:00Z', 2, '2026-12-28T08:00:00.000Z'],
  ])('%s', (_rule, from, hours, expected) => expect(due(from, hours)).toBe(expected));

  const nights: Calendar = {
    ...hamburg,
    holidays: [],
    exceptions: [],
    hours: { saturday: [{ from: '22:00', to: '06:00' }] },
  };

  it.each([
    ['an hour shorter', '2026-03-28T20:00:00Z', 7],
    ['an hour longer', '2026-10-24T19:00:00Z', 9],
    ['as long as ever', '2026-11-07T20:00:00Z', 8],
  ])('has a night that is %s when the clock changes', (_length, from, hours) =>
    expect(workingTimeBetween(nights, from, iso(Date.parse(from) + 24 * hour))).toBe(hours * hour),
  );

  it('has days of 23½ and 24½ hours on Lord Howe Island', () => {
    const island: Calendar = {
      ...alwaysOpen,
      zone: 'Australia/Lord_Howe',
      hours: { sunday: [{ from: '00:00', to: '24:00' }] },
    };
    expect(workingTimeBetween(island, '2026-10-03T00:00:00Z', '2026-10-05T00:00:00Z')).toBe(23.5 * hour);
    expect(workingTimeBetween(island, '2026-04-04T00:00:00Z', '2026-04-06T00:00:00Z')).toBe(24.5 * hour);
  });

  it('has no Friday where the date line left one out', () => {
    const samoa: Calendar = {
      ...alwaysOpen,
      zone: 'Pacific/Apia',
      hours: { friday: [{ from: '00:00', to: '24:00' }] },
    };
    expect(workingTimeBetween(samoa, '2011-12-28T00:00:00Z', '2012-01-03T00:00:00Z')).toBe(0);
  });

  it('closes for a holiday from midnight to midnight, the night before and after it included', () => {
    const night = { from: '22:00', to: '06:00' };
    const watch: Calendar = {
      ...hamburg,
      hours: Object.fromEntries(weekdays.map((day) => [day, [night]])),
      holidays: [{ date: '2026-12-25', name: 'Christmas' }],
      exceptions: [],
    };
    expect(isOpen(watch, '2026-12-24T22:30:00Z')).toBe(true);
    expect(isOpen(watch, '2026-12-24T23:00:00Z')).toBe(false);
    expect(nextOpening(watch, '2026-12-24T23:00:00Z')).toBe('2026-12-26T21:00:00.000Z');
  });

  it('counts hours that overlap once', () => {
    const both: Calendar = {
      ...hamburg,
      hours: {
        monday: [
          { from: '08:00', to: '12:00' },
          { from: '10:00', to: '14:00' },
        ],
      },
    };
    expect(workingTimeBetween(both, '2026-01-05T00:00:00Z', '2026-01-06T00:00:00Z')).toBe(6 * hour);
  });

  it('takes what was worked out for one edition to be of that edition alone', () => {
    expect(due('2026-01-07T10:00:00Z', 2)).toBe('2026-01-07T13:00:00.000Z');
    const edited: Calendar = { ...hamburg, version: 8, hours: { wednesday: [{ from: '08:00', to: '17:00' }] } };
    expect(due('2026-01-07T10:00:00Z', 2, edited)).toBe('2026-01-07T12:00:00.000Z');
  });

  it('thirty working days ahead takes less than 50 µs', () => {
    const times = Array.from({ length: 2_000 }, (_, index) => iso(Date.UTC(2026, 0, 1) + index * 200 * minute));
    const rounds = Array.from({ length: 10 }, () => {
      const start = performance.now();
      times.forEach((from) => due(from, 240));
      return ((performance.now() - start) * 1000) / times.length;
    });
    // The best round: the others may have waited for the processor.
    expect(Math.min(...rounds)).toBeLessThan(50);
  });
});

describe('a reminder', () => {
  const midnight = '2026-01-09T23:00:00Z';

  it('waits for the hours of who gets it', () =>
    expect(reminderTime(hamburg, hamburg, midnight)).toBe('2026-01-12T07:00:00.000Z'));
  it('waits for nothing under a promise around the clock', () =>
    expect(reminderTime(alwaysOpen, hamburg, midnight)).toBe(midnight));
  it('waits for nothing when its recipient has no hours', () =>
    expect(reminderTime(hamburg, null, midnight)).toBe(midnight));
  it('is around the clock only without any closed day', () => {
    expect(neverCloses(alwaysOpen)).toBe(true);
    expect(neverCloses({ ...alwaysOpen, zone: 'Europe/Berlin' })).toBe(true);
    expect(neverCloses({ ...alwaysOpen, holidays: [{ date: '2026-01-01', name: 'New Year' }] })).toBe(false);
    expect(neverCloses(hamburg)).toBe(false);
  });
});
