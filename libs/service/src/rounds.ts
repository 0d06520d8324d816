import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@nestjs/common';

/** Milliseconds before the next try after a failure. */
const afterFailure = 1_000;

/**
 * Work of a process that is done again and again until it is stopped. `round` gives how many milliseconds to wait before the next;
 * what it throws is logged, and the next round tries again.
 */
export class Rounds {
  private readonly stopping = new AbortController();
  private going: Promise<void> = Promise.resolve();

  constructor(
    private readonly log: Logger,
    private readonly round: (signal: AbortSignal) => Promise<number>,
  ) {}

  start(): void {
    this.going = this.go();
  }

  /** Resolves when the round that was under way has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.going;
  }

  private async go(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const pause = await this.round(signal).catch((error: unknown) => {
        this.log.warn(error);
        return afterFailure;
      });
      if (pause > 0) await sleep(pause, undefined, { signal }).catch(this.unlessStopping);
    }
  }

  private readonly unlessStopping = (error: unknown): void => {
    if (!this.stopping.signal.aborted) throw error;
  };
}
