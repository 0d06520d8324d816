import { ChunkProcessor } from './chunk-processor.ts';
import type { ChunkStore, ChunkTransaction } from './chunk-store.ts';
import type { Chunk } from './event-log.ts';

const partition = { topic: 'tickets', partition: 2 };

/** Positions as the database keeps them: compared, then set. */
const storeAt = (next: bigint) => {
  let position = next;
  const tx: ChunkTransaction = {
    move: async (moves) => {
      const fitting = moves.filter(({ seen }) => seen === position);
      fitting.forEach((move) => (position = move.next));
      return fitting.length;
    },
    parkedKeys: async () => new Set(),
    park: async () => undefined,
    fresh: async (events) => events,
    run: async () => undefined,
  };
  const store: ChunkStore = {
    positions: async () => [{ partition, next: position, remaining: null }],
    transaction: (work) => work(tx),
  };
  return { store, position: () => position, moveTo: (moved: bigint) => (position = moved) };
};

const nothing = { handles: () => false, tasksFor: async () => [] };
const untold = { onDone: () => undefined, onParked: () => undefined, onRetry: () => undefined };

const chunkOf = (from: number, until: number): Chunk => ({
  ...partition,
  records: Array.from({ length: until - from }, (_, index) => ({
    offset: BigInt(from + index),
    key: 'a',
    value: null,
    headers: { ce_type: 'tierline.ticket.of-no-interest.v1' },
  })),
  highWatermark: BigInt(until),
});

const startedAt = async (position: bigint) => {
  const stored = storeAt(position);
  const processor = new ChunkProcessor(stored.store, nothing, untold);
  await processor.assigned([partition]);
  return { ...stored, processor };
};

it('stores what it skipped although the former owner of the partition stored a part of that meanwhile', async () => {
  const { processor, position, moveTo } = await startedAt(79n);
  await processor.process(chunkOf(79, 85));
  moveTo(81n);
  await processor.settle();
  await processor.settle();
  expect(position()).toBe(85n);
});

it('does not move a position that somebody else moved further', async () => {
  const { processor, position, moveTo } = await startedAt(79n);
  await processor.process(chunkOf(79, 85));
  moveTo(90n);
  await processor.settle();
  await processor.settle();
  expect(position()).toBe(90n);
  expect(await processor.process(chunkOf(85, 87))).toEqual({ kind: 'seek', next: 90n });
});

it('reads again from a position that was set back', async () => {
  const { processor, position, moveTo } = await startedAt(79n);
  await processor.process(chunkOf(79, 85));
  moveTo(0n);
  await processor.settle();
  await processor.settle();
  expect(position()).toBe(0n);
  expect(await processor.process(chunkOf(85, 87))).toEqual({ kind: 'seek', next: 0n });
});

it('stores what it skipped in several partitions in one transaction', async () => {
  const { store } = storeAt(0n);
  const stored: string[][] = [];
  const partitions = [0, 1, 2].map((each) => ({ ...partition, partition: each }));
  const many: ChunkStore = {
    positions: async () => partitions.map((each) => ({ partition: each, next: 0n, remaining: null })),
    transaction: (work) =>
      store.transaction((tx) =>
        work({
          ...tx,
          move: async (moves) => {
            stored.push(moves.map((move) => `${move.partition.partition}: ${move.next}`));
            return moves.length;
          },
        }),
      ),
  };
  const processor = new ChunkProcessor(many, nothing, untold);
  await processor.assigned(partitions);
  for (const each of partitions) await processor.process({ ...chunkOf(0, 3 + each.partition), ...each });
  await processor.settle();
  expect(stored).toEqual([['0: 3', '1: 4', '2: 5']]);
});
