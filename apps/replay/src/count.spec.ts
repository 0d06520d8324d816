import { countLog } from './count.ts';
import { casesOf } from './testing/log-sample.ts';

describe('the independent count of a log', () => {
  it('counts team changes between consecutive events by the tiers of the teams', () => {
    const cases = casesOf(
      ['works Ana @ Desk', 'works Bo @ Mail 2nd', 'works Cy @ Disks 3rd', 'queued Cy @ Mail 2nd', 'closed Ana @ Desk'],
      ['works Ana @ Desk', 'works Bo @ Other desk', 'closed Cy @ Disks 3rd'],
    );
    expect(countLog(cases)).toMatchObject({ cases: 2, up: 3, down: 2, sideways: 1, highest: { 1: 0, 2: 0, 3: 2 } });
  });

  it('does not take the change from one case to the next for a move', () => {
    const cases = casesOf(['closed Ana @ Desk'], ['closed Bo @ Mail 2nd']);
    expect(countLog(cases)).toMatchObject({ up: 0, down: 0, sideways: 0, highest: { 1: 1, 2: 1, 3: 0 } });
  });

  it('counts a case as reopened once, however often something follows a closing', () => {
    const cases = casesOf(
      ['closed Ana @ Desk', 'works Ana @ Desk', 'closed Ana @ Desk', 'works Bo @ Desk', 'closed Bo @ Desk'],
      ['works Ana @ Desk', 'closed Ana @ Desk'],
    );
    expect(countLog(cases)).toMatchObject({ reopened: 1, reopenings: 2, resolved: 2, solutions: { 1: 4 } });
  });

  it('counts a case as cancelled only where that is its end', () => {
    const cases = casesOf(['cancelled Ana @ Desk'], ['cancelled Ana @ Desk', 'closed Ana @ Desk']);
    expect(countLog(cases).cancelled).toBe(1);
  });
});
