import { countBulk } from './bulk.ts';

const opened = (share: number, count: number, queued: () => number) => {
  const tickets = countBulk(share, queued);
  for (let number = 0; number < count; number += 1) tickets.came();
  return tickets;
};

it('opens no more than agents end where they are to end all', () => {
  const tickets = opened(1, 3_990, () => 3_990);
  expect([tickets.hasRoom(9), tickets.hasRoom(10)]).toEqual([true, false]);
  tickets.left();
  expect(tickets.hasRoom(10)).toBe(true);
});

it('lets agents end a share alone, and counts only that one against them', () => {
  const tickets = opened(0.25, 6, () => 6);
  expect(tickets.isDue()).toBe(true);
  tickets.left();
  expect(tickets.isDue()).toBe(false);
  expect(opened(0.25, 15_900, () => 15_900).hasRoom(10)).toBe(true);
  expect(opened(0.25, 16_000, () => 16_000).hasRoom(0)).toBe(false);
  expect(opened(0, 500_000, () => 500_000).hasRoom(100)).toBe(true);
});

it('opens no more while too many are on the way to their queue', () => {
  let queued = 0;
  const tickets = opened(0, 10_000, () => queued);
  expect(tickets.hasRoom(0)).toBe(false);
  queued = 100;
  expect(tickets.hasRoom(99)).toBe(true);
});
