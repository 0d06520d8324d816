import { chunksOf } from './chunks.ts';
import { chunkLimits, type Chunk, type LogRecord, type Outcome, type Partition } from './event-log.ts';

/** What a fetch gave of one partition. */
export type Fetched = {
  /** The offset that was asked for. */
  readonly from: bigint;
  readonly records: readonly LogRecord[];
  /** The offset after the last one that was fetched, be there a record or not. */
  readonly next: bigint;
  readonly highWatermark: bigint;
};

export type LaneEvents = {
  onChunk(chunk: Chunk): Promise<Outcome>;
  /** A chunk was taken: the group stands at `next`. */
  onDone(next: bigint): void;
  /** The lane may want records again. */
  onChange(): void;
  onFailure(error: Error): void;
};

/** One partition on its way to the handler: fetches ahead by about a chunk, gives one chunk at a time. */
export class Lane {
  private waiting: LogRecord[] = [];
  private highWatermark = 0n;
  private until = 0;
  private running: Promise<void> | undefined;
  private closed = false;

  constructor(
    readonly place: Partition,
    /** Where to fetch next. */
    public from: bigint,
    private readonly events: LaneEvents,
  ) {}

  /** Milliseconds until it wants records; 0: now, Infinity: when it has handed on what it has. */
  wantsIn(now: number): number {
    if (this.closed || this.waiting.length >= chunkLimits.records) return Infinity;
    return Math.max(0, this.until - now);
  }

  /** Takes what was fetched, unless it was told to read elsewhere meanwhile. */
  receive({ from, records, next, highWatermark }: Fetched): void {
    if (this.closed || from !== this.from || performance.now() < this.until) return;
    this.waiting.push(...records);
    this.from = next;
    this.highWatermark = highWatermark;
    this.running ??= this.run().finally(() => (this.running = undefined));
  }

  /** Gives no chunk any more; resolves when the running one is done. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running;
  }

  private async run(): Promise<void> {
    try {
      while (!this.closed && this.waiting.length > 0) {
        const [records] = chunksOf(this.waiting);
        this.waiting = this.waiting.slice(records!.length);
        const { highWatermark } = this;
        const outcome = await this.events.onChunk({ ...this.place, records: records!, highWatermark });
        this.apply(outcome);
      }
    } catch (error) {
      this.closed = true;
      this.events.onFailure(error as Error);
    }
  }

  private apply(outcome: Outcome): void {
    if (outcome.kind === 'done') this.events.onDone(outcome.next);
    else {
      this.waiting = [];
      this.from = outcome.next;
    }
    if (outcome.kind === 'later') this.until = performance.now() + outcome.milliseconds;
    this.events.onChange();
  }
}
