import { type TopicName } from '@tierline/contracts';
import type { Client } from 'pg';
import type { Backlog, Home, InboxRow, JournalRow, ParkedRow, PositionRow, SetBack, Wall } from '../evidence.ts';
import type { Service } from '../names.ts';
import { allRows, streamRows } from './database.ts';
import type { Spill } from './spill.ts';

/** The topics by their full names. */
export type Names = ReadonlyMap<string, TopicName>;
type Topical = { topic: string };

const hasTable = async (client: Client, table: string): Promise<boolean> =>
  (await allRows(client, `SELECT 1 WHERE to_regclass('public.' || $1) IS NOT NULL`, [table])).length > 0;

const known = <R extends Topical>(names: Names, rows: readonly R[]): (Omit<R, 'topic'> & { topic: TopicName })[] =>
  rows.flatMap((row) => {
    const topic = names.get(row.topic);
    return topic ? [{ ...row, topic }] : [];
  });

export const spillJournal = async (client: Client, service: Service, spill: Spill): Promise<void> => {
  if (!(await hasTable(client, 'journal'))) return;
  const sql = `SELECT event_id::text AS id, tenant_id AS tenant, topic, aggregate_id AS aggregate, agg_seq AS sequence, type,
      (extract(epoch FROM time) * 1000)::float8 AS at,
      jsonb_strip_nulls(jsonb_build_object('agent', data->'agentId', 'queue', data->'queue', 'assignment', data->'assignment', 'cause', data->'cause', 'until', coalesce(data->'until', data#>'{now,hold,until}'),
        'hop', data->'hop', 'delivery', data->'deliveryId', 'comment', nullif(data->>'comment', '') IS NOT NULL OR NULL,
        'clock', data->'clock', 'due', data->'due', 'since', CASE WHEN data ? 'clock' THEN data->'since' END,
        'consumed', data->'consumed', 'target', data->'target', 'steps', data->'steps', 'share', data->'share',
        'opens', data->'newTicketId', 'again', CASE WHEN data ? 'asked' THEN true END)) ||
      CASE WHEN data ? 'now' THEN jsonb_build_object('now', data->'now') ELSE '{}' END AS said
    FROM journal ORDER BY seq`;
  for await (const row of streamRows<Omit<JournalRow, 'service'>>(client, sql)) spill.event({ service, ...row });
};

/** How many events a service has journalled. */
export const countJournal = async (client: Client): Promise<number> => {
  if (!(await hasTable(client, 'journal'))) return 0;
  const [row] = await allRows<{ rows: number }>(client, 'SELECT count(*) AS rows FROM journal');
  return row!.rows;
};

export const spillInbox = async (client: Client, service: Service, spill: Spill): Promise<void> => {
  const sql = 'SELECT event_id::text AS event, tenant_id AS tenant FROM inbox';
  for await (const row of streamRows<Omit<InboxRow, 'service'>>(client, sql)) spill.taken({ service, ...row });
};

export const readPositions = async (client: Client, service: Service, names: Names): Promise<PositionRow[]> => {
  const rows = await allRows<Topical & Omit<PositionRow, 'service' | 'topic'>>(
    client,
    'SELECT consumer_group AS "group", topic, partition, next_offset AS next FROM consumer_position',
  );
  return known(names, rows).map((row) => ({ ...row, service }));
};

export const setBackTable = 'audit_position_set_back';

/** What the watch's trigger noted; null: there is none. */
export const readSetBacks = async (client: Client, service: Service, names: Names): Promise<SetBack[] | null> => {
  if (!(await hasTable(client, setBackTable))) return null;
  const rows = await allRows<Topical & Omit<SetBack, 'service' | 'topic'>>(
    client,
    `SELECT consumer_group AS "group", topic, partition, was AS "from", became AS "to" FROM ${setBackTable} ORDER BY at`,
  );
  return known(names, rows).map((row) => ({ ...row, service }));
};

