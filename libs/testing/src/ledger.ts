import type { Chunk, Consumption, EventLog, LogRecord, Outcome, Partition } from '@tierline/messaging';

export type Taken = LogRecord & { readonly partition: number; readonly member: string };

type Member = Pick<Consumption, 'drain' | 'session' | 'gathering'> & {
  member?: string;
  /** Runs while a chunk is being taken; an outcome that it gives is answered, and nothing is taken. */
  during?: (chunk: Chunk) => Promise<Outcome | void>;
  onFatal?: (error: Error) => void;
};

/**
 * What a group took and where it stands, as its database would hold it: a chunk is taken if the position is still
 * the one that it began at. Several members may share it.
 */
export const ledger = (group: string, topic: string) => {
  const taken: Taken[] = [];
  const chunks: Chunk[] = [];
  const fatal: Error[] = [];
  const positions = new Map<number, bigint>();
  // Offsets before which a gap was seen: what is not there at the second look was never a record.
  const gaps = new Map<number, bigint>();
  const running = new Set<string>();
  let overlaps = 0;
  let refusals = 0;

  const take = async (chunk: Chunk, { member = 'one', during }: Member): Promise<Outcome> => {
    chunks.push(chunk);
    const { partition } = chunk;
    const start = positions.get(partition) ?? chunk.records[0]!.offset;
    const records = chunk.records.filter(({ offset }) => offset >= start);
    const isAhead = records.length > 0 && records[0]!.offset > start && gaps.get(partition) !== start;
    if (isAhead) gaps.set(partition, start);
    if (isAhead || records.length === 0) return { kind: 'seek', next: start };
    const mine = `${member}/${partition}`;
    if (running.has(mine)) overlaps += 1;
    running.add(mine);
    const outcome = await during?.(chunk);
    running.delete(mine);
    if (outcome) return outcome;
    const now = positions.get(partition) ?? start;
    if (now !== start) {
      refusals += 1;
      return { kind: 'seek', next: now };
    }
    taken.push(...records.map((record) => ({ ...record, partition, member })));
    const next = records.at(-1)!.offset + 1n;
    positions.set(partition, next);
    return { kind: 'done', next };
  };

  return {
    taken,
    /** Every chunk that was given, taken or not. */
    chunks,
    fatal,
    positions,
    /** How often a member got a chunk of a partition while it still had another one. */
    overlaps: () => overlaps,
    /** How often a chunk came too late, since another member had moved the position. */
    refusals: () => refusals,
    texts: () => taken.map(({ value }) => value?.toString() ?? null),
    join: (log: EventLog, options: Member = {}) =>
      log.consume({
        group,
        topics: [topic],
        ...(options.drain === undefined ? {} : { drain: options.drain }),
        ...(options.session === undefined ? {} : { session: options.session }),
        ...(options.gathering === undefined ? {} : { gathering: options.gathering }),
        onAssigned: async (partitions: readonly Partition[]) =>
          partitions.map(({ partition }) => positions.get(partition) ?? null),
        onChunk: (chunk) => take(chunk, options),
        onFatal: (error) => {
          fatal.push(error);
          options.onFatal?.(error);
        },
      }),
  };
};
