import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, freshName, ledger, scratchTopic, stranger, testLog } from '@tierline/testing';
import type { Consumer, EventLog } from './event-log.ts';
import { kafkaClients } from './open-event-log.ts';

const foreign = await stranger();
afterAll(() => foreign.close());

const partitions = 4;
const fill = async (topic: string, from: number, count: number) => {
  for (let partition = 0; partition < partitions; partition += 1)
    await foreign.send(
      topic,
      Array.from({ length: count }, (_none, index) => ({ partition, value: `${partition}:${from + index}` })),
    );
};
/** What was taken of each partition is everything up to `count`, once and in order. */
const expectAll = (book: ReturnType<typeof ledger>, count: number) => {
  for (let partition = 0; partition < partitions; partition += 1) {
    const offsets = book.taken.filter((each) => each.partition === partition).map(({ offset }) => Number(offset));
    expect(offsets).toEqual(Array.from({ length: count }, (_none, index) => index));
  }
};

const scene = async (client: (typeof kafkaClients)[number]) => {
  const topic = await scratchTopic(partitions);
  const book = ledger(freshName('group'), topic);
  const logs: EventLog[] = [];
  const consumers: Consumer[] = [];
  return {
    topic,
    book,
    join: async (options: Parameters<typeof book.join>[1]) => {
      const log = await testLog(client);
      logs.push(log);
      const consumer = await book.join(log, options);
      consumers.push(consumer);
      return consumer;
    },
    end: async () => {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await Promise.all(logs.map((log) => log.close()));
    },
  };
};

/** Plays a slow scenario on all clients at once. */
const onEachClient = (play: (on: Awaited<ReturnType<typeof scene>>) => Promise<void>) => async () => {
  await Promise.all(
    kafkaClients.map(async (client) => {
      const on = await scene(client);
      await play(on).finally(on.end);
    }),
  );
};

describe('a group of consumers, on every client,', () => {
  it(
    'takes each record once while members come and go',
    onEachClient(async ({ topic, book, join }) => {
      let sent = 0;
      const storm = new AbortController();
      const sending = (async () => {
        for (; !storm.signal.aborted; sent += 20, await sleep(100)) await fill(topic, sent, 20);
      })();
      await join({ member: 'steady', during: () => sleep(60) });
      for (let round = 0; round < 4; round += 1) {
        const guest = await join({ member: `guest ${round}`, during: () => sleep(20) });
        await sleep(2_000);
        await guest.stop();
        await sleep(1_500);
      }
      storm.abort();
      await sending;
      await eventually(() => expect(book.taken.length).toBeGreaterThanOrEqual(sent * partitions));
      expectAll(book, sent);
      expect(book.fatal).toEqual([]);
      expect(book.overlaps()).toBe(0);
      expect(new Set(book.taken.map(({ member }) => member)).size).toBeGreaterThan(1);
    }),
  );

  it(
    'takes a chunk once that lasts longer than the session',
    onEachClient(async ({ topic, book, join }) => {
      await fill(topic, 0, 10);
      let slow = 0;
      const during = async ({ partition }: { partition: number }) => {
        if (partition === 1 && (slow += 1) === 1) await sleep(7_000);
      };
      await join({ member: 'slow', session: 6_000, during });
      await eventually(() => expect(slow).toBe(1));
      await join({ member: 'other', session: 6_000, during });
      await eventually(() => expect(book.taken).toHaveLength(40), 30_000);
      await fill(topic, 10, 5);
      await eventually(() => expect(book.taken).toHaveLength(60));
      expectAll(book, 15);
      expect(book.fatal).toEqual([]);
    }),
  );
});

describe.each(kafkaClients)('a consumer on %s', (client) => {
  let on: Awaited<ReturnType<typeof scene>>;
  beforeEach(async () => (on = await scene(client)));
  afterEach(() => on.end());

  it('shares the partitions with another, and takes them all when that one leaves', async () => {
    const { topic, book, join } = on;
    await join({ member: 'stays' });
    const leaving = await join({ member: 'leaves' });
    let sent = 0;
    await eventually(async () => {
      await fill(topic, sent, 5);
      sent += 5;
      expect(new Set(book.taken.slice(-20).map(({ member }) => member))).toEqual(new Set(['stays', 'leaves']));
    });
    await leaving.stop();
    const before = book.taken.length;
    await fill(topic, sent, 5);
    sent += 5;
    // Sooner than a session ends: it left the group, it did not just fall silent.
    await eventually(() => expect(book.taken).toHaveLength(sent * partitions), 5_000);
    expect(new Set(book.taken.slice(before).map(({ member }) => member)).has('stays')).toBe(true);
    expectAll(book, sent);
  });

  it('finishes the running chunks when it is stopped, and takes no new one', async () => {
    const { topic, book, join } = on;
    await fill(topic, 0, 1_200);
    const consumer = await join({ during: () => sleep(300) });
    await eventually(() => expect(book.chunks.length).toBeGreaterThan(0));
    const given = book.chunks.length;
    await consumer.stop();
    const taken = book.taken.length;
    expect(taken).toBe(book.chunks.reduce((sum, { records }) => sum + records.length, 0));
    expect(book.chunks.length).toBe(given);
    await sleep(300);
    expect(book.taken).toHaveLength(taken);
    await join({});
    await eventually(() => expect(book.taken).toHaveLength(1_200 * partitions));
    expectAll(book, 1_200);
  });

  it('stops at its deadline even when a handler does not return', async () => {
    const { topic, book, join } = on;
    await fill(topic, 0, 3);
    const { promise: never, resolve: release } = Promise.withResolvers<void>();
    const consumer = await join({ drain: 700, during: () => never });
    await eventually(() => expect(book.chunks.length).toBeGreaterThan(0));
    const begin = performance.now();
    await consumer.stop();
    expect(performance.now() - begin).toBeGreaterThan(600);
    expect(performance.now() - begin).toBeLessThan(4_000);
    release();
  });

  it('tells of a handler that throws, whatever it throws, and gives it no more', async () => {
    const { topic, book, join } = on;
    await fill(topic, 0, 3);
    // Of a TypeError kafkajs would stop for good, of any other error it would try again without end.
    for (const error of [new TypeError('not a function'), new Error('no luck')]) {
      const told = book.fatal.length;
      const consumer = await join({
        during: async () => {
          throw error;
        },
      });
      await eventually(() => expect(book.fatal.slice(told)).toEqual([error]));
      const given = book.chunks.length;
      await sleep(300);
      // Those of other partitions that ran beside it are given once at most.
      expect(book.chunks.length).toBeLessThanOrEqual(given + partitions - 1);
      expect(book.fatal).toHaveLength(told + 1);
      await consumer.stop();
    }
    expect(book.taken).toEqual([]);
  });
});
