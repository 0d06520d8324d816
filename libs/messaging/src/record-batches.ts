import type { LogRecord } from './event-log.ts';

type Batch = {
  readonly firstOffset: bigint;
  readonly lastOffsetDelta: number;
  readonly attributes: number;
  readonly producerId: bigint;
  readonly records: readonly {
    readonly offsetDelta: number;
    readonly key: Buffer | null;
    readonly value: Buffer | null;
    readonly headers: readonly (readonly [Buffer | null, Buffer | null])[];
  }[];
};
type Aborted = { readonly producerId: bigint; readonly firstOffset: bigint };

const isTransactional = 0x10;
const isControl = 0x20;

const headersOf = (headers: Batch['records'][number]['headers']): Record<string, string> => {
  const read: Record<string, string> = {};
  for (const [name, value] of headers) read[name?.toString('utf8') ?? ''] ??= value?.toString('utf8') ?? '';
  return read;
};

/** Leaves the batches that were not taken back: a producer's, from its first taken-back offset to its abort marker. */
const committed = (batches: readonly Batch[], aborted: readonly Aborted[]): Batch[] => {
  const starts = [...aborted].sort((one, other) => Number(one.firstOffset - other.firstOffset));
  const aborting = new Set<bigint>();
  return batches.filter(({ firstOffset, lastOffsetDelta, attributes, producerId, records }) => {
    while (starts.length > 0 && starts[0]!.firstOffset <= firstOffset + BigInt(lastOffsetDelta))
      aborting.add(starts.shift()!.producerId);
    if (attributes & isControl) {
      // The key of a marker is its version and its kind; 0 is an abort.
      if (records[0]?.key?.readInt16BE(2) === 0) aborting.delete(producerId);
      return false;
    }
    return !(attributes & isTransactional && aborting.has(producerId));
  });
};

/**
 * The records of the fetched batches from this offset on, without markers and without what a transaction took back.
 * A batch may begin before the offset that was asked for.
 */
export const recordsOf = (batches: readonly Batch[], aborted: readonly Aborted[], from: bigint): LogRecord[] =>
  committed(batches, aborted).flatMap(({ firstOffset, records }) =>
    records
      .map(({ offsetDelta, key, value, headers }) => ({
        offset: firstOffset + BigInt(offsetDelta),
        key: key?.toString('utf8') ?? null,
        value,
        headers: headersOf(headers),
      }))
      .filter(({ offset }) => offset >= from),
  );

/** The offset after the last batch, or this one if there is none. */
export const nextAfter = (batches: readonly Batch[], from: bigint): bigint => {
  const last = batches.at(-1);
  const next = last ? last.firstOffset + BigInt(last.lastOffsetDelta) + 1n : from;
  return next > from ? next : from;
};
