import { faultKinds } from './fault.ts';
import { linesOf, scheduleOf, type ScheduleOptions } from './schedule.ts';

const options = (given: Partial<ScheduleOptions> = {}): ScheduleOptions => ({
  seed: '7',
  minutes: 30,
  every: 1,
  without: null,
  only: null,
  ...given,
});

it('gives the same faults for the same seed, and others for another', () => {
  expect(scheduleOf(options())).toEqual(scheduleOf(options()));
  expect(linesOf(scheduleOf(options()))).not.toEqual(linesOf(scheduleOf(options({ seed: '8' }))));
});

it('does not change the first minutes when the run is longer', () => {
  const until = (minutes: number) => scheduleOf(options({ minutes })).filter(({ at }) => at < 2 * 60_000);
  expect(until(30)).toEqual(until(3));
});

it('has at most two faults under way, and none at the end of each minute', () => {
  for (let seed = 0; seed < 200; seed += 1) {
    const faults = scheduleOf(options({ seed: String(seed), minutes: 5 }));
    for (const { at } of faults) {
      const underWay = faults.filter((other) => other.at <= at && at < other.at + other.seconds * 1_000);
      expect(underWay.length).toBeLessThanOrEqual(2);
    }
    for (const { at, seconds } of faults) expect((at % 60_000) + seconds * 1_000).toBeLessThanOrEqual(46_001);
  }
});

it('leaves minutes in peace where that is wanted, and has the same faults in the others', () => {
  const inMinutes = (every: number) =>
    scheduleOf(options({ every })).map((fault) => ({ ...fault, id: 0, minute: Math.floor(fault.at / 60_000) }));
  expect(inMinutes(3)).toEqual(inMinutes(1).filter(({ minute }) => minute % 3 === 0));
});

it('ends every fault before the load ends', () => {
  for (const { at, seconds } of scheduleOf(options({ minutes: 1.25 })))
    expect(at + seconds * 1_000).toBeLessThanOrEqual(73_001);
});

it('comes by every kind of fault within half an hour', () => {
  const kinds = new Set(scheduleOf(options()).map(({ kind }) => kind));
  expect(kinds.size).toBe(faultKinds.length);
});

it('has only what brings out the lack of a guard', () => {
  const faults = scheduleOf(options({ without: 'delete-after-ack', minutes: 5 }));
  const favoured = faults.filter(({ detail }) => detail.startsWith('relay.read'));
  expect(favoured).toEqual(faults);
});

it('has one kind alone where that is wanted', () => {
  const faults = scheduleOf(options({ only: 'half-open' }));
  expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(['half-open']));
});
