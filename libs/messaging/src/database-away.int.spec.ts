import { setTimeout as sleep } from 'node:timers/promises';
import { RequesterReplied } from '@tierline/contracts';
import { Database, idempotencyMigrations, migrate } from '@tierline/persistence';
import {
  eventually,
  freshName,
  gateTo,
  recordOf,
  scratchDatabase,
  scratchTopics,
  send,
  testLog,
} from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import {
  ChunkProcessor,
  EventStrategy,
  chunkStoreOf,
  consumerMigrations,
  kafkaClients,
  keepInbox,
  type Dispatcher,
} from './index.ts';

it('a service that starts while its database is away takes events as soon as it is back', async () => {
  const urls = await scratchDatabase('away');
  const addresses = { app: urls.appUrl, worker: urls.workerUrl };
  await migrate(urls.ownerUrl, addresses, [...idempotencyMigrations, ...consumerMigrations]);
  const gate = await gateTo(urls.workerUrl);
  const database = await Database.open('away', { app: urls.appUrl, worker: gate.url });
  const prefix = await scratchTopics('away');
  const log = await testLog();
  const nothing = () => undefined;
  const fatal: Error[] = [];
  const strategy = new EventStrategy({
    database,
    log,
    group: freshName('away'),
    prefix,
    events: { onDone: nothing, onParked: nothing, onRetry: nothing },
    onFatal: (error) => void fatal.push(error),
  });
  const taken: string[] = [];
  strategy.addHandler(RequesterReplied.type, async ({ subject }: { subject: string }) => void taken.push(subject));
  const subject = uuidv7();
  await send([recordOf(prefix, RequesterReplied({ messageId: uuidv7(), text: 'x' }), { subject })]);

  gate.shut();
  const starts: unknown[] = [];
  strategy.listen((error) => void starts.push(error));
  await sleep(500);
  expect({ starts, taken, fatal }).toEqual({ starts: [], taken: [], fatal: [] });

  gate.open();
  await eventually(() => expect(taken).toEqual([subject]));
  expect({ starts, fatal }).toEqual({ starts: [undefined], fatal: [] });
  await strategy.close();
  await log.close();
  await database.close();
  await gate.close();
  await urls.drop();
});

describe.each(kafkaClients)('a consumer on %s whose database is away', (client) => {
  it('asks for its positions until it is back, and then takes what waits', async () => {
    const urls = await scratchDatabase('away');
    const addresses = { app: urls.appUrl, worker: urls.workerUrl };
    await migrate(urls.ownerUrl, addresses, [...idempotencyMigrations, ...consumerMigrations]);
    const gate = await gateTo(urls.workerUrl);
    const database = await Database.open('away', { app: urls.appUrl, worker: gate.url });
    await keepInbox(database);
    const prefix = await scratchTopics('away');
    const taken: string[] = [];
    const dispatcher: Dispatcher = {
      handles: () => true,
      tasksFor: async ({ subject }) => [{ batch: { run: async () => void taken.push(subject) }, work: null }],
    };
    const nothing = () => undefined;
    const events = { onDone: nothing, onParked: nothing, onRetry: nothing };
    const processor = new ChunkProcessor(chunkStoreOf(database, 'away'), dispatcher, events);
    const fatal: Error[] = [];
    let tries = 0;
    const subject = uuidv7();
    await send([recordOf(prefix, RequesterReplied({ messageId: uuidv7(), text: 'x' }), { subject })]);
    gate.shut();
    const log = await testLog(client);
    const consumer = await log.consume({
      group: freshName('away'),
      topics: [`${prefix}.tickets.v1`],
      longestPause: 20,
      onAssigned: (partitions) => {
        tries += 1;
        return processor.assigned(partitions);
      },
      onChunk: (chunk) => processor.process(chunk),
      onFatal: (error) => void fatal.push(error),
    });
    await eventually(() => expect(tries).toBeGreaterThan(30));
    await sleep(100);
    expect({ taken, fatal }).toEqual({ taken: [], fatal: [] });
    gate.open();
    await eventually(() => expect(taken).toEqual([subject]));
    expect(fatal).toEqual([]);
    await consumer.stop();
    await log.close();
    await database.close();
    await gate.close();
    await urls.drop();
  });
});
