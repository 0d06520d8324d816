import { DomainError } from '@tierline/contracts';
import { calendarOf, checkCalendar, later, type Calendar } from './calendar.ts';
import { alwaysOpen, hamburg } from './examples.ts';
import { addWorkingTime } from './working-time.ts';

const refusal = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error instanceof DomainError ? [error.code, error.extras.fields?.[0]?.path] : error;
  }
};

describe('a calendar', () => {
  it.each<[string, string, Partial<Calendar>]>([
    ['calendar_without_hours', 'hours', { hours: {} }],
    ['calendar_without_hours', 'hours', { hours: { monday: [] } }],
    ['calendar_hours_invalid', 'hours.monday.0.from', { hours: { monday: [{ from: '8:00', to: '12:00' }] } }],
    ['calendar_hours_invalid', 'hours.monday.0.to', { hours: { monday: [{ from: '08:00', to: '24:30' }] } }],
    ['calendar_hours_invalid', 'hours.monday.0.to', { hours: { monday: [{ from: '08:00', to: '08:00' }] } }],
    [
      'calendar_hours_invalid',
      'exceptions.0.hours.0.from',
      { exceptions: [{ date: '2026-01-05', name: 'x', hours: [{ from: '24:00', to: '02:00' }] }] },
    ],
    ['calendar_date_invalid', 'holidays.0.date', { holidays: [{ date: '2026-02-29', name: 'x' }] }],
    ['calendar_date_invalid', 'holidays.0.date', { holidays: [{ date: '06.01.2026', name: 'x' }] }],
    [
      'calendar_date_invalid',
      'exceptions.1.date',
      { exceptions: ['a', 'b'].map((name) => ({ date: '2026-01-05', name, hours: [] })) },
    ],
    ['calendar_zone_unknown', 'zone', { zone: 'Mars/Olympus' }],
    ['calendar_zone_unknown', 'zone', { zone: '+01:00' }],
    ['calendar_zone_unknown', 'zone', { zone: '' }],
  ])('is refused as %s at %s', (code, path, part) =>
    expect(refusal(() => checkCalendar({ ...hamburg, ...part }))).toEqual([code, path]),
  );

  it('is refused when it is used, too, if nobody looked before', () =>
    expect(refusal(() => addWorkingTime({ ...hamburg, hours: {} }, '2026-01-05T08:00:00Z', 1))).toEqual([
      'calendar_without_hours',
      'hours',
    ]));

  it('may have a leap day, and each real zone', () => {
    expect(() => checkCalendar({ ...hamburg, holidays: [{ date: '2028-02-29', name: 'leap day' }] })).not.toThrow();
    expect(() => checkCalendar({ ...alwaysOpen, zone: 'Australia/Lord_Howe' })).not.toThrow();
  });

  it('is found by its edition, and missed by name', () => {
    expect(calendarOf([alwaysOpen, hamburg], { id: 'hamburg', version: 7 })).toBe(hamburg);
    expect(refusal(() => calendarOf([hamburg], { id: 'hamburg', version: 6 }))).toEqual([
      'calendar_unknown',
      undefined,
    ]);
  });

  it('knows an instant from something else', () => {
    expect(later('2026-01-05T08:00:00Z', '2026-01-05T07:59:59.999Z')).toBe('2026-01-05T08:00:00Z');
    expect(refusal(() => later('soon', '2026-01-05T08:00:00Z'))).toEqual(['instant_invalid', undefined]);
  });
});
