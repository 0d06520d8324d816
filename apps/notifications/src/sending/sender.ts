import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Relay } from '@tierline/messaging';
import { isTransient, type Database } from '@tierline/persistence';
import type { Channel, Outcome } from '../domain/delivery.ts';
import { claimDue, release, type Claimed } from './claims.ts';
import { settle, type Tried, type Waits } from './settle.ts';

/** Hands one delivery over to the world. Never throws for what the world does; aborts with the signal. */
export type Send = (claimed: Claimed, signal: AbortSignal) => Promise<Outcome>;

export type SenderOptions = {
  send: Readonly<Record<Channel, Send>>;
  /** Seconds between tries; see the domain. */
  waits: Waits;
  chance: () => number;
};

const concurrency = 64;
const idleMilliseconds = 200;
/** Milliseconds between two claims, and before outcomes are written: each costs the same, whatever it brings. */
const gathering = { claims: 20, outcomes: 5 };
/** What is under way at a stop may finish within this time; then it is broken off and another process sends it again. */
const graceMilliseconds = 5_000;
const writes = 3;
/** How long an outcome waits for a database that is away: not so long that its claim runs out. */
const patienceMilliseconds = 40_000;

/**
 * Sends what is due: claims in one transaction, sends outside of any, writes the outcome in a second one.
 * A death in between means that it is sent again with the same id: at least once, never lost.
 */
export class Sender implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger('sender');
  private readonly underWay = new Map<Claimed, Promise<void>>();
  private readonly breaking = new AbortController();
  private running: Promise<void> | undefined;
  private stopping = false;
  private wake: () => void = () => undefined;
  private next: { all: Tried[]; written: Promise<void> } | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly relay: Relay,
    private readonly options: SenderOptions,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.running;
    const all = Promise.all(this.underWay.values());
    const timer = new AbortController();
    await Promise.race([all, sleep(graceMilliseconds, undefined, { signal: timer.signal, ref: false })]);
    timer.abort();
    this.breaking.abort();
    await all;
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.stopping) {
      const began = performance.now();
      const room = concurrency - this.underWay.size;
      let claimed: readonly Claimed[] = [];
      try {
        if (room > 0) claimed = await claimDue(this.database, room, this.used());
        failures = 0;
      } catch (error) {
        failures += 1;
        this.log.warn(error);
      }
      for (const delivery of claimed) this.launch(delivery);
      if (claimed.length === 0) await this.rest(Math.min(5_000, idleMilliseconds * 2 ** failures));
      await sleep(Math.max(0, began + gathering.claims - performance.now()));
    }
  }

  private used(): Map<string, number> {
    const used = new Map<string, number>();
    for (const { stream } of this.underWay.keys()) used.set(stream, (used.get(stream) ?? 0) + 1);
    return used;
  }

  private launch(claimed: Claimed): void {
    const sending = this.deliver(claimed).finally(() => {
      this.underWay.delete(claimed);
      this.wake();
    });
    this.underWay.set(claimed, sending);
  }

  /** Waits for the time, or until room was made. */
  private async rest(milliseconds: number): Promise<void> {
    if (this.stopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async deliver(claimed: Claimed): Promise<void> {
    try {
      const outcome = await this.options.send[claimed.channel](claimed, this.breaking.signal);
      if (this.breaking.signal.aborted && outcome.kind !== 'taken') await release(this.database, claimed);
      else await this.write({ claimed, outcome, chance: this.options.chance() });
    } catch (error) {
      // Not lost: the claim runs out and it is sent again.
      this.log.error(error);
    }
  }

  /** Writes the outcome, together with all others that come while earlier ones are being written. */
  private write(tried: Tried): Promise<void> {
    if (!this.next) {
      const all: Tried[] = [];
      const written = this.writing.then(async () => {
        await sleep(gathering.outcomes);
        this.next = undefined;
        await this.writeAll(all);
      });
      this.next = { all, written };
      // Whoever waits for these hears of a failure; the ones after them go on.
      this.writing = written.catch(() => undefined);
    }
    this.next.all.push(tried);
    return this.next.written;
  }

  /** Until the database takes it: what is not written is sent again, when the claim has run out. */
  private async insist(some: readonly Tried[], end: number): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await settle(this.database, some, this.options.waits);
      } catch (error) {
        if (!isTransient(error) || this.breaking.signal.aborted || performance.now() > end) throw error;
        await sleep(Math.min(1_000, 100 * attempt));
      }
    }
  }

  private async writeAll(all: readonly Tried[]): Promise<void> {
    const end = performance.now() + patienceMilliseconds;
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (await this.insist(all, end)) this.relay.nudge();
        return;
      } catch (error) {
        if (attempt < writes) await sleep(100 * attempt);
        else if (all.length === 1) throw error;
        else break;
      }
    }
    // One that cannot be written must not take the others along.
    const results = await Promise.allSettled(all.map((one) => this.insist([one], end)));
    for (const result of results) if (result.status === 'rejected') this.log.error(result.reason);
    this.relay.nudge();
  }
}
