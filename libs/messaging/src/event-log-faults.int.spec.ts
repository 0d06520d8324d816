import { createHook } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  closedPort,
  eventually,
  freshName,
  ledger,
  proxyTo,
  scratchTopic,
  stranger,
  testLog,
  testParts,
} from '@tierline/testing';
import { LogCutShort, RetentionPassed, UnknownTopic, type Consumer, type EventLog } from './event-log.ts';
import { kafkaClients } from './open-event-log.ts';

const foreign = await stranger();
afterAll(() => foreign.close());

const partitions = 3;

describe.each(kafkaClients)('the event log on %s', (client) => {
  let topic: string;
  let book: ReturnType<typeof ledger>;
  const logs: EventLog[] = [];
  const consumers: Consumer[] = [];
  const open = async (brokers?: string, patience?: number) => {
    const log = await testLog(client, brokers, patience);
    logs.push(log);
    return log;
  };
  const join = async (log: EventLog, options: Parameters<typeof book.join>[1] = {}) => {
    const consumer = await book.join(log, options);
    consumers.push(consumer);
    return consumer;
  };
  const fill = async (count: number) => {
    for (let partition = 0; partition < partitions; partition += 1)
      await foreign.send(
        topic,
        Array.from({ length: count }, (_none, index) => ({ partition, value: `${index}` })),
      );
  };

  beforeEach(async () => {
    topic = await scratchTopic(partitions);
    book = ledger(freshName('group'), topic);
  });

  afterEach(async () => {
    await Promise.all(consumers.splice(0).map((consumer) => consumer.stop()));
    await Promise.all(logs.splice(0).map((log) => log.close()));
  });

  it('connects when the broker comes, and says no to appends until then', async () => {
    await fill(5);
    const port = await closedPort();
    const log = await open(`127.0.0.1:${port}`);
    await join(log);
    const producer = await log.producer();
    const record = { topic, key: 'one', value: 'late', headers: {} };
    await expect(producer.append([record])).rejects.toBeInstanceOf(Error);
    expect(book.taken).toEqual([]);
    const proxy = await proxyTo(testParts().brokers, port);
    await eventually(() => producer.append([record]));
    await eventually(() => expect(book.texts()).toContain('late'));
    expect(book.fatal).toEqual([]);
    await producer.close();
    await consumers.pop()!.stop();
    await proxy.away();
  });

  it('can be stopped while the broker is away', async () => {
    const log = await open(`127.0.0.1:${await closedPort()}`);
    const consumer = await join(log);
    await sleep(300);
    const begin = performance.now();
    await consumer.stop();
    expect(performance.now() - begin).toBeLessThan(9_000);
    await log.close();
    expect(book.fatal).toEqual([]);
  });

  it('goes on where it was when connections break and when the broker was away for some time', async () => {
    const proxy = await proxyTo(testParts().brokers, await closedPort());
    const log = await open(proxy.address);
    // kafkajs comes back as a new member: it is let in when the session of the former one has ended.
    await join(log, { session: 6_000 });
    const producer = await log.producer();
    let sent = 0;
    const sendSome = async () => {
      const records = Array.from({ length: 50 }, (_none, index) => ({
        topic,
        key: `ticket-${index % 7}`,
        value: String(sent + index),
        headers: {},
      }));
      // As the relay does: again until it was taken, which may append some twice.
      await eventually(() => producer.append(records));
      sent += 50;
    };
    await sendSome();
    await eventually(() => expect(book.taken.length).toBeGreaterThanOrEqual(50));
    proxy.cut();
    await sendSome();
    await eventually(() => expect(book.texts()).toContain('99'));
    await proxy.away();
    await sleep(1_500);
    await proxy.back();
    await sendSome();
    await eventually(() => expect(new Set(book.texts()).size).toBe(150), 40_000);
    for (let key = 0; key < 7; key += 1) {
      const texts = book.taken.filter((each) => each.key === `ticket-${key}`).map(({ value }) => Number(value));
      expect([...new Set(texts)]).toEqual([...new Set(texts)].sort((one, other) => one - other));
    }
    expect(book.fatal).toEqual([]);
    await producer.close();
    await consumers.pop()!.stop();
    await log.close();
    await proxy.away();
  });

  it('gives up connections on which nothing is answered any more, within its patience', async () => {
    const patience = 8_000;
    const proxy = await proxyTo(testParts().brokers, await closedPort());
    const log = await open(proxy.address, patience);
    await join(log, { session: 6_000 });
    const producer = await log.producer();
    const append = (value: string) => producer.append([{ topic, key: 'one', value, headers: {} }]);
    await append('before');
    await eventually(() => expect(book.texts()).toContain('before'));
    proxy.mute();
    const begun = performance.now();
    await eventually(() => append('after'), 3 * patience);
    expect(performance.now() - begun).toBeLessThan(patience + 4_000);
    // A member that comes back is let in when the session of the former one has ended.
    await eventually(() => expect(book.texts()).toContain('after'), 3 * patience);
    expect(performance.now() - begun).toBeLessThan(2 * patience + 6_000);
    expect(book.fatal).toEqual([]);
    await producer.close();
    await consumers.pop()!.stop();
    await log.close();
    await proxy.away();
  });

  it('ends loudly when records were deleted that the group has not read', async () => {
    await fill(10);
    await foreign.deleteBelow(topic, 1, 8);
    for (const [partition, position] of [5n, 5n, 5n].entries()) book.positions.set(partition, position);
    await join(await open());
    await eventually(() => expect(book.fatal).toHaveLength(1));
    expect(book.fatal[0]).toBeInstanceOf(RetentionPassed);
    expect(book.fatal[0]!.message).toMatch(/begins at offset 8 now, but this group stands at 5: 3 records/);
  });

  it('ends loudly when that happens while it runs', async () => {
    await fill(10);
    let isBroken = true;
    await join(await open(), {
      during: async ({ partition, records }) =>
        isBroken && partition === 1 ? { kind: 'later', next: records[0]!.offset, milliseconds: 500 } : undefined,
    });
    await eventually(() => expect(book.taken).toHaveLength(20));
    await foreign.deleteBelow(topic, 1, 8);
    isBroken = false;
    await eventually(() => expect(book.fatal).toHaveLength(1));
    expect(book.fatal[0]).toBeInstanceOf(RetentionPassed);
    expect(book.taken.filter(({ partition }) => partition === 1)).toEqual([]);
  });

  it('ends loudly when the log is shorter than what the group has read', async () => {
    await fill(10);
    book.positions.set(0, 11n);
    await join(await open());
    await eventually(() => expect(book.fatal).toHaveLength(1));
    expect(book.fatal[0]).toBeInstanceOf(LogCutShort);
    expect(book.fatal[0]).toMatchObject({ code: 'log_cut_short' });
  });

  it('ends loudly when its topic does not exist', async () => {
    book = ledger(freshName('group'), 'nobody-made-this');
    await join(await open());
    await eventually(() => expect(book.fatal).toHaveLength(1));
    expect(book.fatal[0]).toBeInstanceOf(UnknownTopic);
  });

  it('asks again for positions that cannot be told now, and reads nothing before', async () => {
    await fill(5);
    const log = await open();
    let asked = 0;
    const given: bigint[] = [];
    const consumer = await log.consume({
      group: freshName('group'),
      topics: [topic],
      onAssigned: async (all) => {
        asked += 1;
        if (asked < 3) throw new Error('the database does not answer');
        return all.map(() => 2n);
      },
      onChunk: async ({ records }) => {
        given.push(...records.map(({ offset }) => offset));
        return { kind: 'done', next: records.at(-1)!.offset + 1n };
      },
      onFatal: (error) => book.fatal.push(error),
    });
    consumers.push(consumer);
    await eventually(() => expect(given).toHaveLength(9));
    expect(given.every((offset) => offset >= 2n)).toBe(true);
    expect(book.fatal).toEqual([]);
  });

  it('rests when there is nothing to read', async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error) => void warnings.push(warning);
    process.on('warning', warn);
    const log = await open();
    await join(log);
    const producer = await log.producer();
    await producer.append([{ topic, key: 'one', value: 'x', headers: {} }]);
    await eventually(() => expect(book.taken).toHaveLength(1));
    /** Timers made, and parts of a core used, in two seconds. */
    const effort = async () => {
      let timers = 0;
      const hook = createHook({ init: (_id, type) => void (timers += type === 'Timeout' ? 1 : 0) }).enable();
      const before = process.cpuUsage();
      await sleep(2_000);
      const { user, system } = process.cpuUsage(before);
      hook.disable();
      return { timers, cores: (user + system) / 2_000_000 };
    };
    // Whoever goes round in circles does so always; anything else in this process is over some time.
    const efforts = [await effort()];
    const isResting = ({ timers, cores }: (typeof efforts)[number]) => timers < 200 && cores < 0.25;
    while (efforts.length < 4 && !efforts.some(isResting)) efforts.push(await effort());
    process.off('warning', warn);
    await producer.close();
    expect(efforts.filter(isResting)).toHaveLength(1);
    expect(warnings.filter(({ name }) => name === 'TimeoutNegativeWarning')).toEqual([]);
  });
});
