import { setTimeout as sleep } from 'node:timers/promises';
import { Client, escapeIdentifier } from 'pg';
import { setBackTable } from '../../audit/reading/messaging-tables.ts';
import type { Service } from '../fault.ts';
import { persistently, type Happening, type World } from './world.ts';

/** As the superuser: the owner of a database may neither copy nor rename it. */
const within = async <T>(
  { parts }: World,
  database: string,
  work: (client: Client) => Promise<T>,
  patience = 20_000,
): Promise<T> => {
  const url = Object.assign(new URL(parts.postgresUrl), { pathname: `/${database}` }).href;
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 3_000, query_timeout: patience });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

/** A database of a long run has some gigabytes. Milliseconds. */
const copying = 180_000;

type Names = { database: string; copy: string };

/** Only a database with which nobody is connected can be copied: it is closed meanwhile. */
const makeCopy = async (world: World, { database, copy }: Names): Promise<void> => {
  const [name, copied, owner] = [database, copy, `${database}_owner`].map(escapeIdentifier);
  const copyDatabase = async (client: Client): Promise<void> => {
    await client.query(`DROP DATABASE IF EXISTS ${copied} WITH (FORCE)`);
    await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [database]);
    // By files: the log of PostgreSQL would take as much again.
    await client.query(`CREATE DATABASE ${copied} OWNER ${owner} TEMPLATE ${name} STRATEGY file_copy`);
  };
  await within(world, 'postgres', copyDatabase, copying);
};

const open = (world: World, { database }: Names): Promise<void> =>
  within(world, 'postgres', async (client) => {
    await client.query(`ALTER DATABASE ${escapeIdentifier(database)} ALLOW_CONNECTIONS true`);
  });

const copied = async (world: World, names: Names): Promise<boolean> => {
  const done = await persistently(() => makeCopy(world, names), 20);
  if (!(await persistently(() => open(world, names), 60))) throw new Error(`${names.database} stayed closed`);
  return done;
};

type Kept = { taken: number; setBacks: object[] };

/** What the auditor has to know of a database that goes: how much it had taken, and positions that went back in it. */
const keptOf = (world: World, database: string): Promise<Kept> =>
  within(world, database, async (client) => {
    const { rows } = await client.query<{ taken: number }>('SELECT count(*)::int AS taken FROM inbox');
    const watched = await client.query(`SELECT 1 WHERE to_regclass('${setBackTable}') IS NOT NULL`);
    const noted = watched.rowCount === 0 ? [] : (await client.query<object>(`SELECT * FROM ${setBackTable}`)).rows;
    return { taken: rows[0]!.taken, setBacks: noted };
  });

const putInPlace = async (world: World, { database, copy }: Names): Promise<void> => {
  const [name, users] = [escapeIdentifier(database), ['app', 'worker'].map((role) => `"${database}_${role}"`).join()];
  await within(world, 'postgres', async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [copy]);
    if (rowCount === 1) {
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await client.query(`ALTER DATABASE ${escapeIdentifier(copy)} RENAME TO ${name}`);
    }
    // Rights to connect are not copied.
    await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC; GRANT CONNECT ON DATABASE ${name} TO ${users}`);
  });
};

/** Notes again what the watch of the auditor had noted in the database that went; gives how many events are untaken now. */
const carryOver = async (world: World, database: string, { taken, setBacks }: Kept): Promise<number> => {
  const restored = await keptOf(world, database);
  const lost = setBacks.slice(restored.setBacks.length);
  if (lost.length > 0)
    await within(world, database, (client) =>
      client.query(
        `INSERT INTO ${setBackTable} SELECT * FROM jsonb_populate_recordset(NULL::${setBackTable}, $1::jsonb)`,
        [JSON.stringify(lost)],
      ),
    );
  return taken - restored.taken;
};

const replace = async (world: World, names: Names): Promise<number> => {
  let kept: Kept | undefined;
  let again = 0;
  const insist = async (work: () => Promise<void>): Promise<void> => {
    if (!(await persistently(work, 60))) throw new Error(`${names.database} could not be put back`);
  };
  await insist(async () => void (kept = await keptOf(world, names.database)));
  await insist(() => putInPlace(world, names));
  await insist(async () => void (again = await carryOver(world, names.database, kept!)));
  return again;
};

/** What is worth being lost, in events. */
const worthLosing = 30;
/** How long the service has to take so much beyond its time, in milliseconds. */
const patience = 15_000;

/** Lets the service work for so many milliseconds, and longer until it has taken something; else nothing is lost. */
const goOn = async (world: World, database: string, milliseconds: number): Promise<void> => {
  const taken = () =>
    keptOf(world, database).then(
      (kept) => kept.taken,
      // The database is away.
      () => null,
    );
  const before = await taken();
  await sleep(milliseconds);
  for (const end = Date.now() + patience; Date.now() < end; await sleep(500)) {
    const now = await taken();
    if (now !== null && now - (before ?? now) >= worthLosing) return;
  }
};

/**
 * Puts a copy in the place of a service's database while its processes are stopped, as after a restore from a backup.
 *
 * Any service goes on from a copy of its last commit: nothing is lost, whatever Kafka believes that the group has read;
 * what waits in the outbox is sent by another relay.
 *
 * From an earlier moment only reporting comes back to the whole truth: it is told everything by the topics, which it
 * reads again from the position in the copy. The others publish, and cannot be taken back: what they published after
 * that moment stands in the topics, the journal in the copy does not know it, and its sequences would be given twice.
 * Commands that were accepted since (intake, tier-queues), subscriptions and mails sent (notifications) stood nowhere
 * else; routing would decide again, under new ids. For them a standby or the archived log up to its end is the remedy.
 */
export const restoreDatabase: Happening = async (world, { id, target, seconds, detail }) => {
  const service = target as Service;
  const { database } = world.parts.databases[service];
  const names = { database, copy: `${database}_copy_${id}` };
  const isLater = detail !== 'its last commit';
  const missed = { services: [service], missed: 'the database was away, or could not be copied' };
  if (isLater) {
    if (!(await copied(world, names))) return missed;
    await goOn(world, database, seconds * 1_000);
  }
  const own = world.pods.filter((pod) => pod.service === service);
  const starts = await Promise.all(own.map((pod) => pod.halt()));
  try {
    if (!isLater && !(await copied(world, names))) return missed;
    return { services: [service], again: await replace(world, names) };
  } finally {
    starts.forEach((start) => start());
  }
};
