import { createScratchDatabase } from '@tierline/local';
import { Client } from 'pg';
import { consumerMigrations, createTopics, openEventLog, publisherMigrations } from '@tierline/messaging';
import { Database, idempotencyMigrations, migrate, type Migration } from '@tierline/persistence';

/** The PostgreSQL and Kafka to measure on. */
export type Parts = {
  postgresUrl: string;
  brokers: string;
  smtpUrl: string;
  jwksUrl: string;
  /** The file of the key that signs tokens. */
  keyFile: string;
};

const variable = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the measurements with npm run bench`);
  return value;
};

export const partsOfRun = (): Parts => ({
  postgresUrl: variable('TIERLINE_TEST_POSTGRES'),
  brokers: variable('TIERLINE_TEST_KAFKA'),
  smtpUrl: variable('TIERLINE_TEST_SMTP'),
  jwksUrl: variable('TIERLINE_TEST_JWKS'),
  keyFile: variable('TIERLINE_TEST_KEY'),
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

/** A database of this server as its administrator. */
export const addressOf = ({ postgresUrl }: Parts, database: string): string => {
  const url = new URL(postgresUrl);
  url.pathname = `/${database}`;
  return url.href;
};

/** Runs one statement as the administrator. */
export const asAdmin = async (parts: Parts, database: string, sql: string): Promise<Record<string, string>[]> => {
  const client = new Client({ connectionString: addressOf(parts, database) });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, string>>(sql);
    return rows;
  } finally {
    await client.end();
  }
};
