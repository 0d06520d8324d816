import { topics } from '@tierline/contracts';
import { headersOf } from './envelope.ts';
import type { OutgoingRecord } from './event-log.ts';
import type { OutboxRow } from './outbox.ts';

const limits = { rows: 1_000, bytes: 900_000 };

/** The record of an outbox row. Its lease makes it visible in the log that one relay at a time drains a shard. */
export const recordOf = (row: OutboxRow, prefix: string, lease: string): OutgoingRecord => ({
  topic: `${prefix}.${topics[row.topic].name}`,
  key: row.aggregate_id,
  value: row.data,
  headers: {
    ...headersOf(
      {
        id: row.event_id,
        type: row.type,
        source: row.source,
        subject: row.aggregate_id,
        time: row.time.toISOString(),
        tenant: row.tenant_id,
        sequence: row.agg_seq,
        actor: row.actor,
        correlationId: row.correlation_id,
        causationId: row.causation_id,
        traceparent: row.traceparent,
      },
      row.aggregate_id,
    ),
    'tierline-lease': lease,
  },
});

/** Cuts rows into batches that fit in one request each; a batch has at least one row. */
export const batchesOf = function* (rows: readonly OutboxRow[]): Generator<readonly OutboxRow[]> {
  let batch: OutboxRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    const size = Buffer.byteLength(row.data) + 600;
    if (batch.length > 0 && (batch.length >= limits.rows || bytes + size > limits.bytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(row);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
};
