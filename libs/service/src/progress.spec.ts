import { progressOf, stallLimits } from './progress.ts';

describe('progress of a consumer', () => {
  it.each([
    ['nothing waits', 0, stallLimits.end * 10, 'works'],
    ['records wait, but it was active just now', 1_000, stallLimits.notReady - 1, 'works'],
    ['records wait and nothing moved for a minute', 1, stallLimits.notReady, 'stalls'],
    ['records wait and nothing moved for two minutes', 1, stallLimits.end, 'dead'],
  ] as const)('%s', (_case, lag, silent, state) => expect(progressOf(lag, silent)).toBe(state));
});
