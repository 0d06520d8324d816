import type { Guard } from './failpoints.ts';
import { simulate } from './simulation/simulate.ts';

const seeds = 400;

const firstFailure = async (guard: Guard, most: number): Promise<string> => {
  for (let seed = 1; seed <= most; seed += 1) {
    const failure = await simulate(seed, guard).then(
      () => undefined,
      (error: Error) => error.message,
    );
    if (failure) return failure;
  }
  return `none in ${most} seeds`;
};

describe('pods that die, freeze and wake up over a log that answers late or not', () => {
  it(`lose nothing, do nothing twice and keep each ticket's order, in ${seeds} runs`, async () => {
    const total = { records: 0, events: 0, parked: 0 };
    for (let seed = 1; seed <= seeds; seed += 1) {
      const { records, events, parked } = await simulate(seed);
      total.records += records;
      total.events += events;
      total.parked += parked;
    }
    // The runs did something: duplicates came, and records were parked.
    expect(total.events).toBeGreaterThan(seeds * 5);
    expect(total.records).toBeGreaterThan(total.events * 2);
    expect(total.parked).toBeGreaterThan(seeds / 10);
  });

  it('play a seed the same way each time', async () => {
    expect(await simulate(7)).toEqual(await simulate(7));
  });

  it.each<[Guard, RegExp]>([
    ['inbox', /had its effect 2 times/],
    ['position', /the position of .* went back/],
    ['lease-epoch', /both sent for shard/],
    ['delete-after-ack', /subscribers see|had its effect 0 times/],
    ['transaction', /subscribers see|had its effect 0 times/],
  ])('break a promise without the guard "%s"', async (guard, broken) => {
    expect(await firstFailure(guard, 200)).toMatch(broken);
  });
});
