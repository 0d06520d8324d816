import { join } from 'node:path';
import type { Client } from 'pg';
import type { Evidence, SetBack } from '../evidence.ts';
import { services, topicNames, type Service } from '../names.ts';
import { readNotes, scratchFolder, type Run } from '../run.ts';
import { allRows, connect, inSnapshot, requireFullSight } from './database.ts';
import {
  countJournal,
  readBacklogs,
  readHomes,
  readParked,
  readPositions,
  readSetBacks,
  readWalls,
  spillInbox,
  spillJournal,
  type Names,
} from './messaging-tables.ts';
import { noRows } from './scratch.ts';
import { openSpill, type Spill } from './spill.ts';
import { readQueues, readSubscriptions, spillState } from './state-tables.ts';
import type { Stillness } from './stillness.ts';
import { openTopics, readTopics, type Topics } from './topics.ts';

/** Where everything that is read stands open. */
export type Sources = {
  readonly run: Run;
  readonly databases: ReadonlyMap<Service, Client>;
  readonly topics: Topics;
};

/** Opens every database and Kafka. Throws `Unusable` where not all rows can be seen. */
export const openSources = async (run: Run): Promise<Sources> => {
  const databases = new Map<Service, Client>();
  for (const service of services) databases.set(service, await connect(run.databases[service]));
  for (const client of databases.values()) await requireFullSight(client);
  return { run, databases, topics: openTopics(run.brokers) };
};

export const closeSources = async ({ databases, topics }: Sources): Promise<void> => {
  for (const client of databases.values()) await client.end();
  await topics.close();
};

const readService = async (client: Client, service: Service, names: Names, spill: Spill) => {
  await spillInbox(client, service, spill);
  await spillState(client, service, spill);
  return {
    positions: await readPositions(client, service, names),
    setBacks: await readSetBacks(client, service, names),
    parked: await readParked(client, service, names),
    backlogs: await readBacklogs(client, service),
    walls: await readWalls(client, service),
    homes: await readHomes(client, service, spill.tenantOf),
  };
};

const readServices = async (databases: Sources['databases'], names: Names, spill: Spill) => {
  const all: Awaited<ReturnType<typeof readService>>[] = [];
  for (const [service, client] of databases) all.push(await readService(client, service, names, spill));
  return all;
};

const nowOf = async ({ databases }: Sources): Promise<number> => {
  const sql = 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now';
  const [clock] = await allRows<{ now: number }>(databases.get('tier-queues')!, sql);
  return clock!.now;
};

/** Does the work on one state of each database. */
const inSnapshots = <T>(clients: readonly Client[], work: () => Promise<T>): Promise<T> => {
  const [first, ...others] = clients;
  return first === undefined ? work() : inSnapshot(first, () => inSnapshots(others, work));
};

const readParts = async ({ databases, topics }: Sources, names: Names, spill: Spill) => {
  // All journals first: only they know which event is about which ticket.
  for (const [service, client] of databases) await spillJournal(client, service, spill);
  // Kafka has time while the databases are busy.
  const [read, all] = await Promise.all([readTopics(topics, names, spill), readServices(databases, names, spill)]);
  const setBacks = all.map(({ setBacks: some }) => some).filter((some): some is SetBack[] => some !== null);
  return {
    ...read,
    positions: all.flatMap(({ positions }) => positions),
    setBacks: setBacks.length === services.length ? setBacks.flat() : null,
    parked: all.flatMap(({ parked }) => parked),
    backlogs: all.flatMap(({ backlogs }) => backlogs),
    walls: all.flatMap(({ walls }) => walls),
    homes: all.flatMap(({ homes }) => homes.elsewhere),
    homesSeen: all.reduce((sum, { homes }) => sum + homes.seen, 0),
    queues: await readQueues(databases.get('tier-queues')!),
    subscriptions: await readSubscriptions(databases.get('notifications')!),
  };
};

const countEvents = async (databases: Sources['databases']): Promise<number> => {
  let events = 0;
  for (const client of databases.values()) events += await countJournal(client);
  return events;
};

/** What was read: what is about no ticket, and where the rest lies. */
export type Gathered = { readonly whole: Evidence; readonly spill: Spill };

/**
 * Reads everything from the beginning. `still` says what did not come to rest before; the notes are read last, since
 * what they tell of may happen at any time.
 */
export const gather = async (sources: Sources, folder: string, { unrest }: Stillness): Promise<Gathered> => {
  const names = topicNames(sources.run.prefix);
  const readAt = await nowOf(sources);
  const { read, spill } = await inSnapshots([...sources.databases.values()], async () => {
    const opened = await openSpill(join(folder, scratchFolder), await countEvents(sources.databases));
    return { spill: opened, read: await readParts(sources, names, opened) };
  });
  const notes = await readNotes(folder, spill);
  const poison = notes.poison.map((line) => ({ ...line, topicName: names.get(line.topic) }));
  const whole = {
    ...noRows(),
    ...notes,
    poison,
    ...read,
    run: sources.run,
    readAt,
    unrest,
    probes: null,
    rebuilt: null,
  };
  return { whole, spill };
};
