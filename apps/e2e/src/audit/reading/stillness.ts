import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { topicNames, type Service } from '../names.ts';
import { allRows, connect } from './database.ts';
import type { Sources } from './gather.ts';

/** How long to try for a moment in which nothing is under way, milliseconds. */
const patience = 30_000;
/** How long what is under way may take while no new event can be made, milliseconds. */
const settling = 1_500;

const publishers: readonly Service[] = ['intake', 'routing', 'tier-queues', 'notifications'];

/** Deliveries to targets that answered last, and did not refuse one before them. */
const underWay = `
  SELECT count(*) AS rows FROM delivery d JOIN subscription s ON s.id = d.subscription_id
  WHERE d.state = 'waiting' AND d.attempts = 0 AND s.state <> 'disabled' AND s.failures = 0`;

/** What is still under way: rows to send, records to take, webhooks to call; null: nothing. */
const unrestOf = async ({ run, databases, topics }: Sources): Promise<string | null> => {
  const names = topicNames(run.prefix);
  const ends = new Map<string, number>();
  for (const name of await topics.present([...names.keys()]))
    for (const { partition, high } of await topics.ends(name)) ends.set(`${name}/${partition}`, high);
  for (const [service, client] of databases) {
    const [out] = publishers.includes(service)
      ? await allRows<{ rows: number }>(client, 'SELECT count(*) AS rows FROM outbox')
      : [];
    if (out && out.rows > 0) return `${out.rows} rows wait in the outbox of ${service}`;
    const rows = await allRows<{ place: string; next: number }>(
      client,
      `SELECT topic || '/' || partition AS place, next_offset AS next FROM consumer_position`,
    );
    const behind = rows.find(({ place, next }) => next < (ends.get(place) ?? 0));
    if (behind) return `${service} stands at ${behind.place}@${behind.next} of ${ends.get(behind.place)}`;
  }
  const [calls] = await allRows<{ rows: number }>(databases.get('notifications')!, underWay);
  return calls && calls.rows > 0 ? `${calls.rows} deliveries wait` : null;
};

const settled = async (sources: Sources): Promise<string | null> => {
  const end = Date.now() + settling;
  for (;;) {
    const unrest = await unrestOf(sources);
    if (unrest === null || Date.now() > end) return unrest;
    await sleep(100);
  }
};

/** Keeps everybody from writing events; false when somebody is just doing so. */
const lockJournals = async (lockers: readonly Client[]): Promise<boolean> => {
  try {
    for (const client of lockers) await client.query('BEGIN');
    for (const client of lockers) await client.query('LOCK TABLE journal IN SHARE MODE');
    return true;
  } catch (error) {
    // 55P03: the lock was not to be had in time.
    if ((error as { code?: string }).code !== '55P03') throw error;
    return false;
  }
};

/** Who writes events and does not end: process, state, age of the transaction and last statement. */
const writersOf = async (client: Client): Promise<string[]> => {
  const rows = await allRows<{ writer: string }>(
    client,
    `SELECT DISTINCT format('%s %s (%s, %s, for %s s: %s)', current_database(), a.pid, a.application_name, a.state,
       round(extract(epoch FROM clock_timestamp() - a.xact_start)), left(regexp_replace(a.query, '\\s+', ' ', 'g'), 80)) AS writer
     FROM pg_locks l JOIN pg_stat_activity a USING (pid)
     WHERE l.relation = 'journal'::regclass AND l.granted AND l.mode = 'RowExclusiveLock'`,
  );
  return rows.map(({ writer }) => writer);
};

const release = async (lockers: readonly Client[]): Promise<void> => {
  for (const client of lockers) await client.query('ROLLBACK');
};

const writing = async (lockers: readonly Client[]): Promise<string | null> => {
  const found: string[] = [];
  for (const client of lockers) found.push(...(await writersOf(client)));
  return found.length === 0 ? null : `still written by ${found.join('; ')}`;
};

/** A run in which no event is made any more, until it is let go. */
export type Stillness = {
  /** What would not come to rest, or null. */
  readonly unrest: string | null;
  letGo(): Promise<void>;
};

/**
 * Holds the run still at a moment in which nothing is under way: clocks and timers go on for ever, and what is read one
 * database after the other would not fit together. After half a minute without such a moment it is held as it is.
 */
export const holdStill = async (sources: Sources): Promise<Stillness> => {
  const lockers: Client[] = [];
  for (const service of publishers) lockers.push(await connect(sources.run.databases[service]));
  for (const client of lockers) await client.query(`SET lock_timeout = '2s'`);
  const end = Date.now() + patience;
  let unrest: string | null = 'somebody writes events all the time';
  for (;;) {
    const isLocked = await lockJournals(lockers);
    if (isLocked) unrest = await settled(sources);
    if ((isLocked && unrest === null) || Date.now() > end) break;
    // Whoever waits for us goes on.
    await release(lockers);
    if (!isLocked) unrest = (await writing(lockers)) ?? unrest;
    await sleep(300);
  }
  return {
    unrest,
    letGo: async () => {
      await release(lockers);
      for (const client of lockers) await client.end();
    },
  };
};
