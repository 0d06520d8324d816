import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createScratchDatabase, findFreePort, startKafka, startPostgres } from '@tierline/local';
import { KafkajsEventLog, consumerMigrations, createTopics, publisherMigrations } from '@tierline/messaging';
import { Database, idempotencyMigrations, migrate, type Migration } from '@tierline/persistence';

const silent = () => undefined;

/** PostgreSQL and Kafka of this run, with fsync on, in a folder that goes with it. */
export const startParts = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tierline-bench-'));
  const [postgresPort, kafkaPort, controllerPort] = [await findFreePort(), await findFreePort(), await findFreePort()];
  const [postgres, kafka] = await Promise.all([
    startPostgres({ dataDir: join(folder, 'postgres'), port: postgresPort, log: silent }),
    startKafka({ dataDir: join(folder, 'kafka'), port: kafkaPort, controllerPort, log: silent }),
  ]);
  return {
    postgresUrl: postgres.url,
    brokers: kafka.brokers,
    stop: async () => {
      await kafka.stop();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

export type Parts = Awaited<ReturnType<typeof startParts>>;

/** A migrated database of its own. */
export const openDatabase = async ({ postgresUrl }: Parts, name: string, own: readonly Migration[] = []) => {
  const urls = await createScratchDatabase(postgresUrl, `bench_${name}`);
  const addresses = { app: urls.appUrl, worker: urls.workerUrl };
  await migrate(urls.ownerUrl, addresses, [
    ...idempotencyMigrations,
    ...publisherMigrations,
    ...consumerMigrations,
    ...own,
  ]);
  return { urls, database: await Database.open(`bench/${name}`, addresses) };
};

/** An event log with the public topics under a prefix of its own. */
export const openLog = async ({ brokers }: Parts, prefix: string) => {
  const log = new KafkajsEventLog({ brokers: brokers.split(','), clientId: 'bench' }, silent);
  await createTopics(log, prefix, { replicas: 1 });
  return log;
};
