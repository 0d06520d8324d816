import { setTimeout as sleep } from 'node:timers/promises';
import { services } from '@tierline/local';
import { topics } from '@tierline/contracts';
import { openEventLog } from '@tierline/messaging';
import { Client } from 'pg';
import type { Service } from '../fault.ts';
import { prefix } from '../pods.ts';
import { persistently, type Happening, type World } from './world.ts';

export const restartPostgres: Happening = async ({ parts }, { detail }) => {
  await parts.restartPostgres(detail === 'immediate' ? 'SIGQUIT' : 'SIGINT');
  return { services };
};

export const restartKafka: Happening = async ({ parts }, { detail }) => {
  await parts.restartKafka(detail === 'SIGKILL' ? 'SIGKILL' : 'SIGTERM');
  return { services };
};

const full = `
  CREATE OR REPLACE FUNCTION no_space_left() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
  CREATE TRIGGER no_space_left BEFORE INSERT ON journal EXECUTE FUNCTION no_space_left();
  CREATE TRIGGER no_space_left BEFORE INSERT ON outbox EXECUTE FUNCTION no_space_left();`;
const roomAgain = `
  DROP TRIGGER IF EXISTS no_space_left ON journal; DROP TRIGGER IF EXISTS no_space_left ON outbox;
  DROP FUNCTION IF EXISTS no_space_left();`;

const asOwner = async ({ parts }: World, service: Service, sql: string): Promise<void> => {
  const client = new Client({ connectionString: parts.databases[service].ownerUrl, connectionTimeoutMillis: 3_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    // Whoever is frozen within a transaction holds locks that a trigger has to wait for.
    await client.query(`SET lock_timeout = '3s'; ${sql}`);
  } finally {
    await client.end();
  }
};

/** What a service sees of a full disk: PostgreSQL refuses to write. */
export const fillDisk: Happening = async (world, { target, seconds }) => {
  const service = target as Service;
  if (!(await persistently(() => asOwner(world, service, full), 3)))
    return { services: [service], missed: 'the database was away, or its tables locked' };
  await sleep(seconds * 1_000);
  if (!(await persistently(() => asOwner(world, service, roomAgain), 60)))
    throw new Error(`the refusing triggers of ${service} could not be removed`);
  return { services: [service] };
};

/** A member that joins the group, takes partitions, does nothing with them, and leaves. */
const strangerIn = async ({ parts }: World, service: Service) => {
  const log = await openEventLog('kafkajs', { brokers: [parts.brokers], clientId: 'stranger' }, () => undefined);
  const consumer = await log.consume({
    group: `tierline.${service}`,
    topics: [`${prefix}.${topics.tickets.name}`],
    onAssigned: async (partitions) => partitions.map(() => null),
    onChunk: async ({ records }) => ({ kind: 'later', next: records[0]!.offset, milliseconds: 60_000 }),
    onFatal: () => undefined,
    drain: 500,
  });
  return async () => {
    await consumer.stop();
    await log.close();
  };
};

export const stormOfRebalances: Happening = async (world, { target, seconds }) => {
  const service = target as Service;
  const end = Date.now() + seconds * 1_000;
  while (Date.now() < end) {
    const leave = await strangerIn(world, service);
    await sleep(2_000);
    await leave();
    await sleep(Math.min(2_000, Math.max(0, end - Date.now())));
  }
  return { services: [service] };
};
