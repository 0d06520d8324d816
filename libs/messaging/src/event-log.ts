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
  readonly key: string | null;
  readonly value: string | Buffer | null;
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
  /** Must not throw and must not wait for anything but the work itself. Never called twice at once for one partition. */
  readonly onChunk: (chunk: Chunk) => Promise<Outcome>;
  /** The client gave up and reads nothing any more: the process has to end. */
  readonly onFatal: (error: Error) => void;
  /** How long `stop` waits for running chunks, in milliseconds. */
  readonly drain?: number;
  /** After how long without a sign of life the group gives our partitions away, in milliseconds. */
  readonly session?: number;
  /** Records may stay at the broker for up to `longestWait`, so that fewer rounds take more of them. */
  readonly gathering?: boolean;
  /** The longest pause between two tries while the positions of assigned partitions cannot be read, in milliseconds. */
  readonly longestPause?: number;
};

export type Consumer = {
  /** Takes no new chunk, finishes the running ones, leaves the group. Gives up waiting at the drain deadline. */
  stop(): Promise<void>;
};

export type Producer = {
  /**
   * Appends the records in order per key; resolves when all in-sync replicas have them. Calls are done one at a time,
   * in their order. Throws `Unsendable`, `UnknownTopic` or `TopicForbidden`, and after each of them some of the records
   * may stand in the log; any other error means that the log does not answer now.
   */
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
  /** Connects at the first append. */
  producer(): Promise<Producer>;
  /** Resolves at once and connects in the background, however long the log stays away. */
  consume(consumption: Consumption): Promise<Consumer>;
  /** Creates those topics that are absent; gives the names of the new ones. */
  createTopics(topics: readonly TopicSpec[]): Promise<string[]>;
  /** First and next offset of each partition of a topic. */
  offsets(topic: string): Promise<Bounds[]>;
  close(): Promise<void>;
};

/** How long `stop` waits for running chunks if nobody says otherwise, in milliseconds. */
export const drainDeadline = 8_000;

/** After how long without a sign of life a group gives partitions away if nobody says otherwise, in milliseconds. */
export const sessionTimeout = 8_000;

/** Largest chunk handed to a consumer at once. */
export const chunkLimits = { records: 500, bytes: 1_000_000 } as const;

/** What a consumer fetches at once, in bytes; decoded it stays in memory until its chunks are taken. */
export const fetchLimits = { maxBytes: 5 * 1024 * 1024, maxBytesPerPartition: 512 * 1024 } as const;

/** How long the broker keeps a fetch that finds too little, in milliseconds. */
export const longestWait = 250;

/** With how many bytes the broker answers a fetch before that. */
export const enoughBytes = ({ gathering = false }: Pick<Consumption, 'gathering'>): number =>
  gathering ? fetchLimits.maxBytesPerPartition : 1;

/** How to reach Kafka. */
export type KafkaAddress = {
  brokers: readonly string[];
  clientId: string;
  /**
   * Milliseconds after which a connection is given up on which a request stays without any answer; `usualPatience` when
   * left out. A group that is formed anew has to be done within it.
   */
  patience?: number;
};

/** Longer than any request takes on a way that is sound, joining a group included. */
export const usualPatience = 16_000;
/** Milliseconds in which the members of a group have to come back when it is formed anew. */
export const rebalanceTimeout = 10_000;

/** Receives the client's own log lines. */
export type ClientLog = (level: 'error' | 'warn' | 'info' | 'debug', message: string, details: object) => void;

/** The log will never take this record, whoever sends it: too large, or against a rule of its topic. */
export class Unsendable extends Error {
  override readonly name = 'Unsendable';
  readonly code = 'unsendable';

  /** `index` is the record's place in the batch that was to be appended. */
  constructor(
    readonly index: number,
    reason: string,
    cause?: unknown,
  ) {
    super(`record ${index} of the batch will never be taken: ${reason}`, { cause });
  }
}

/** At least one of the topics does not exist. */
export class UnknownTopic extends Error {
  override readonly name = 'UnknownTopic';
  readonly code = 'unknown_topic';

  constructor(
    readonly topics: readonly string[],
    cause?: unknown,
  ) {
    super(`${topics.join(', ')}: ${topics.length === 1 ? 'this topic does' : 'one of these topics does'} not exist`, {
      cause,
    });
  }
}

/** This process may not write to at least one of the topics. */
export class TopicForbidden extends Error {
  override readonly name = 'TopicForbidden';
  readonly code = 'topic_forbidden';

  constructor(
    readonly topics: readonly string[],
    cause?: unknown,
  ) {
    super(`${topics.join(', ')}: this process may not write to ${topics.length === 1 ? 'it' : 'one of them'}`, {
      cause,
    });
  }
}

/** Records that this group has not read were deleted by retention: a loud stop, never a silent jump. */
export class RetentionPassed extends Error {
  override readonly name = 'RetentionPassed';
  readonly code = 'retention_passed';

  constructor(topic: string, partition: number, position: bigint, low: bigint) {
    super(
      `${topic}/${partition} begins at offset ${low} now, but this group stands at ${position}: ` +
        `${low - position} records were deleted unread. Restore them or rebuild this service from its sources.`,
    );
  }
}

/** The group stands behind the end of the partition: the log lost records, or the topic was made anew. */
export class LogCutShort extends Error {
  override readonly name = 'LogCutShort';
  readonly code = 'log_cut_short';

  constructor(topic: string, partition: number, position: bigint, high: bigint) {
    super(
      `${topic}/${partition} ends at offset ${high}, but this group stands at ${position}: the log lost records, ` +
        `or the topic was created anew. Restore the topic, or give the group a new name to read it from its beginning.`,
    );
  }
}

type Bounds = { readonly partition: number; readonly low: bigint; readonly high: bigint };

/** Throws `RetentionPassed` or `LogCutShort` when a group at this position cannot read on without a gap. */
export const checkPosition = (topic: string, { partition, low, high }: Bounds, position: bigint): void => {
  if (position < low) throw new RetentionPassed(topic, partition, position, low);
  if (position > high) throw new LogCutShort(topic, partition, position, high);
};
