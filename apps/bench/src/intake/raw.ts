import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';

const run = promisify(execFile);

/** What PostgreSQL alone does at this concurrency. */
export type RawRate = { perSecond: number; by: 'pgbench' | 'pg' };

const insertTicket = (text: string) => `INSERT INTO request (tenant_id, id, number, requester_id, opened_by,
  channel, subject, description, impact, urgency, status, messages, opened_at, updated_at, confirmed, sequence, desk)
  VALUES ('bench', gen_random_uuid(), nextval('ticket_number'), 'anna', 'anna', 'web', 'Outlook asks for my password', ${text},
  'low', 'medium', 'received', 0, now(), now(), false, 1, 'silent')`;

const insertEvent = (data: string) => `INSERT INTO journal (event_id, tenant_id, topic, shard, aggregate_id,
  agg_seq, type, source, time, actor, correlation_id, data)
  VALUES (gen_random_uuid(), 'bench', 'tickets', 1, gen_random_uuid()::text, 1, 'tierline.ticket.opened.v1', '/intake', now(),
  'system', 'bench', ${data})`;

const withPgbench = async (url: string, clients: number, seconds: number, body: string, data: string) => {
  const folder = await mkdtemp(join(tmpdir(), 'tierline-pgbench-'));
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const script = ['BEGIN;', `${insertTicket(quoted(body))};`, `${insertEvent(`${quoted(data)}::jsonb`)};`, 'COMMIT;'];
  try {
    const file = join(folder, 'insert.sql');
    await writeFile(file, script.map((line) => line.replaceAll(/\s+/g, ' ')).join('\n'));
    const jobs = Math.min(2, clients);
    const args = ['-n', '-M', 'prepared', '-c', clients, '-j', jobs, '-T', seconds, '-f', file, url].map(String);
    const { stdout } = await run('pgbench', args);
    return Number(/tps = ([\d.]+)/.exec(stdout)?.[1]);
  } finally {
    await rm(folder, { recursive: true });
  }
};

const withDriver = async (url: string, clients: number, seconds: number, body: string, data: string) => {
  const connections = Array.from({ length: clients }, () => new Client({ connectionString: url }));
  await Promise.all(connections.map((client) => client.connect()));
  const end = performance.now() + seconds * 1_000;
  let done = 0;
  await Promise.all(
    connections.map(async (client) => {
      while (performance.now() < end) {
        await client.query('BEGIN');
        await client.query({ name: 'ticket', text: insertTicket('$1'), values: [body] });
        await client.query({ name: 'event', text: insertEvent('$1::jsonb'), values: [data] });
        await client.query('COMMIT');
        done += 1;
      }
    }),
  );
  await Promise.all(connections.map((client) => client.end()));
  return done / seconds;
};

const isAbsent = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT';

/**
 * The bare insert of a ticket row and an event row into intake's own tables, one transaction each, prepared: by
 * pgbench where it is installed, by the bare driver elsewhere.
 */
export const rawInserts = async (
  url: string,
  clients: number,
  seconds: number,
  { body, data }: { body: string; data: string },
): Promise<RawRate> => {
  try {
    return { perSecond: await withPgbench(url, clients, seconds, body, data), by: 'pgbench' };
  } catch (error) {
    if (!isAbsent(error)) throw error;
    return { perSecond: await withDriver(url, clients, seconds, body, data), by: 'pg' };
  }
};
