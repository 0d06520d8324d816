import { healthy } from './example.ts';
import { judge } from './invariants/index.ts';
import { linesOf } from './report.ts';

it('finds nothing wrong with a run in which all is well', () => {
  const states = judge(healthy(), () => [healthy()]).map(({ invariant, state }) => `${invariant} ${state}`);
  expect(states).toEqual(
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14].map((n) => `I${n} ${n === 13 ? 'not run' : 'ok'}`),
  );
});

it('gives one line to what holds, and ten culprits at most to what does not', () => {
  const verdict = { invariant: 'I7', figure: '5 events taken', violations: 0, named: [] } as const;
  expect(linesOf({ ...verdict, state: 'ok' })).toEqual(['I7  ok        5 events taken']);
  const named = Array.from({ length: 30 }, (_, index) => `event ${index}`);
  const lines = linesOf({ ...verdict, state: 'violated', violations: 3_000, named });
  expect(lines[0]).toBe('I7  VIOLATED  3,000; 5 events taken');
  expect(lines[10]).toBe('      event 9');
  expect(lines[11]).toBe('      … and 2,990 more');
  expect(lines).toHaveLength(12);
});
