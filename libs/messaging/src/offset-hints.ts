import type { ClientLog, Partition } from './event-log.ts';

export type OffsetHint = Partition & { readonly next: bigint };

/**
 * Commits the offsets of finished chunks to Kafka, at most once a second, for lag tools and nothing else:
 * the position of record is the caller's, so a commit that fails is only noted.
 */
export class OffsetHints {
  private readonly hints = new Map<string, OffsetHint>();
  private readonly timer = setInterval(() => void this.flush(), 1_000);
  private flushing: Promise<void> | undefined;

  constructor(
    private readonly commit: (hints: readonly OffsetHint[]) => Promise<void>,
    private readonly log: ClientLog,
  ) {}

  add({ topic, partition, next }: OffsetHint): void {
    this.hints.set(`${topic}/${partition}`, { topic, partition, next });
  }

  clear(): void {
    this.hints.clear();
  }

  flush(): Promise<void> {
    this.flushing ??= this.commitAll().finally(() => (this.flushing = undefined));
    return this.flushing;
  }

  /** Commits no more by itself. */
  stop(): void {
    clearInterval(this.timer);
  }

  private async commitAll(): Promise<void> {
    const hints = [...this.hints.values()];
    this.hints.clear();
    if (hints.length === 0) return;
    try {
      await this.commit(hints);
    } catch (error) {
      this.log('debug', 'offset hint was not taken', { error: (error as Error).message });
    }
  }
}
