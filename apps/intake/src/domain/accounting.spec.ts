import { lost, mostAtOnce, nextTelling } from './accounting.ts';

const patience = { silence: 5 * 60_000, again: 10 * 60_000 };
const clock = (time: string) => `2026-01-05T${time}:00.000Z`;
const opened = (time: string, tellings = 0) => ({ openedAt: clock(time), tellings });

describe('tickets of which the desk has told nothing', () => {
  it('are lost where it has told of one that was opened long after them', () => {
    const [first, second, late] = [opened('08:00'), opened('08:04'), opened('08:06')];
    expect(lost([first, second, late], clock('08:09'), patience)).toEqual([first, second]);
  });

  it('are tried with the oldest alone where the desk may not have got to them', () => {
    const all = [opened('08:00'), opened('08:01'), opened('08:02')];
    expect(lost(all, clock('08:01'), patience)).toEqual([all[0]]);
    expect(lost(all, null, patience)).toEqual([all[0]]);
  });

  it('are told again a few at once', () => {
    const all = Array.from({ length: 100 }, () => opened('08:00'));
    expect(lost(all, clock('12:00'), patience)).toHaveLength(mostAtOnce);
  });

  it('are none where there are none', () => expect(lost([], clock('12:00'), patience)).toEqual([]));
});

describe('the next telling', () => {
  it.each([
    [0, clock('08:10')],
    [1, clock('08:20')],
    [2, clock('08:40')],
    [20, '2026-01-06T08:00:00.000Z'],
  ])('after %i comes twice as late as the one before, a day at most: %s', (tellings, next) => {
    expect(nextTelling(opened('07:00', tellings), patience, clock('08:00'))).toBe(next);
  });
});
