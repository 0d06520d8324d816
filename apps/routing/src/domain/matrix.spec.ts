import { Impact, Priority, Urgency } from '@tierline/contracts';
import { priorityOf } from './matrix.ts';

describe('priority by impact and urgency', () => {
  it.each([
    ['low', 'P4 P3 P3'],
    ['medium', 'P4 P3 P2'],
    ['high', 'P3 P2 P1'],
    ['major', 'P2 P1 P1'],
  ] as const)('of impact %s is %s', (impact, row) =>
    expect(Urgency.options.map((urgency) => priorityOf(impact, urgency)).join(' ')).toBe(row),
  );

  it('never falls when impact or urgency rises', () => {
    const rank = (impact: Impact, urgency: Urgency) => Priority.options.indexOf(priorityOf(impact, urgency));
    for (const [i, impact] of Impact.options.entries())
      for (const [u, urgency] of Urgency.options.entries()) {
        if (i > 0) expect(rank(impact, urgency)).toBeLessThanOrEqual(rank(Impact.options[i - 1]!, urgency));
        if (u > 0) expect(rank(impact, urgency)).toBeLessThanOrEqual(rank(impact, Urgency.options[u - 1]!));
      }
  });
});
