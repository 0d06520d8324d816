import { setTimeout as sleep } from 'node:timers/promises';
import { services } from '@tierline/local';
import type { EventLog } from '@tierline/messaging';
import { Client } from 'pg';
import type { Service } from './fault.ts';
import type { Parts } from './parts.ts';
import type { Pod } from './pods.ts';

type Watched = {
  parts: Parts;
  pods: readonly Pod[];
  log: EventLog;
  /** How long to wait, in milliseconds. */
  patience: number;
};

/** As the background role: the tables are walled against their owner, too. */
const ask = async <R>(parts: Parts, service: Service, sql: string): Promise<R[]> => {
  const client = new Client({ connectionString: parts.databases[service].workerUrl, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows as R[];
  } finally {
    await client.end();
  }
};

export const countIn = async (parts: Parts, service: Service, sql: string): Promise<number> =>
  Number((await ask<{ n: string }>(parts, service, sql))[0]?.n ?? 0);

const hasTable = (parts: Parts, service: Service, table: string) =>
  countIn(parts, service, `SELECT count(to_regclass('${table}')) AS n`);

const lagOf = async ({ parts, log }: Watched, service: Service): Promise<number> => {
  const rows = await ask<{ topic: string; partition: number; next_offset: string }>(
    parts,
    service,
    'SELECT topic, partition, next_offset FROM consumer_position',
  );
  const positions = new Map(rows.map((row) => [`${row.topic}/${row.partition}`, BigInt(row.next_offset)]));
  let lag = 0n;
  for (const topic of new Set(rows.map((row) => row.topic)))
    for (const { partition, low, high } of await log.offsets(topic))
      lag += high - (positions.get(`${topic}/${partition}`) ?? low);
  return Number(lag);
};

/** Deliveries to receivers that are there; a dead one never gets its own, and what staff is told gathers for a while. */
const undelivered = `SELECT count(*) AS n FROM delivery d LEFT JOIN subscription s ON s.id = d.subscription_id
  WHERE d.state = 'waiting' AND d.channel <> 'staff' AND (s.url IS NULL OR s.url NOT LIKE '%/dead')`;
/** What falls due later waits until the audit has read, since that keeps everybody from writing events. */
const overdue = `SELECT count(*) AS n FROM timer WHERE next_try < now() - interval '1 second'`;

/** What is still under way, in words; none when all is quiet. */
const unrest = async (watched: Watched): Promise<string[]> => {
  const { parts, pods } = watched;
  const found: string[] = [];
  for (const pod of pods) if (!(await pod.isReady())) found.push(`${pod.name} is not ready`);
  for (const service of services) {
    if (await hasTable(parts, service, 'outbox')) {
      const rows = await countIn(parts, service, 'SELECT count(*) AS n FROM outbox');
      if (rows > 0) found.push(`${rows} events in the outbox of ${service}`);
    }
    const lag = await lagOf(watched, service);
    if (lag > 0) found.push(`${lag} records before ${service}`);
  }
  const deliveries = await countIn(parts, 'notifications', undelivered);
  if (deliveries > 0) found.push(`${deliveries} deliveries wait`);
  const timers = await countIn(parts, 'tier-queues', overdue);
  if (timers > 0) found.push(`${timers} timers are overdue`);
  return found;
};

const tellEvery = 15_000;

/**
 * Waits until nothing is under way any more, twice in a row; tells now and then what still is. Gives what was at the end
 * of the patience.
 */
export const untilQuiet = async (watched: Watched, tell: (found: string) => void): Promise<readonly string[]> => {
  const end = Date.now() + watched.patience;
  let told = Date.now();
  for (let quiet = 0; ;) {
    const found = await unrest(watched).catch((error: Error) => [`it cannot be seen: ${error.message}`]);
    if (found.length > 0 && Date.now() - told > tellEvery) {
      told = Date.now();
      tell(found.join(', '));
    }
    quiet = found.length === 0 ? quiet + 1 : 0;
    if (quiet === 2) return [];
    if (Date.now() > end) return found;
    await sleep(1_000);
  }
};
