import type { Logger, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { restUntil } from '@tierline/messaging';

/** Milliseconds before the next try after a failure. */
const afterFailure = 1_000;

/**
 * Work that a service does again and again from its start to its stop. What a round throws is logged, and the next one
 * tries again; a stop waits for the round that is under way.
 */
export abstract class Rounds implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private going: Promise<void> = Promise.resolve();

  protected constructor(protected readonly log: Logger) {}

  /** Does the work once; gives how many milliseconds to wait before the next time. */
  protected abstract round(signal: AbortSignal): Promise<number>;

  onApplicationBootstrap(): void {
    this.going = this.go(this.stopping.signal);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.going;
  }

  private async go(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const pause = await this.round(signal).catch((error: unknown) => {
        this.log.warn(error);
        return afterFailure;
      });
      if (pause > 0) await restUntil(pause, signal);
    }
  }
}
