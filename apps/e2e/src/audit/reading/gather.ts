import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Evidence, SetBack } from '../evidence.ts';
import { services, topicNames, type Service } from '../names.ts';
import type { readNotes, Run } from '../run.ts';
import { allRows, connect, inSnapshot, openWalls } from './database.ts';
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
import { openTopics, readTopics, type Topics } from './topics.ts';

type Notes = Awaited<ReturnType<typeof readNotes>>;

/** Where everything that is read stands open. */
export type Sources = {
  readonly run: Run;
  readonly databases: ReadonlyMap<Service, Client>;
  readonly topics: Topics;
};

/** Opens every database, as its owner, and Kafka. */
export const openSources = async (run: Run): Promise<Sources> => {
  const databases = new Map<Service, Client>();
  for (const service of services) databases.set(service, await connect(run.databases[service]));
  for (const client of databases.values()) await openWalls(client);
  return { run, databases, topics: openTopics(run.brokers) };
};

export const closeSources = async ({ databases, topics }: Sources): Promise<void> => {
  for (const client of databases.values()) await client.end();
  await topics.close();
};

const readService = (client: Client, service: Service, names: Names, pool: Interner) =>
  inSnapshot(client, async () => ({
    journal: await readJournal(client, service, pool),
    inbox: await readInbox(client, service, pool),
    positions: await readPositions(client, service, names),
    setBacks: await readSetBacks(client, service, names),
    parked: await readParked(client, service, names),
    backlogs: await readBacklogs(client, service),
    walls: await readWalls(client, service),
    homes: await readHomes(client, service, pool),
    standings: await readStandings(client, service, pool),
    state: await readState[service](client, pool),
  }));

/** What changes when anything moves: ends of topics, journals, outboxes, positions. */
const pulse = async ({ databases, topics }: Sources, names: Names): Promise<Map<string, string>> => {
  const beats = new Map<string, string>();
  for (const name of await topics.present([...names.keys()]))
    beats.set(name, (await topics.ends(name)).map(({ high }) => high).join(' '));
  for (const [service, client] of databases) {
    const [row] = await allRows<Record<string, unknown>>(
      client,
      `SELECT coalesce(sum(next_offset), 0) AS positions, (SELECT count(*) FROM parked_message) AS parked FROM consumer_position`,
    );
    beats.set(`positions of ${service}`, JSON.stringify(row));
    if (service === 'reporting') continue;
    const [out] = await allRows<Record<string, unknown>>(
      client,
      `SELECT (SELECT coalesce(max(seq), 0) FROM journal) AS journal, (SELECT count(*) FROM outbox) AS outbox`,
    );
    beats.set(`journal of ${service}`, JSON.stringify(out));
  }
  return beats;
};

const differenceOf = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string | null => {
  const moved = [...after].filter(([what, beat]) => before.get(what) !== beat).map(([what]) => what);
  return moved.length === 0 ? null : `${moved.join(', ')} moved while everything was read`;
};

const readOnce = async (sources: Sources, notes: Notes, names: Names): Promise<Evidence> => {
  const pool = interner();
  const read = new Map<Service, Awaited<ReturnType<typeof readService>>>();
  for (const [service, client] of sources.databases) read.set(service, await readService(client, service, names, pool));
  const fromTopics = await readTopics(sources.topics, names, pool);
  const all = [...read.values()];
  const [clock] = await allRows<{ now: number }>(
    sources.databases.get('tier-queues')!,
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now',
  );
  const setBacks = all.map(({ setBacks: some }) => some).filter((some): some is SetBack[] => some !== null);
  return {
    ...notes,
    poison: notes.poison.map((line) => ({ ...line, topicName: names.get(line.topic) })),
    ...fromTopics,
    run: sources.run,
    readAt: clock!.now,
    unrest: null,
    journal: all.flatMap(({ journal }) => journal),
    inbox: all.flatMap(({ inbox }) => inbox),
    positions: all.flatMap(({ positions }) => positions),
    setBacks: setBacks.length === services.length ? setBacks.flat() : null,
    parked: all.flatMap(({ parked }) => parked),
    backlogs: all.flatMap(({ backlogs }) => backlogs),
    walls: all.flatMap(({ walls }) => walls),
    homes: all.flatMap(({ homes }) => homes),
    standings: all.flatMap(({ standings }) => standings),
    ...(Object.assign({}, ...all.map(({ state }) => state)) as StateOf),
    probes: null,
    rebuilt: null,
  };
};

type StateOf = Awaited<ReturnType<(typeof readState)['intake']>> &
  Awaited<ReturnType<(typeof readState)['routing']>> &
  Awaited<ReturnType<(typeof readState)['tier-queues']>> &
  Awaited<ReturnType<(typeof readState)['notifications']>> &
  Awaited<ReturnType<(typeof readState)['reporting']>>;

/** Reads everything from the beginning; again, up to five times, while something moved meanwhile. */
export const gather = async (sources: Sources, notes: Notes): Promise<Evidence> => {
  const names = topicNames(sources.run.prefix);
  let before = await pulse(sources, names);
  for (let attempt = 1; ; attempt += 1) {
    const evidence = await readOnce(sources, notes, names);
    const after = await pulse(sources, names);
    const unrest = differenceOf(before, after);
    if (unrest === null || attempt === 5) return { ...evidence, unrest };
    before = after;
    await sleep(1_000);
  }
};
