import fc from 'fast-check';
import type { Desk } from './desk.ts';
import { desk } from './example.ts';
import { promising } from './promises-example.ts';
import { begin, commands, folded, play, rolls, type Tally } from './random-world.ts';
import { kinds, withHours } from './world-example.ts';

const all = 100_000;
const tally: Tally = { done: new Map(), refused: new Map() };

const hold = (desks: readonly Desk[], runs: number) =>
  fc.assert(
    fc.property(rolls, (world) => {
      const begun = begin(desks);
      for (const roll of world) play(begun, roll, tally);
      for (const { state, story } of begun.tickets.values()) expect(folded(story)).toEqual(state);
    }),
    { numRuns: runs, seed: 2_026 },
  );

describe('a hundred thousand random commands on random tickets', () => {
  it(
    'leave no open ticket without a queue or a route, a deadline and at most one owner; refused ones leave no trace',
    () => hold([desk], all / commands),
    180_000,
  );

  it(
    'do so too where promises are kept time of, queues close and lapse, and the desk changes',
    () => hold([withHours(promising()), promising()], all / 10 / commands),
    180_000,
  );

  it('were not all refused: each kind was done', () => {
    const never = kinds.filter((kind) => !tally.done.has(kind) && !['keep-time', 'stale-fire'].includes(kind));
    expect(never).toEqual([]);
  });
});
