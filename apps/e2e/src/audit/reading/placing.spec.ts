import { randomUUID } from 'node:crypto';
import { numberOf, openPlacing } from './placing.ts';

it('gives each of many texts the number that it was given', () => {
  const ids = Array.from({ length: 50_000 }, () => randomUUID());
  const placing = openPlacing(ids.length);
  ids.forEach((id, index) => placing.set(id, index % 4_000));
  expect(ids.every((id, index) => placing.get(id) === index % 4_000)).toBe(true);
  expect(Array.from({ length: 10_000 }, () => placing.get(randomUUID())).every((found) => found === undefined)).toBe(
    true,
  );
});

it('gives the last number of a text that came twice', () => {
  const placing = openPlacing(1);
  placing.set('a', 1);
  placing.set('a', 0);
  expect(placing.get('a')).toBe(0);
});

it('refuses far more texts than were foretold', () => {
  const placing = openPlacing(1);
  const set = () => Array.from({ length: 2_000 }, (_, index) => placing.set(`t${index}`, 1));
  expect(set).toThrow('more than 1 texts came');
});

it('spreads texts evenly', () => {
  const counts = Array.from({ length: 50 }, () => 0);
  for (let index = 0; index < 50_000; index += 1) counts[numberOf(randomUUID(), 50)]! += 1;
  expect(Math.max(...counts)).toBeLessThan(1_200);
  expect(Math.min(...counts)).toBeGreaterThan(800);
});
