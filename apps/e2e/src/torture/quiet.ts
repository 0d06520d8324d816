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
  /** How long it may go on at most, in milliseconds: what never ends is not quiet either. */
  longest: number;
};

type Ask = <R>(service: Service, sql: string) => Promise<R[]>;

/** As the background role: the tables are walled against their owner, too. One connection for each service. */
const withAsk = async <T>(parts: Parts, work: (ask: Ask) => Promise<T>): Promise<T> => {
  const clients = new Map<Service, Client>();
  const connected = async (service: Service): Promise<Client> => {
    const known = clients.get(service);
    if (known) return known;
    const { workerUrl: connectionString } = parts.databases[service];
    const client = new Client({ connectionString, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    clients.set(service, client);
    await client.connect();
    return client;
  };
  try {
    return await work(
      async <R>(service: Service, sql: string) => (await (await connected(service)).query(sql)).rows as R[],
    );
  } finally {
    // A broken one has ended already.
    await Promise.allSettled([...clients.values()].map((client) => client.end()));
  }
};

const countBy = async (ask: Ask, service: Service, sql: string): Promise<number> =>
  Number((await ask<{ n: string }>(service, sql))[0]?.n ?? 0);

export const countIn = (parts: Parts, service: Service, sql: string): Promise<number> =>
  withAsk(parts, (ask) => countBy(ask, service, sql));

const hasTable = (ask: Ask, service: Service, table: string) =>
  countBy(ask, service, `SELECT count(to_regclass('${table}')) AS n`);

const lagOf = async (log: EventLog, ask: Ask, service: Service): Promise<number> => {
  const rows = await ask<{ topic: string; partition: number; next_offset: string }>(
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

/** How much of something is still under way. */
type Unrest = { readonly count: number; readonly what: string };
const wordsOf = ({ count, what }: Unrest): string => (count > 0 ? `${count} ${what}` : what);

/** What is still under way; none when all is quiet. */
const unrest = ({ parts, pods, log }: Watched): Promise<Unrest[]> =>
  withAsk(parts, async (ask) => {
    const found: Unrest[] = [];
    const note = (count: number, what: string) => void (count > 0 && found.push({ count, what }));
    for (const pod of pods) if (!(await pod.isReady())) found.push({ count: 0, what: `${pod.name} is not ready` });
    for (const service of services) {
      if (await hasTable(ask, service, 'outbox'))
        note(await countBy(ask, service, 'SELECT count(*) AS n FROM outbox'), `events in the outbox of ${service}`);
      note(await lagOf(log, ask, service), `records before ${service}`);
    }
    note(await countBy(ask, 'notifications', undelivered), 'deliveries wait');
    note(await countBy(ask, 'tier-queues', overdue), 'timers are overdue');
    return found;
  });

/** How long nothing may get less, in milliseconds. */
const patience = 120_000;

/**
 * Notes looks; gives whether anything got less from one look to the next within the patience. The sum says nothing: what
 * moves on makes more elsewhere for a while.
 */
export const followProgress = () => {
  let last = new Map<string, number>();
  let since: number | undefined;
  return (found: readonly Unrest[], now = performance.now()): boolean => {
    const counts = new Map(found.map(({ what, count }) => [what, count]));
    if (since === undefined || [...last].some(([what, count]) => (counts.get(what) ?? -1) < count)) since = now;
    last = counts;
    return now - since <= patience;
  };
};

const tellEvery = 15_000;

/**
 * Waits until nothing is under way any more, twice in a row, as long as it gets less; tells now and then what still is.
 * Gives what was when it got no less, or went on for too long.
 */
export const untilQuiet = async (watched: Watched, tell: (found: string) => void): Promise<readonly string[]> => {
  const end = Date.now() + watched.longest;
  const getsLess = followProgress();
  let told = Date.now();
  for (let quiet = 0; ;) {
    const looked = performance.now();
    const found: readonly Unrest[] = await unrest(watched).catch((error: Error) => [
      { count: 0, what: `it cannot be seen: ${error.message}` },
    ]);
    const words = found.map(wordsOf);
    if (found.length > 0 && Date.now() - told > tellEvery) {
      told = Date.now();
      tell(words.join(', '));
    }
    quiet = found.length === 0 ? quiet + 1 : 0;
    if (quiet === 2) return [];
    if (!getsLess(found) || Date.now() > end) return words;
    // Looking must not take much of what is looked at; and among the last few events only a quick look finds none.
    const left = found.reduce((sum, { count }) => sum + count, 0);
    await sleep(left > 1_000 ? 5_000 : Math.max(500, performance.now() - looked));
  }
};
