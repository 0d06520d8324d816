import { events, type Actor, type Fact, type Received } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import { v7 as uuidv7 } from 'uuid';
import { failpoint, isOff } from './failpoints.ts';

/** Who and what an event comes from. */
export type Origin = {
  readonly tenant: string;
  readonly actor: Actor;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly traceparent: string | null;
};

/** An event that is about to be written, with its place in its aggregate. */
export type Entry = Origin & { readonly subject: string; readonly sequence: number; readonly fact: Fact };

/** The origin of work that a received event causes. */
export const causedBy = (event: Received, service: string): Origin => ({
  tenant: event.tenant,
  actor: `system:${service}`,
  correlationId: event.correlationId,
  causationId: event.id,
  traceparent: event.traceparent,
});

export const shards = 16;

/** FNV-1a, 32 bits: which of the relay's shards a key belongs to. */
export const shardOf = (key: string): number => {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % shards;
};

const definitionOf = (type: string) => {
  const definition = events.get(type);
  if (!definition) throw new Error(`event type ${type} is not declared in contracts`);
  return definition;
};

/**
 * Writes events to the journal and the outbox in one statement, in the order given.
 * Call it after the aggregates are locked and saved: then order per aggregate is commit order. The transaction has its
 * id before the first event has a number, so that whoever sees a number can tell which transactions may hold lower ones.
 * Resolves when they are on their way. Throws when data does not have its declared shape, so that nothing unreadable is
 * ever published.
 */
export const append = async (tx: Transaction, entries: readonly Entry[]): Promise<void> => {
  if (entries.length === 0) return;
  if (!isOff('transaction')) return write(tx, entries);
  tx.afterCommit(async (later) => {
    await failpoint('transaction.torn');
    write(later, entries);
  });
};

const write = (tx: Transaction, entries: readonly Entry[]): void => {
  const rows = entries.map(({ fact, ...entry }, position) => {
    const definition = definitionOf(fact.type);
    return {
      position,
      event_id: uuidv7(),
      tenant_id: entry.tenant,
      topic: definition.topic,
      shard: shardOf(entry.subject),
      aggregate_id: entry.subject,
      agg_seq: entry.sequence,
      type: fact.type,
      source: definition.source,
      actor: entry.actor,
      correlation_id: entry.correlationId,
      causation_id: entry.causationId,
      traceparent: entry.traceparent,
      data: definition.schema.parse(fact.data),
    };
  });
  tx.write(
    `WITH entry AS (
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS e(position int, event_id uuid, tenant_id text, topic text,
         shard smallint, aggregate_id text, agg_seq int, type text, source text, actor text, correlation_id text,
         causation_id uuid, traceparent text, data jsonb)
     ), written AS (
       INSERT INTO journal (event_id, tenant_id, topic, shard, aggregate_id, agg_seq, type, source, time, actor,
         correlation_id, causation_id, traceparent, data)
       SELECT event_id, tenant_id, topic, shard, aggregate_id, agg_seq, type, source, $2::timestamptz, actor,
         correlation_id, causation_id, traceparent, data
       FROM entry, (SELECT pg_current_xact_id() AS id) running WHERE running.id IS NOT NULL ORDER BY position
       RETURNING seq, shard, tenant_id
     )
     INSERT INTO outbox (seq, shard, tenant_id) SELECT seq, shard, tenant_id FROM written`,
    [JSON.stringify(rows), tx.now],
  );
};
