import { DomainError } from '@tierline/contracts';
import type { Database, Transaction } from '@tierline/persistence';

/** What somebody does at a ticket. */
export type Doing = 'looking' | 'writing' | 'away';

/** Somebody at a ticket. */
export type Present = {
  readonly ticket: string;
  readonly connection: string;
  readonly person: string;
  readonly name: string;
  readonly doing: Doing;
  /** What is being written: `reply`, `note`, `hand-over` …; null when nothing is. */
  readonly kind: string | null;
  readonly since: string;
};

/** A process that stands still for longer than this has lost its connections; in seconds. */
export const processSeconds = 20;
const mostTickets = 200;

const hintOfChange = `INSERT INTO hint (tenant_id, ticket_id, kind) SELECT DISTINCT tenant_id, ticket_id, 'presence' FROM`;

/** Notes that this process lives; false when the others have given it up meanwhile. */
export const renewProcess = async (database: Database, process: string): Promise<boolean> => {
  const rows = await database.query(
    `UPDATE stream_process SET expires_at = now() + make_interval(secs => $2) WHERE process = $1 RETURNING 1`,
    [process, processSeconds],
  );
  return rows.length > 0;
};

export const enterProcess = (database: Database, process: string) =>
  database.query(
    `INSERT INTO stream_process (process, expires_at) VALUES ($1, now() + make_interval(secs => $2))
     ON CONFLICT (process) DO UPDATE SET expires_at = excluded.expires_at`,
    [process, processSeconds],
  );

/** Takes away processes, by id or those that stopped renewing, with all who were connected to them. */
export const forgetProcesses = (database: Database, process: string | null): Promise<void> =>
  database.inBackground(async (tx) => {
    const gone = await tx.query<{ process: string }>(
      `SELECT process FROM stream_process WHERE CASE WHEN $1::uuid IS NULL THEN expires_at < now() ELSE process = $1 END
       ORDER BY process FOR UPDATE SKIP LOCKED`,
      [process],
    );
    if (gone.length === 0) return;
    const processes = gone.map((row) => row.process);
    await tx.query(
      `WITH gone AS (
         DELETE FROM presence p USING stream_connection c WHERE p.connection = c.connection AND c.process = ANY($1::uuid[])
         RETURNING p.tenant_id, p.ticket_id
       ) ${hintOfChange} gone`,
      [processes],
    );
    await tx.query('DELETE FROM stream_process WHERE process = ANY($1::uuid[])', [processes]);
  });

type Connecting = { connection: string; tenant: string; person: string; name: string; process: string };

export const enterConnection = (database: Database, { connection, tenant, person, name, process }: Connecting) =>
  database.query(
    'INSERT INTO stream_connection (connection, tenant_id, person_id, name, process) VALUES ($1, $2, $3, $4, $5)',
    [connection, tenant, person, name, process],
  );

/** Takes a connection away, and its person from all tickets. */
export const leaveConnection = (database: Database, connection: string): Promise<void> =>
  database.inBackground(async (tx) => {
    await tx.query(
      `WITH gone AS (DELETE FROM presence WHERE connection = $1 RETURNING tenant_id, ticket_id) ${hintOfChange} gone`,
      [connection],
    );
    await tx.query('DELETE FROM stream_connection WHERE connection = $1', [connection]);
  });

export type Showing = {
  readonly ticket: string;
  readonly connection: string;
  readonly doing: Doing;
  readonly kind: string | null;
};

const requireConnection = async (tx: Transaction, person: string, connection: string): Promise<void> => {
  const rows = await tx.query(
    'SELECT 1 FROM stream_connection WHERE connection = $1 AND person_id = $2 FOR KEY SHARE',
    [connection, person],
  );
  if (rows.length > 0) return;
  const message = 'is not an open stream of yours; connect to the stream and take the id that it greets with';
  throw new DomainError('connection_absent', `connection: ${message}.`, 'absent', {
    fields: [{ path: 'connection', message }],
  });
};

/** Shows what the person does at a ticket; lasts as long as the connection. Throws `connection_absent`, `too_many_tickets`. */
export const showPresence = async (tx: Transaction, tenant: string, person: string, showing: Showing) => {
  const { ticket, connection, doing, kind } = showing;
  await requireConnection(tx, person, connection);
  const [row] = await tx.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM presence WHERE connection = $1 AND ticket_id <> $2',
    [connection, ticket],
  );
  if (row!.n >= mostTickets)
    throw new DomainError('too_many_tickets', `One connection can be at ${mostTickets} tickets; leave one first.`);
  await tx.query(
    `WITH shown AS (
       INSERT INTO presence AS p (tenant_id, ticket_id, connection, doing, kind, since) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (connection, ticket_id) DO UPDATE SET doing = excluded.doing, kind = excluded.kind, since = excluded.since
         WHERE (p.doing, p.kind) IS DISTINCT FROM (excluded.doing, excluded.kind)
       RETURNING tenant_id, ticket_id
     ) ${hintOfChange} shown`,
    [tenant, ticket, connection, doing, kind, tx.now],
  );
  return showing;
};

/** Takes the person of this connection away from a ticket. Throws `connection_absent`. */
export const leaveTicket = async (tx: Transaction, person: string, connection: string, ticket: string) => {
  await requireConnection(tx, person, connection);
  await tx.query(
    `WITH gone AS (DELETE FROM presence WHERE connection = $1 AND ticket_id = $2 RETURNING tenant_id, ticket_id)
     ${hintOfChange} gone`,
    [connection, ticket],
  );
  return { ticket, connection, left: true };
};

/** Who is at these tickets; those whose process is gone are not. */
export const presentAt = (database: Database, tenant: string, tickets: readonly string[]) =>
  database.query<Present>(
    `SELECT p.ticket_id AS ticket, p.connection, c.person_id AS person, c.name, p.doing, p.kind, p.since
     FROM presence p JOIN stream_connection c ON c.connection = p.connection JOIN stream_process s ON s.process = c.process
     WHERE p.tenant_id = $1 AND p.ticket_id = ANY($2::uuid[]) AND s.expires_at > now()
     ORDER BY p.ticket_id, p.since, p.connection`,
    [tenant, tickets],
  );

/** The tickets among these at which none of the agent's teams is, so that a partner's agent does not see them. */
export const ofOwnTeams = async (database: Database, tenant: string, person: string, tickets: readonly string[]) => {
  const rows = await database.query<{ ticket: string }>(
    `SELECT t.ticket_id AS ticket FROM ticket t JOIN agent_team a ON a.tenant_id = t.tenant_id AND t.team = ANY(a.teams)
     WHERE t.tenant_id = $1 AND a.agent_id = $2 AND t.ticket_id = ANY($3::uuid[])`,
    [tenant, person, tickets],
  );
  return rows.map(({ ticket }) => ticket);
};
