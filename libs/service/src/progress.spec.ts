import { jest } from '@jest/globals';
import { ProgressWatch, progressOf, stallLimits } from './progress.ts';

describe('progress of a consumer', () => {
  it.each([
    ['nothing waits', 0, stallLimits.end * 10, 'works'],
    ['records wait, but it was active just now', 1_000, stallLimits.notReady - 1, 'works'],
    ['records wait and nothing moved for a minute', 1, stallLimits.notReady, 'stalls'],
    ['records wait and nothing moved for two minutes', 1, stallLimits.end, 'dead'],
  ] as const)('%s', (_case, lag, silent, state) => expect(progressOf(lag, silent)).toBe(state));
});

describe('the watch over a consumer', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());
  const watchOf = (lag: () => Promise<number>) => {
    const dead: Error[] = [];
    const watch = new ProgressWatch(
      lag,
      (error) => void dead.push(error),
      () => undefined,
    );
    return { watch, dead };
  };
  const minutes = (count: number) => jest.advanceTimersByTimeAsync(count * 60_000);

  it.each([
    ['cannot be read', () => Promise.reject<number>(new Error('connection refused'))],
    ['is not told', () => new Promise<number>(() => undefined)],
  ])('lets the process live while the lag %s, however long', async (_case, away) => {
    let lag: () => Promise<number> = away;
    const { watch, dead } = watchOf(() => lag());
    await minutes(60);
    expect(dead).toEqual([]);
    lag = () => Promise.resolve(3);
    await minutes(1);
    expect(dead).toEqual([]);
    await minutes(2);
    expect(dead[0]?.message).toBe('no progress for 120 s over 3 records');
    watch.stop();
  });

  it('is not ready after a minute, and ready again when the consumer moves', async () => {
    const { watch, dead } = watchOf(() => Promise.resolve(3));
    await minutes(1.5);
    await expect(watch.check()).rejects.toThrow('the consumer makes no progress');
    watch.active();
    await minutes(0.2);
    await watch.check();
    expect(dead).toEqual([]);
    watch.stop();
  });
});
