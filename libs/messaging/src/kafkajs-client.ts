import type { LogRecord, Partition } from './event-log.ts';

type HeaderValue = Buffer | string | undefined;
export type Message = {
  offset: string;
  key: Buffer | null;
  value: Buffer | null;
  headers?: Record<string, HeaderValue | HeaderValue[]>;
};
/** Records of one partition that were fetched together; `fetchedOffset` is the offset that was asked for. */
export type Batch = Partition & { highWatermark: string; messages: Message[]; fetchedOffset?: string };
/** What kafkajs gives with a batch. */
export type Payload = {
  batch: Batch;
  resolveOffset: (offset: string) => void;
  heartbeat: () => Promise<void>;
  isRunning: () => boolean;
  isStale: () => boolean;
};
type Partitions = { topic: string; partitions: number[] }[];

/** What is used of a consumer of kafkajs. */
export type Client = {
  connect(): Promise<void>;
  subscribe(options: { topics: string[]; fromBeginning: boolean }): Promise<void>;
  run(options: {
    autoCommit: boolean;
    eachBatchAutoResolve: boolean;
    partitionsConsumedConcurrently: number;
    eachBatch(payload: Payload): Promise<void>;
  }): Promise<void>;
  pause(partitions: Partitions): void;
  resume(partitions: Partitions): void;
  seek(place: Partition & { offset: string }): void;
  commitOffsets(offsets: (Partition & { offset: string })[]): Promise<void>;
  stop(): Promise<void>;
  disconnect(): Promise<void>;
};

export const recordOf = ({ offset, key, value, headers }: Message): LogRecord => ({
  offset: BigInt(offset),
  key: key?.toString('utf8') ?? null,
  value,
  headers: Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, given]) => [
      name,
      String((Array.isArray(given) ? given[0] : given) ?? ''),
    ]),
  ),
});
