/** One record as it stands in a partition. */
export type LogRecord = {
  readonly offset: bigint;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
};

export type Partition = { readonly topic: string; readonly partition: number };

/** Consecutive records of one partition. */
export type Chunk = Partition & { readonly records: readonly LogRecord[]; readonly highWatermark: bigint };

export type OutgoingRecord = {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
};

/** What the adapter shall do after a chunk. */
export type Outcome =
  | { readonly kind: 'done'; readonly next: bigint }
  /** Read on from this offset instead; nothing of the chunk was taken. */
  | { readonly kind: 'seek'; readonly next: bigint }
  /** Take nothing more of this partition for some time, then give the same records again. */
  | { readonly kind: 'later'; readonly next: bigint; readonly milliseconds: number };

export type Consumption = {
  readonly group: string;
  readonly topics: readonly string[];
  /** Gives the offset to start at for each newly assigned partition; null: the earliest one there is. */
  readonly onAssigned: (partitions: readonly Partition[]) => Promise<readonly (bigint | null)[]>;
  /** Must not throw and must not wait for anything but the work itself. */
  readonly onChunk: (chunk: Chunk) => Promise<Outcome>;
  /** The client gave up and reads nothing any more: the process has to end. */
  readonly onFatal: (error: Error) => void;
};

export type Consumer = {
  /** Takes no new chunk, finishes the running ones, leaves the group. */
  stop(): Promise<void>;
};

export type Producer = {
  /** Appends the records in order per key; resolves when all in-sync replicas have them. One call at a time. */
  append(records: readonly OutgoingRecord[]): Promise<void>;
  close(): Promise<void>;
};

export type TopicSpec = {
  readonly name: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly settings: Readonly<Record<string, string>>;
};

/** A partitioned log. The one seam behind which a Kafka client stands. */
export type EventLog = {
  producer(): Promise<Producer>;
  consume(consumption: Consumption): Promise<Consumer>;
  /** Creates those topics that are absent; gives the names of the new ones. */
  createTopics(topics: readonly TopicSpec[]): Promise<string[]>;
  /** First and next offset of each partition of a topic. */
  offsets(topic: string): Promise<{ partition: number; low: bigint; high: bigint }[]>;
  close(): Promise<void>;
};

/** Largest chunk handed to a consumer at once. */
export const chunkLimits = { records: 500, bytes: 1_000_000 } as const;

/** Records that this group has not read were deleted by retention: a loud stop, never a silent jump. */
export class RetentionPassed extends Error {
  override readonly name = 'RetentionPassed';

  constructor(topic: string, partition: number, position: bigint, low: bigint) {
    super(
      `${topic}/${partition} begins at offset ${low} now, but this group stands at ${position}: ` +
        `${low - position} records were deleted unread. Restore them or rebuild this service from its sources.`,
    );
  }
}
