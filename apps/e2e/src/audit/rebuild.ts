import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Rebuilt } from './evidence.ts';
import { topicNames } from './names.ts';
import { allRows, streamRows } from './reading/database.ts';
import type { Sources } from './reading/gather.ts';
import type { Spill } from './reading/spill.ts';
import { setBackTable } from './reading/messaging-tables.ts';

/** How long reporting may take to get on at all while it reads everything again, milliseconds. */
const patience = 60_000;

/**
 * One digest for each ticket, and one for each tier and queue. Each row of a history says its number, so that their
 * order need not count, and PostgreSQL has to sort no rows as text.
 */
const digestSql = `
  SELECT 'history of ' || tenant_id || '/' || ticket_id AS key, count(*) || ' ' || bit_xor(hash) AS digest
  FROM (SELECT tenant_id, ticket_id, hashtextextended(e::text, 0) AS hash FROM ticket_event e OFFSET 0) hashed
  GROUP BY tenant_id, ticket_id
  UNION ALL SELECT 'fact of ' || tenant_id || '/' || ticket_id, md5(f::text) FROM ticket_fact f
  UNION ALL SELECT 'tier ' || tenant_id || '/' || tier, md5(t::text) FROM tier t
  UNION ALL SELECT 'queue ' || tenant_id || '/' || queue, md5(q::text) FROM queue q`;

const spillDigests = async (client: Client, spill: Spill, when: 'before' | 'after'): Promise<void> => {
  await client.query('BEGIN READ ONLY');
  await client.query(`SET LOCAL work_mem = '128MB'`);
  for await (const { key, digest } of streamRows<{ key: string; digest: string }>(client, digestSql))
    spill.digest(when, key, digest);
  await client.query('COMMIT');
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

type Program = NonNullable<Sources['run']['rebuild']>;

const start = ({ command: [program, ...given], env }: Program, port: number, ...more: string[]): ChildProcess =>
  spawn(program!, [...given, ...more], {
    env: { ...process.env, ...env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });

/** Records that reporting has not taken yet. */
const lagOf = async ({ run, databases, topics }: Sources): Promise<number> => {
  const rows = await allRows<{ topic: string; partition: number; next: number }>(
    databases.get('reporting')!,
    'SELECT topic, partition, next_offset AS next FROM consumer_position',
  );
  const next = new Map(rows.map((row) => [`${row.topic}/${row.partition}`, row.next]));
  let lag = 0;
  for (const name of await topics.present([...topicNames(run.prefix).keys()]))
    for (const { partition, high } of await topics.ends(name))
      lag += Math.max(0, high - (next.get(`${name}/${partition}`) ?? high));
  return lag;
};

const catchUp = async (sources: Sources, reporting: ChildProcess): Promise<void> => {
  let [left, since] = [Infinity, Date.now()];
  for (;;) {
    const lag = await lagOf(sources);
    if (lag === 0) return;
    if (lag < left) [left, since] = [lag, Date.now()];
    if (reporting.exitCode !== null) throw new Error(`reporting ended with ${reporting.exitCode} while it read again`);
    if (Date.now() - since > patience)
      throw new Error(`reporting took none of the last ${lag} records for ${patience / 1_000} s while it read again`);
    await sleep(500);
  }
};

const emptyAndReadAgain = async (sources: Sources, rebuild: Program, spill: Spill): Promise<Rebuilt> => {
  const client = sources.databases.get('reporting')!;
  await spillDigests(client, spill, 'before');
  const [{ began }] = (await allRows<{ began: Date }>(client, 'SELECT clock_timestamp() AS began')) as [
    { began: Date },
  ];
  const emptying = start(rebuild, await freePort(), 'rebuild');
  const [code] = (await once(emptying, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${rebuild.command.join(' ')} rebuild ended with ${code}`);
  const reporting = start(rebuild, await freePort());
  const ended = once(reporting, 'close');
  try {
    await catchUp(sources, reporting);
  } finally {
    reporting.kill('SIGTERM');
    await ended;
    // This going back was wanted.
    await client.query(`DO $$ BEGIN IF to_regclass('${setBackTable}') IS NOT NULL THEN
      DELETE FROM ${setBackTable} WHERE at >= '${began.toISOString()}'; END IF; END $$`);
  }
  await spillDigests(client, spill, 'after');
  return { before: new Map(), after: new Map() };
};

/** Empties reporting, lets it read everything again, and spills its digests before and after; null: no command is known. */
export const rebuildReporting = async (sources: Sources, spill: Spill): Promise<Rebuilt | null> => {
  const { rebuild } = sources.run;
  if (!rebuild) return null;
  try {
    return await emptyAndReadAgain(sources, rebuild, spill);
  } catch (error) {
    return { failure: (error as Error).message };
  }
};
