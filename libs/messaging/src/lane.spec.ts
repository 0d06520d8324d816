import { setImmediate as turn } from 'node:timers/promises';
import { chunkLimits, type Chunk, type LogRecord, type Outcome } from './event-log.ts';
import { Lane } from './lane.ts';

const records = (from: number, count: number): LogRecord[] =>
  Array.from({ length: count }, (_none, index) => ({
    offset: BigInt(from + index),
    key: null,
    value: Buffer.from('x'),
    headers: {},
  }));
const fetched = (from: number, count: number) => ({
  from: BigInt(from),
  records: records(from, count),
  next: BigInt(from + count),
  highWatermark: 5_000n,
});

const scene = () => {
  const given: Chunk[] = [];
  const answers: ((outcome: Outcome) => void)[] = [];
  const told = { done: [] as bigint[], failures: [] as Error[] };
  const lane = new Lane({ topic: 'tickets', partition: 3 }, 0n, {
    onChunk: (chunk) => {
      given.push(chunk);
      return new Promise((resolve) => answers.push(resolve));
    },
    onDone: (next) => void told.done.push(next),
    onChange: () => undefined,
    onFailure: (error) => void told.failures.push(error),
  });
  const answer = async (outcome: Outcome) => {
    answers.shift()!(outcome);
    await turn();
  };
  const starts = () => given.map((chunk) => Number(chunk.records[0]!.offset));
  return { lane, given, told, answer, starts };
};

it('gives one chunk at a time and fetches ahead by about a chunk', async () => {
  const { lane, given, answer, told, starts } = scene();
  lane.receive(fetched(0, 1_200));
  expect(given.map((chunk) => chunk.records.length)).toEqual([chunkLimits.records]);
  expect(lane.wantsIn(performance.now())).toBe(Infinity);
  await answer({ kind: 'done', next: 500n });
  expect(lane.wantsIn(performance.now())).toBe(0);
  expect(lane.from).toBe(1_200n);
  await answer({ kind: 'done', next: 1_000n });
  expect(starts()).toEqual([0, 500, 1_000]);
  expect(told.done).toEqual([500n, 1_000n]);
});

it('drops what was fetched from elsewhere than where it was told to read', async () => {
  const { lane, answer, starts } = scene();
  lane.receive(fetched(0, 10));
  await answer({ kind: 'seek', next: 40n });
  lane.receive(fetched(10, 5));
  lane.receive(fetched(40, 5));
  expect(starts()).toEqual([0, 40]);
});

it('wants nothing while it is put off, and takes nothing that was under way', async () => {
  const { lane, answer, starts } = scene();
  lane.receive(fetched(0, 10));
  await answer({ kind: 'later', next: 0n, milliseconds: 60_000 });
  expect(lane.wantsIn(performance.now())).toBeGreaterThan(50_000);
  lane.receive(fetched(0, 10));
  expect(starts()).toEqual([0]);
});

it('gives no chunk after it was closed, and is closed when the running one is done', async () => {
  const { lane, answer, starts, told } = scene();
  lane.receive(fetched(0, 900));
  let isClosed = false;
  const closed = lane.close().then(() => (isClosed = true));
  await turn();
  expect(isClosed).toBe(false);
  await answer({ kind: 'done', next: 500n });
  await closed;
  expect(starts()).toEqual([0]);
  expect(told.done).toEqual([500n]);
});
