import { publicHolidays } from './holidays.ts';

const dates = (...asked: Parameters<typeof publicHolidays>) => publicHolidays(...asked).map(({ date }) => date);

describe('public holidays', () => {
  it('are those of the state, by date', () => {
    const hamburg = dates({ country: 'DE', state: 'HH' }, [2026]);
    expect(hamburg).toEqual(hamburg.toSorted());
    expect(hamburg).toEqual(expect.arrayContaining(['2026-01-01', '2026-04-03', '2026-10-31', '2026-12-26']));
    expect(hamburg).not.toContain('2026-01-06');
    expect(dates({ country: 'DE', state: 'BY' }, [2026])).toContain('2026-01-06');
  });

  it('include the days that stand in for a holiday at the weekend', () =>
    expect(dates({ country: 'GB' }, [2027])).toEqual(
      expect.arrayContaining(['2027-12-25', '2027-12-27', '2027-12-28']),
    ));

  it('cover each whole day of a feast that begins the evening before, and no part of a day', () => {
    expect(dates({ country: 'TR' }, [2027])).toEqual(
      expect.arrayContaining(['2027-03-09', '2027-03-10', '2027-03-11']),
    );
    expect(dates({ country: 'TR' }, [2027])).not.toContain('2027-03-08');
    expect(dates({ country: 'GT' }, [2026])).not.toContain('2026-12-24');
  });

  it('include one on which the clock changes', () => {
    expect(dates({ country: 'DE', state: 'BB' }, [2027])).toContain('2027-03-28');
  });

  it('stand once, in the years that were asked for', () => {
    const two = dates({ country: 'DE', state: 'HH' }, [2026, 2027]);
    expect(new Set(two).size).toBe(two.length);
    expect(new Set(two.map((date) => date.slice(0, 4)))).toEqual(new Set(['2026', '2027']));
  });

  it.each([
    ['country', { country: 'XX' }],
    ['state', { country: 'DE', state: 'ZZ' }],
    ['region', { country: 'DE', state: 'BY', region: 'ZZ' }],
  ])('are refused for a %s that nobody knows, instead of those of somewhere else', (path, where) =>
    expect(() => publicHolidays(where, [2026])).toThrow(
      expect.objectContaining({
        code: 'holiday_region_unknown',
        extras: { fields: [expect.objectContaining({ path })] },
      }),
    ),
  );
});
