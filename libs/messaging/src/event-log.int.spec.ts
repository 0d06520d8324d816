import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, freshName, ledger, scratchTopic, stranger, testLog } from '@tierline/testing';
import { chunkLimits, longestWait, type Consumer, type EventLog, type OutgoingRecord } from './event-log.ts';
import { keyHash } from './key-hash.ts';
import { kafkaClients } from './open-event-log.ts';

const foreign = await stranger();
afterAll(() => foreign.close());

/** Promises that every client behind the event log has to keep. */
describe.each(kafkaClients)('the event log on %s gives records', (client) => {
  const partitions = 5;
  let log: EventLog;
  let topic: string;
  let group: string;
  const consumers: Consumer[] = [];
  const join = async (book: ReturnType<typeof ledger>, options: Parameters<typeof book.join>[1] = {}) => {
    const consumer = await book.join(log, options);
    consumers.push(consumer);
    return consumer;
  };
  const record = (key: string, value: string, headers = {}): OutgoingRecord => ({ topic, key, value, headers });
  const append = async (records: readonly OutgoingRecord[]) => {
    const producer = await log.producer();
    await producer.append(records);
    await producer.close();
  };
  /** Sends so many records to each partition. */
  const fill = async (count: number) => {
    for (let partition = 0; partition < partitions; partition += 1) {
      const messages = Array.from({ length: count }, (_none, index) => ({ partition, value: `${partition}:${index}` }));
      await foreign.send(topic, messages);
    }
  };

  beforeEach(async () => {
    log = await testLog(client);
    topic = await scratchTopic(partitions);
    group = freshName('group');
  });

  afterEach(async () => {
    for (const consumer of consumers.splice(0)) await consumer.stop();
    await log.close();
  });

  it('in order per key, each key in the partition where every other client puts it', async () => {
    const keys = Array.from({ length: 40 }, (_none, index) => `ticket-${index}-é`);
    const records = Array.from({ length: 800 }, (_none, index) => record(keys[index % 40]!, String(index)));
    await append(records);
    await foreign.send(
      topic,
      keys.map((key) => ({ key, value: 'foreign' })),
    );
    const book = ledger(group, topic);
    await join(book);
    await eventually(() => expect(book.taken).toHaveLength(840));
    for (const key of keys) {
      const about = book.taken.filter((each) => each.key === key);
      expect(new Set(about.map(({ partition }) => partition))).toEqual(new Set([keyHash(key) % partitions]));
      const sent = records.filter((each) => each.key === key).map(({ value }) => value);
      expect(about.map(({ value }) => value!.toString())).toEqual([...sent, 'foreign']);
    }
  });

  it('with their headers, in any script, and also without key or value', async () => {
    await append([record('schlüssel-😀', 'Grüße, 世界', { ce_actor: 'agent:Zoë', empty: '' })]);
    await foreign.send(topic, [{ key: null, value: null, headers: { twice: ['first', 'second'] }, partition: 0 }]);
    const book = ledger(group, topic);
    await join(book);
    await eventually(() => expect(book.taken).toHaveLength(2));
    const [own, bare] = [...book.taken].sort((one) => (one.key === null ? 1 : -1));
    expect(own).toMatchObject({ key: 'schlüssel-😀', headers: { ce_actor: 'agent:Zoë', empty: '' } });
    expect(own!.value!.toString()).toBe('Grüße, 世界');
    expect(bare).toMatchObject({ key: null, value: null, headers: { twice: 'first' } });
  });

  it('many at a time to who gathers, and each of them soon', async () => {
    const book = ledger(group, topic);
    await join(book, { gathering: true });
    await append([record('ticket-1', 'first')]);
    await eventually(() => expect(book.taken).toHaveLength(1));
    const began = performance.now();
    const producer = await log.producer();
    for (let index = 0; index < 60; index += 1) {
      await producer.append([record('ticket-1', String(index))]);
      await sleep(10);
    }
    await producer.close();
    await eventually(() => expect(book.taken).toHaveLength(61));
    const rounds = (performance.now() - began) / longestWait;
    expect(book.chunks.length - 1).toBeLessThanOrEqual(Math.ceil(rounds) + 1);
  });

  it('from the given position on, be the committed offset ahead of it, behind it or absent', async () => {
    await fill(10);
    await foreign.commit(group, topic, { 1: 9, 2: 2 });
    const book = ledger(group, topic);
    for (const partition of [1, 2, 3]) book.positions.set(partition, 5n);
    await join(book);
    await eventually(() => expect(book.taken).toHaveLength(3 * 5 + 2 * 10));
    const firsts = [0, 1, 2, 3, 4].map((each) => book.chunks.find(({ partition }) => partition === each)!.records[0]!);
    expect(firsts.map(({ offset }) => offset)).toEqual([0n, 5n, 5n, 5n, 0n]);
    // Lag tools read the committed offset: it follows what was taken.
    await eventually(async () => expect((await foreign.committed(group, topic))[2]).toBe(10));
  });

  it('again from where the handler says', async () => {
    await fill(20);
    const book = ledger(group, topic);
    book.positions.set(2, 0n);
    let jumps = 0;
    await join(book, {
      during: async ({ partition, records }) =>
        partition === 2 && records[0]!.offset === 0n && (jumps += 1) === 1 ? { kind: 'seek', next: 15n } : undefined,
    });
    await eventually(() => expect(book.chunks.filter(({ partition }) => partition === 2).length).toBeGreaterThan(2));
    const starts = book.chunks.filter(({ partition }) => partition === 2).map(({ records }) => records[0]!.offset);
    // Sent ahead to 15, and back to 0 by the ledger, which did not take what came before.
    expect(starts.slice(0, 3)).toEqual([0n, 15n, 0n]);
    await eventually(() => expect(book.taken).toHaveLength(100));
  });

  it('of other partitions while some are put off, and then the same ones again', async () => {
    await fill(50);
    const book = ledger(group, topic);
    let isBroken = true;
    // Longer than this test waits for anything: a wait in the wrong place would fail it.
    const waits = new Map([
      [0, 40_000],
      [1, 200],
    ]);
    await join(book, {
      during: async ({ partition, records }) => {
        const milliseconds = isBroken ? waits.get(partition) : undefined;
        return milliseconds ? { kind: 'later', next: records[0]!.offset, milliseconds } : undefined;
      },
    });
    await eventually(() => expect(book.taken).toHaveLength(150));
    await fill(50);
    await eventually(() => expect(book.taken).toHaveLength(300));
    const tries = (partition: number) => book.chunks.filter((chunk) => chunk.partition === partition);
    await eventually(() => expect(tries(1).length).toBeGreaterThan(1));
    expect(new Set(tries(1).map(({ records }) => records[0]!.offset))).toEqual(new Set([0n]));
    isBroken = false;
    await eventually(() => expect(book.taken).toHaveLength(400));
    const offsets = book.taken.filter(({ partition }) => partition === 1).map(({ offset }) => Number(offset));
    expect(offsets).toEqual(Array.from({ length: 100 }, (_none, index) => index));
    expect(tries(0)).toHaveLength(1);
  });

  it('in chunks that are never larger than the limits', async () => {
    await foreign.send(
      topic,
      Array.from({ length: 1_300 }, (_none, index) => ({ partition: 0, value: String(index) })),
    );
    for (let batch = 0; batch < 4; batch += 1)
      await foreign.send(
        topic,
        Array.from({ length: 8 }, () => ({ partition: 1, value: 'x'.repeat(110_000) })),
      );
    const book = ledger(group, topic);
    await join(book);
    await eventually(() => expect(book.taken).toHaveLength(1_332));
    for (const { records } of book.chunks) {
      expect(records.length).toBeLessThanOrEqual(chunkLimits.records);
      const bytes = records.reduce((sum, { value }) => sum + value!.length, 0);
      expect(bytes).toBeLessThanOrEqual(chunkLimits.bytes);
    }
  });

  it('without those that a transaction took back', async () => {
    const messages = (text: string) => [0, 1, 2].map((index) => ({ partition: 3, value: `${text} ${index}` }));
    await foreign.transact(topic, messages('kept'), 'commit');
    await foreign.transact(topic, messages('taken back'), 'abort');
    await foreign.send(topic, [{ partition: 3, value: 'after' }]);
    const book = ledger(group, topic);
    await join(book);
    await eventually(() => expect(book.texts()).toEqual(['kept 0', 'kept 1', 'kept 2', 'after']));
    expect(book.fatal).toEqual([]);
  });

  it.each(['gzip', 'zstd', 'snappy', 'lz4'])('that were compressed with %s, or ends loudly', async (codec) => {
    const compressed = await scratchTopic(1, { 'compression.type': codec });
    await foreign.send(
      compressed,
      Array.from({ length: 100 }, (_none, index) => ({ value: `a text that repeats ${index}` })),
    );
    const book = ledger(group, compressed);
    await join(book);
    if (client === 'kafkajs' && (codec === 'snappy' || codec === 'lz4')) {
      await eventually(() => expect(book.fatal).toHaveLength(1));
      expect(book.fatal[0]!.message).toMatch(new RegExp(codec, 'i'));
      expect(book.taken).toEqual([]);
    } else await eventually(() => expect(book.taken).toHaveLength(100));
  });

  it('never twice at once for one partition, and of several partitions together', async () => {
    await fill(600);
    const book = ledger(group, topic);
    let running = 0;
    let most = 0;
    await join(book, {
      during: async () => {
        most = Math.max(most, (running += 1));
        await sleep(50);
        running -= 1;
      },
    });
    await eventually(() => expect(book.taken).toHaveLength(3_000));
    expect(book.overlaps()).toBe(0);
    expect(most).toBeGreaterThan(1);
  });
});
