import { setTimeout as sleep } from 'node:timers/promises';
import { Database, migrate } from '@tierline/persistence';
import { gateTo, scratchDatabase } from '@tierline/testing';
import { notifications } from './app.module.ts';
import { LiveStream } from './stream/live-stream.ts';

it('a live stream whose database goes away while it starts is there as soon as the database is back', async () => {
  const urls = await scratchDatabase('stream_start');
  const gate = await gateTo(urls.workerUrl);
  const addresses = { app: urls.appUrl, worker: gate.url };
  await migrate(urls.ownerUrl, { app: urls.appUrl, worker: urls.workerUrl }, notifications.migrations);
  const database = await Database.open('stream-start', addresses);
  const keeping = { minutes: 60, hints: 1_000 };
  const settings = { heartbeat: 15_000, connections: 10, waiting: 1_000_000, keeping };
  const stream = new LiveStream(database, settings, async () => 0);

  gate.shut();
  const started = stream.onApplicationBootstrap().then(() => 'started');
  await expect(Promise.race([started, sleep(500).then(() => 'waits')])).resolves.toBe('waits');
  gate.open();
  await expect(started).resolves.toBe('started');
  expect(await database.query('SELECT process FROM stream_process')).toHaveLength(1);

  await stream.onModuleDestroy();
  await database.close();
  await gate.close();
  await urls.drop();
});
