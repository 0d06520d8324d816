import type { Database } from '@tierline/persistence';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceProcess } from './service-process.ts';
import type { System } from './system.ts';

export const tenant = 'bench';
export const queue = 'service-desk';
/** Agents of the one team: so many that none holds more tickets at once than an agent does. */
export const agents = Array.from({ length: 800 }, (_, index) => `agent-${index}`);

/** Sends one request. Throws when it is refused. */
export const ask = async <T>(method: string, url: string, token: string, body?: unknown): Promise<T> => {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} was refused: ${response.status} ${text}`);
  return JSON.parse(text) as T;
};

/** One tier, one queue, one team. */
export const setUpDesk = async (system: System, tierQueues: ServiceProcess): Promise<void> => {
  const admin = await system.token('admin', tenant, ['admin']);
  await ask('PUT', `${tierQueues.url}/desk`, admin, {
    tiers: [{ tier: 'tier-1', name: 'Tier 1', rank: 1, defaultQueue: queue }],
    queues: [{ queue, name: 'Service desk', tier: 'tier-1', team: 'desk' }],
    agents: agents.map((agentId) => ({ agentId, name: agentId, teams: ['desk'] })),
  });
};

/** Waits for a statement to give rows. Throws after a minute. */
export const untilRows = async <R>(database: Database, sql: string, parameters: unknown[] = []): Promise<R[]> => {
  const end = performance.now() + 60_000;
  for (;;) {
    const rows = await database.query<R>(sql, parameters);
    if (rows.length > 0) return rows;
    if (performance.now() > end) throw new Error(`nothing came of: ${sql}`);
    await sleep(50);
  }
};

export const ticketBody = {
  subject: 'Outlook asks for my password',
  description: 'Since this morning it asks for the password every few minutes. '.repeat(6),
};

/**
 * Opens one ticket the way that users do and waits until it stands in its queue: the pattern for rows that are made
 * by SQL, so that they have the shape that the services write.
 */
export const openPattern = async (
  system: System,
  intake: ServiceProcess,
  tierQueues: Database,
  untilState = 'QUEUED',
): Promise<string> => {
  const token = await system.token('anna', tenant, ['requester']);
  const { id } = await ask<{ id: string }>('POST', `${intake.url}/tickets`, token, ticketBody);
  await untilRows(tierQueues, 'SELECT 1 FROM ticket WHERE id = $1 AND state = $2 AND queue IS NOT NULL', [
    id,
    untilState,
  ]);
  return id;
};

/** The columns of a ticket that a copy has to be given; the others PostgreSQL makes of them. */
export const ticketColumns = async (database: Database): Promise<string> => {
  const [row] = await database.query<{ columns: string }>(
    `SELECT string_agg(attname, ', ' ORDER BY attnum) AS columns FROM pg_attribute
     WHERE attrelid = 'ticket'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
  );
  return row!.columns;
};

/** These columns of a table. */
export const columnsOf = (table: string, columns: string): string => columns.replaceAll(/(\w+)/g, `${table}.$1`);
