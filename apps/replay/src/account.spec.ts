import { agrees, figuresOf, tableOf, type Summary } from './account.ts';
import type { Count } from './count.ts';

const summary: Summary = {
  tickets: { opened: 3, resolved: 2, closed: 1, cancelled: 0, reopened: 1 },
  reopenings: 1,
  moves: { up: 2, down: 1, sideways: 0 },
  byTier: [
    { rank: 1, resolved: 1 },
    { rank: 2, resolved: 2 },
  ],
  orphans: 0,
  highestTier: { '1': 1, '2': 2 },
};
const count: Count = {
  ...{ cases: 3, up: 2, down: 1, sideways: 4, resolved: 2, reopenings: 1, reopened: 1, closed: 1, cancelled: 0 },
  solutions: { 1: 1, 2: 2, 3: 0 },
  highest: { 1: 1, 2: 2, 3: 0 },
};

describe('the account', () => {
  it('puts every figure of the desk beside the independent one', () =>
    expect(figuresOf(summary, count).filter((figure) => !agrees(figure))).toEqual([
      { name: 'moves within a tier', tierline: 0, independent: 4 },
    ]));

  it('shows a difference', () => {
    const lines = tableOf(figuresOf(summary, count)).split('\n');
    expect(lines[0]).toMatch(/^figure +Tierline reporting +independent count +agrees$/);
    expect(lines).toContainEqual(expect.stringMatching(/^moves to a higher tier +2 +2 +yes$/));
    expect(lines).toContainEqual(expect.stringMatching(/^moves within a tier +0 +4 +NO$/));
    expect(lines).toContainEqual(expect.stringMatching(/^highest tier reached: 3 +0 +0 +yes$/));
  });
});
