import { jestTally, lastLine, single, sum } from './test-tally.ts';

const report = {
  numPassedTests: 7,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
};

describe('the count of npm test', () => {
  it('is one line, with skipped tests only when there are any', () => {
    expect(lastLine(sum([single(true), single(false), jestTally(report, 0)]))).toBe('8 passed, 1 failed');
    expect(lastLine(jestTally({ ...report, numPendingTests: 2, numTodoTests: 1 }, 0))).toBe(
      '7 passed, 0 failed, 3 skipped',
    );
  });

  it('counts a file that could not be loaded as failed', () => {
    expect(jestTally({ ...report, numRuntimeErrorTestSuites: 1 }, 1)).toMatchObject({ failed: 1 });
  });

  it('counts a Jest that failed without a failed test, or without a report, as failed', () => {
    expect(jestTally(report, 1)).toMatchObject({ passed: 7, failed: 1 });
    expect(jestTally(undefined, 0)).toMatchObject({ passed: 0, failed: 1 });
  });
});