const parkedSql = (table: string, reason: string, discarded: boolean) =>
  `SELECT topic, partition, record_offset AS "offset", key, nullif(headers->>'ce_id', '') AS event, ${reason} AS reason,
     ${discarded} AS discarded FROM ${table}`;

export const readParked = async (client: Client, service: Service, names: Names): Promise<ParkedRow[]> => {
  const rows = await allRows<Topical & Omit<ParkedRow, 'service' | 'topic'>>(
    client,
    `${parkedSql('parked_message', 'reason', false)} UNION ALL ${parkedSql('parked_discard', 'parked_reason', true)}`,
  );
  return known(names, rows).map((row) => ({ ...row, service }));
};

/** Tables from which rows go: the outbox, copies of parked records, what the relay holds back, deadlines to derive anew. */
export const readBacklogs = async (client: Client, service: Service): Promise<Backlog[]> => {
  const tables = await allRows<{ name: string }>(
    client,
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname ~ '^(outbox|dead_letter|unsent_key|unsent_event|retiming)$'`,
  );
  const backlogs: Backlog[] = [];
  for (const { name } of tables) {
    const [row] = await allRows<{ rows: number }>(client, `SELECT count(*) AS rows FROM "${name}"`);
    backlogs.push({ service, table: name, rows: row!.rows });
  }
  return backlogs;
};

/** Each table with tenants that the role of HTTP work may read, and what is wrong with its wall. */
export const readWalls = async (client: Client, service: Service): Promise<Wall[]> => {
  const rows = await allRows<Omit<Wall, 'service'>>(
    client,
    `WITH app AS (SELECT DISTINCT unnest(roles) AS role FROM pg_policies WHERE policyname = 'one_tenant')
     SELECT c.relname AS table, CASE
       WHEN NOT (c.relrowsecurity AND c.relforcerowsecurity) THEN app.role || ' reads it without row-level security'
       WHEN (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = app.role) THEN app.role || ' passes row-level security'
       WHEN EXISTS (SELECT 1 FROM pg_policies p WHERE p.tablename = c.relname AND (app.role = ANY(p.roles) OR 'public' = ANY(p.roles))
         AND coalesce(p.qual, '') !~ 'tenant_id = current_setting') THEN app.role || ' has a policy that names no tenant'
       END AS open
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN app
     WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')
       AND has_table_privilege(app.role, c.oid, 'SELECT')`,
  );
  return rows.map((row) => ({ ...row, service }));
};

/**
 * For each table that speaks of tickets: how often it has rows of a tenant about a ticket, and which of them are not of
 * the tenant of that ticket. The others are millions, and say nothing.
 */
export const readHomes = async (
  client: Client,
  service: Service,
  tenantOf: (ticket: string) => string | undefined,
): Promise<{ seen: number; elsewhere: Home[] }> => {
  const tables = await allRows<{ name: string; column: string }>(
    client,
    `SELECT t.table_name AS name, c.column_name AS column FROM information_schema.tables t
     JOIN information_schema.columns c USING (table_schema, table_name)
     WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE'
       AND (c.column_name = 'ticket_id' OR (c.column_name = 'id' AND t.table_name IN ('ticket', 'request')))
       AND EXISTS (SELECT 1 FROM information_schema.columns o WHERE o.table_schema = t.table_schema
         AND o.table_name = t.table_name AND o.column_name = 'tenant_id')`,
  );
  const elsewhere: Home[] = [];
  let seen = 0;
  for (const { name, column } of tables) {
    const sql = `SELECT DISTINCT tenant_id AS tenant, "${column}"::text AS ticket FROM "${name}" WHERE "${column}" IS NOT NULL`;
    for await (const row of streamRows<{ tenant: string; ticket: string }>(client, sql)) {
      seen += 1;
      if (tenantOf(row.ticket) !== row.tenant) elsewhere.push({ service, table: name, ...row });
    }
  }
  return { seen, elsewhere };
};
