import { eventually, freshName, ledger, scratchTopic, testLog } from '@tierline/testing';
import { UnknownTopic, Unsendable, type EventLog, type OutgoingRecord, type Producer } from './event-log.ts';
import { kafkaClients } from './open-event-log.ts';

describe.each(kafkaClients)('the event log on %s appends', (client) => {
  let log: EventLog;
  let topic: string;
  let producer: Producer;
  const record = (value: string, key = 'one'): OutgoingRecord => ({ topic, key, value, headers: {} });
  const numbered = (from: number, count: number) =>
    Array.from({ length: count }, (_none, index) => record(String(from + index)));
  const texts = async () => {
    const book = ledger(freshName('group'), topic);
    const [only] = await log.offsets(topic);
    const consumer = await book.join(log);
    await eventually(() => expect(book.taken).toHaveLength(Number(only!.high)));
    await consumer.stop();
    return book.texts();
  };

  beforeEach(async () => {
    log = await testLog(client);
    topic = await scratchTopic(1, { 'max.message.bytes': '100000' });
    producer = await log.producer();
  });

  afterEach(async () => {
    await producer.close();
    await log.close();
  });

  it('one batch at a time, in the order of the calls, and loses none of calls made together', async () => {
    await Promise.all(Array.from({ length: 40 }, (_none, call) => producer.append(numbered(call * 25, 25))));
    expect(await texts()).toEqual(Array.from({ length: 1_000 }, (_none, index) => String(index)));
  });

  it('to no topic that does not exist, and says which', async () => {
    const stray = { ...record('x'), topic: 'nobody-made-this' };
    const refused = producer.append([stray]);
    await expect(refused).rejects.toBeInstanceOf(UnknownTopic);
    await expect(refused).rejects.toMatchObject({ code: 'unknown_topic', topics: ['nobody-made-this'] });
    await producer.append([record('still alive')]);
    expect(await texts()).toEqual(['still alive']);
  });

  it('no record that is too large, and says which one of the batch it is', async () => {
    const records = [...numbered(0, 5), record('x'.repeat(150_000)), ...numbered(5, 5)];
    const refused = producer.append(records);
    await expect(refused).rejects.toBeInstanceOf(Unsendable);
    await expect(refused).rejects.toMatchObject({ code: 'unsendable', index: 5 });
    await producer.append(records.filter((_record, index) => index !== 5));
    // Those before it may stand there twice. Who sees each text once sees them in order.
    expect([...new Set(await texts())]).toEqual(Array.from({ length: 10 }, (_none, index) => String(index)));
  });

  it('a batch that is too large as a whole in parts', async () => {
    await producer.append(Array.from({ length: 8 }, (_none, index) => record(`${index}`.repeat(40_000))));
    expect((await texts()).map((text) => text![0])).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  });

  it('nothing for an empty batch', async () => {
    await producer.append([]);
    expect(await texts()).toEqual([]);
  });
});
