import type { Database, Transaction } from '@tierline/persistence';
import { runTasks, type Dispatcher } from './dispatch.ts';
import { isDeadLetterTopic } from './dead-letters.ts';
import { readEvent } from './envelope.ts';
import type { LogRecord, Partition } from './event-log.ts';
import { freshOf } from './inbox.ts';

/** A record that could not be taken, with its key and the reason. */
export type ParkedRecord = { readonly record: LogRecord; readonly key: string; readonly reason: string };

/** PostgreSQL stores no NUL in a text, and a stranger may have sent one. */
const storable = <T extends string | null>(text: T): T => (text?.replaceAll('\0', '\ufffd') ?? null) as T;

const base64 = (bytes: Buffer | string | null) => (bytes === null ? null : Buffer.from(bytes).toString('base64'));

/** The keys among these that are parked. Locks them, so that a replay and a consumer cannot pass each other. */
export const parkedKeys = async (
  tx: Transaction,
  group: string,
  topic: string,
  keys: readonly string[],
): Promise<Set<string>> => {
  const rows = await tx.query<{ key: string }>(
    `SELECT key FROM parked_key WHERE consumer_group = $1 AND topic = $2 AND key = ANY($3::text[])
     ORDER BY key FOR UPDATE`,
    [group, topic, [...new Set(keys.map(storable))]],
  );
  const parked = new Set(rows.map(({ key }) => key));
  return new Set(keys.filter((key) => parked.has(storable(key))));
};

/**
 * Puts records aside, with their keys: later records of these keys will wait behind them. A copy of each is published
 * as a dead letter.
 */
export const park = async (
  tx: Transaction,
  group: string,
  { topic, partition }: Partition,
  parked: readonly ParkedRecord[],
): Promise<void> => {
  if (parked.length === 0) return;
  const rows = parked.map(({ record, key, reason }) => ({
    record_offset: record.offset.toString(),
    key: storable(key),
    tenant_id: storable(record.headers.ce_tenant ?? null),
    type: storable(record.headers.ce_type ?? null),
    headers: Object.fromEntries(Object.entries(record.headers).map(([name, text]) => [storable(name), storable(text)])),
    value: base64(record.value),
    reason: storable(reason).slice(0, 2_000),
    exact_key: base64(record.key),
    exact_headers: base64(JSON.stringify(record.headers)),
  }));
  await tx.query(
    `WITH r AS (
       SELECT * FROM jsonb_to_recordset($4::jsonb) AS r(record_offset bigint, key text, tenant_id text, type text,
         headers jsonb, value text, reason text, exact_key text, exact_headers text)
     ), keys AS (
       INSERT INTO parked_key (consumer_group, topic, key) SELECT DISTINCT $1, $2, key FROM r ON CONFLICT DO NOTHING
     ), parked AS (
       INSERT INTO parked_message (consumer_group, topic, partition, record_offset, key, tenant_id, type, headers, value, reason)
       SELECT $1, $2, $3, record_offset, key, tenant_id, type, headers, decode(value, 'base64'), reason FROM r
       ON CONFLICT DO NOTHING RETURNING record_offset
     )
     INSERT INTO dead_letter (consumer_group, topic, partition, record_offset, key, headers, value, reason)
     SELECT $1, $2, $3, record_offset, decode(exact_key, 'base64'), decode(exact_headers, 'base64'),
       decode(value, 'base64'), reason
     FROM r JOIN parked USING (record_offset) WHERE $5 ORDER BY record_offset`,
    [group, topic, partition, JSON.stringify(rows), !isDeadLetterTopic(topic)],
  );
};

type Row = { partition: number; record_offset: string; headers: Record<string, string>; value: Buffer | null };

/**
 * Gives the parked records of one key to the service again, in order, and frees the key when all went through.
 * Stops at the first that fails again and throws its error; those before it stay done.
 */
export const replayParked = async (
  database: Database,
  dispatcher: Dispatcher,
  parked: { group: string; topic: string; key: string },
): Promise<number> => {
  for (let replayed = 0; ; replayed += 1) {
    const more = await database.inBackground((tx) => replayOne(tx, dispatcher, parked));
    if (!more) return replayed;
  }
};

const replayOne = async (
  tx: Transaction,
  dispatcher: Dispatcher,
  { group, topic, key }: { group: string; topic: string; key: string },
): Promise<boolean> => {
  await parkedKeys(tx, group, topic, [key]);
  const [row] = await tx.query<Row>(
    `SELECT partition, record_offset, headers, value FROM parked_message
     WHERE consumer_group = $1 AND topic = $2 AND key = $3 ORDER BY record_offset LIMIT 1`,
    [group, topic, key],
  );
  if (!row) {
    await tx.query(`DELETE FROM parked_key WHERE consumer_group = $1 AND topic = $2 AND key = $3`, [group, topic, key]);
    return false;
  }
  const event = readEvent({ offset: BigInt(row.record_offset), key, value: row.value, headers: row.headers });
  const [fresh] = await freshOf(tx, group, [event]);
  if (fresh) await runTasks(tx, await dispatcher.tasksFor(fresh));
  await tx.query(
    `DELETE FROM parked_message WHERE consumer_group = $1 AND topic = $2 AND partition = $3 AND record_offset = $4`,
    [group, topic, row.partition, row.record_offset],
  );
  return true;
};
