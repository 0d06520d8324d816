import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { ChunkProcessor } from './chunk-processor.ts';
import type { ChunkStore, Move } from './chunk-store.ts';
import { chunkLimits, type Chunk } from './event-log.ts';

const untold = { onDone: () => undefined, onParked: () => undefined, onRetry: () => undefined };
const dispatcher = { handles: () => true, tasksFor: async () => [] };

/** Positions in memory; notes how many partitions each transaction moved, and how many ran at once. */
const slowStore = (written: () => Promise<unknown> = () => sleep(5)) => {
  const positions = new Map<number, bigint>();
  const running = new Set<number>();
  const sizes: number[] = [];
  let atOnce = 0;
  let most = 0;
  const store: ChunkStore = {
    positions: async () => [],
    transaction: async (work) => {
      let mine: number[] = [];
      const move = async (moves: readonly Move[]) => {
        mine = moves.map(({ partition }) => partition.partition);
        if (mine.some((partition) => running.has(partition))) throw new Error('two transactions took one partition');
        mine.forEach((partition) => running.add(partition));
        sizes.push(mine.length);
        atOnce += 1;
        most = Math.max(most, atOnce);
        await written();
        moves.forEach(({ partition, next }) => positions.set(partition.partition, next));
        return moves.length;
      };
      const result = await work({
        move,
        parkedKeys: async () => new Set(),
        park: async () => undefined,
        fresh: async (events) => events,
        run: async () => undefined,
      });
      mine.forEach((partition) => running.delete(partition));
      atOnce -= 1;
      return result;
    },
  };
  return { store, positions, sizes, most: () => most };
};

const chunkOf = (partition: number, from: number, count: number): Chunk => ({
  topic: 'tickets',
  partition,
  highWatermark: BigInt(from + count),
  records: Array.from({ length: count }, (_, index) => ({
    offset: BigInt(from + index),
    key: `${partition}`,
    value: null,
    headers: {},
  })),
});

it('takes full chunks of several partitions side by side, and those of one partition one after the other', async () => {
  const { store, positions, most } = slowStore();
  const processor = new ChunkProcessor(store, dispatcher, untold);
  const places = [0, 1, 2, 3];
  await processor.assigned(places.map((partition) => ({ topic: 'tickets', partition })));
  await Promise.all(
    places.map(async (partition) => {
      for (let from = 0; from < 3_000; from += chunkLimits.records)
        expect(await processor.process(chunkOf(partition, from, chunkLimits.records))).toMatchObject({ kind: 'done' });
    }),
  );
  expect([...positions.values()]).toEqual(places.map(() => 3_000n));
  expect(most()).toBe(2);
});

it('lets a few records wait and go together', async () => {
  const { promise: written, resolve: write } = Promise.withResolvers<void>();
  const { store, sizes, most } = slowStore(() => written);
  const processor = new ChunkProcessor(store, dispatcher, untold);
  const first = processor.process(chunkOf(0, 0, 1));
  while (sizes.length === 0) await turn();
  const others = [1, 2, 3].map((partition) => processor.process(chunkOf(partition, 0, 1)));
  await turn();
  write();
  await Promise.all([first, ...others]);
  expect(most()).toBe(1);
  expect(sizes).toEqual([1, 3]);
});
