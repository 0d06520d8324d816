import { createScratchDatabase } from '@tierline/local';
import { consumerMigrations, createTopics, openEventLog, publisherMigrations } from '@tierline/messaging';
import { Database, idempotencyMigrations, migrate, type Migration } from '@tierline/persistence';

/** The PostgreSQL and Kafka to measure on. */
export type Parts = { postgresUrl: string; brokers: string };

const variable = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the measurements with npm run bench`);
  return value;
};

export const partsOfRun = (): Parts => ({
  postgresUrl: variable('TIERLINE_TEST_POSTGRES'),
  brokers: variable('TIERLINE_TEST_KAFKA'),
});

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
  const log = await openEventLog('kafkajs', { brokers: brokers.split(','), clientId: 'bench' }, () => undefined);
  await createTopics(log, prefix, { replicas: 1 });
  return log;
};
