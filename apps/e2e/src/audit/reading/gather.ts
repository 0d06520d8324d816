import { TicketOpened } from '@tierline/contracts';
import type { Client } from 'pg';
import type { Evidence, SetBack } from '../evidence.ts';
import { services, topicNames, type Service } from '../names.ts';
import { readNotes, type Run } from '../run.ts';
import { allRows, connect, inSnapshot, requireFullSight } from './database.ts';
import { interner, type Interner } from './interning.ts';
import {
  readBacklogs,
  readHomes,
  readInbox,
  readJournal,
  readParked,
  readPositions,
  readSetBacks,
  readWalls,
  type Names,
} from './messaging-tables.ts';
import { readStandings, readState } from './state-tables.ts';
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

type Known = { readonly names: Names; readonly pool: Interner; readonly tenantOf: Map<string, string> };

/** Intake is read first: only it knows whose ticket is whose. */
const readOwnJournal = async (client: Client, service: Service, { pool, tenantOf }: Known) => {
  const journal = await readJournal(client, service, pool);
  if (service === 'intake')
    for (const { type, aggregate, tenant } of journal) if (type === TicketOpened.type) tenantOf.set(aggregate, tenant);
  return journal;
};

const readService = (client: Client, service: Service, known: Known) => {
  const { names, pool, tenantOf } = known;
  return inSnapshot(client, async () => ({
    journal: await readOwnJournal(client, service, known),
    inbox: await readInbox(client, service, pool),
    positions: await readPositions(client, service, names),
    setBacks: await readSetBacks(client, service, names),
    parked: await readParked(client, service, names),
    backlogs: await readBacklogs(client, service),
    walls: await readWalls(client, service),
    homes: await readHomes(client, service, tenantOf),
    standings: await readStandings(client, service, pool),
    state: await readState[service](client, pool),
  }));
};

const nowOf = async ({ databases }: Sources): Promise<number> => {
  const sql = 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now';
  const [clock] = await allRows<{ now: number }>(databases.get('tier-queues')!, sql);
  return clock!.now;
};

const readParts = async (sources: Sources, names: Names) => {
  const pool = interner();
  const all: Awaited<ReturnType<typeof readService>>[] = [];
  const known: Known = { names, pool, tenantOf: new Map() };
  for (const [service, client] of sources.databases) all.push(await readService(client, service, known));
  const setBacks = all.map(({ setBacks: some }) => some).filter((some): some is SetBack[] => some !== null);
  return {
    ...(await readTopics(sources.topics, names, pool)),
    journal: all.flatMap(({ journal }) => journal),
    inbox: all.flatMap(({ inbox }) => inbox),
    positions: all.flatMap(({ positions }) => positions),
    setBacks: setBacks.length === services.length ? setBacks.flat() : null,
    parked: all.flatMap(({ parked }) => parked),
    backlogs: all.flatMap(({ backlogs }) => backlogs),
    walls: all.flatMap(({ walls }) => walls),
    homes: all.flatMap(({ homes }) => homes.elsewhere),
    homesSeen: all.reduce((sum, { homes }) => sum + homes.seen, 0),
    standings: all.flatMap(({ standings }) => standings),
    ...(Object.assign({}, ...all.map(({ state }) => state)) as StateOf),
  };
};

type StateOf = Awaited<ReturnType<(typeof readState)['intake']>> &
  Awaited<ReturnType<(typeof readState)['routing']>> &
  Awaited<ReturnType<(typeof readState)['tier-queues']>> &
  Awaited<ReturnType<(typeof readState)['notifications']>> &
  Awaited<ReturnType<(typeof readState)['reporting']>>;

/**
 * Reads everything from the beginning. `still` says what did not come to rest before; the notes are read last, since
 * what they tell of may happen at any time.
 */
export const gather = async (sources: Sources, folder: string, { unrest }: Stillness): Promise<Evidence> => {
  const names = topicNames(sources.run.prefix);
  const readAt = await nowOf(sources);
  const read = await readParts(sources, names);
  const notes = await readNotes(folder);
  const poison = notes.poison.map((line) => ({ ...line, topicName: names.get(line.topic) }));
  return { ...notes, poison, ...read, run: sources.run, readAt, unrest, probes: null, rebuilt: null };
};
