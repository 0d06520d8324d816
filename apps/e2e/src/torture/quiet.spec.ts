import { followProgress } from './quiet.ts';

const minute = 60_000;
const lag = (count: number) => ({ count, what: 'records before routing' });
const deliveries = (count: number) => ({ count, what: 'deliveries wait' });

it('waits as long as something gets less, whatever grows meanwhile', () => {
  const getsLess = followProgress();
  expect(getsLess([lag(900)], 0)).toBe(true);
  expect(getsLess([lag(500), deliveries(10)], 1.5 * minute)).toBe(true);
  expect(getsLess([lag(100), deliveries(5_000)], 3 * minute)).toBe(true);
  expect(getsLess([deliveries(5_100)], 4.5 * minute)).toBe(true);
  expect(getsLess([deliveries(4_000)], 6 * minute)).toBe(true);
});

it('gives up after two minutes in which nothing got less', () => {
  const getsLess = followProgress();
  expect(getsLess([lag(7), deliveries(3)], 0)).toBe(true);
  expect(getsLess([lag(7), deliveries(9)], 1.9 * minute)).toBe(true);
  expect(getsLess([lag(8), deliveries(9)], 2.1 * minute)).toBe(false);
});

it('takes a process that is ready again for progress', () => {
  const getsLess = followProgress();
  const away = { count: 0, what: 'routing-a is not ready' };
  expect(getsLess([lag(7), away], 0)).toBe(true);
  expect(getsLess([lag(7)], minute)).toBe(true);
  expect(getsLess([lag(7)], 2.9 * minute)).toBe(true);
});
