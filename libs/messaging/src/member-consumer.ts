import { nameOf, startsOf, type Start } from './assignment.ts';
import { backoff, doneWithin, restUntil } from './deadline.ts';
import {
  checkPosition,
  drainDeadline,
  longestWait,
  type ClientLog,
  type Consumer,
  type Consumption,
  type EventLog,
  type Partition,
} from './event-log.ts';
import { Lane, type Fetched } from './lane.ts';
import { OffsetHints, type OffsetHint } from './offset-hints.ts';
import { slots } from './slots.ts';

/** A place in a partition that is to be fetched from. */
export type FetchPlace = Partition & { readonly from: bigint };

export type MemberEvents = {
  onAssigned(partitions: Partition[]): void;
  onRevoked(): void;
  /** The membership is over, and nobody renews it. */
  onLost(error: Error): void;
};

/** A membership in a consumer group, kept alive by a client that can also fetch. */
export type Member = {
  join(): Promise<void>;
  /** The broker that leads each of the partitions. */
  leaders(places: readonly Partition[]): Promise<number[]>;
  /** Waits at most this many milliseconds for records. */
  fetch(node: number, places: readonly FetchPlace[], wait: number): Promise<readonly (Partition & Fetched)[]>;
  commit(hints: readonly OffsetHint[]): Promise<void>;
  leave(): Promise<void>;
  /** Whether the same may succeed later. */
  isPassing(error: Error): boolean;
  isOutOfRange(error: Error): boolean;
};

type Ground = {
  member(events: MemberEvents): Member;
  offsets: EventLog['offsets'];
  log: ClientLog;
};

/** Consumes as member of a group, by fetches of its own: one slow or put-off partition holds up no other. */
export class MemberConsumer implements Consumer {
  private readonly ending = new AbortController();
  private readonly hints: OffsetHints;
  private readonly run = slots(4);
  private lanes = new Map<string, Lane>();
  private closing: Promise<unknown> = Promise.resolve();
  private fetching = new Map<number, Promise<void>>();
  private change = new AbortController();
  private generation = 0;
  private failed = false;
  private member: Member | undefined;
  private belonging: Promise<void> = Promise.resolve();

  constructor(
    private readonly consumption: Consumption,
    private readonly ground: Ground,
  ) {
    this.hints = new OffsetHints(async (hints) => this.member?.commit(hints), ground.log);
  }

  start(): void {
    this.belonging = this.belong().catch((error: Error) => {
      if (!this.ending.signal.aborted) this.fail(error);
    });
  }

  private get isOver(): boolean {
    return this.failed || this.ending.signal.aborted;
  }

  /** One membership after the other, until the end. */
  private async belong(): Promise<void> {
    for (let attempt = 1; !this.isOver; attempt += 1) {
      const lost = Promise.withResolvers<never>();
      lost.promise.catch(() => undefined);
      const member = this.ground.member({
        onAssigned: (partitions) => {
          attempt = 0;
          this.assign(member, partitions).catch((error: Error) => this.fail(error));
        },
        onRevoked: () => void this.revoke(),
        onLost: lost.reject,
      });
      this.member = member;
      try {
        await member.join();
        await Promise.race([lost.promise, this.end()]);
        return;
      } catch (error) {
        if (!member.isPassing(error as Error)) throw error;
        this.ground.log('warn', 'not in the group; trying again', { attempt, error: (error as Error).message });
        this.revoke();
        await member.leave().catch(() => undefined);
        await restUntil(backoff(attempt, 2_000), this.ending.signal);
      }
    }
  }

  private end(): Promise<void> {
    const { signal } = this.ending;
    return new Promise((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  private revoke(): number {
    const lanes = [...this.lanes.values()];
    this.lanes = new Map();
    this.hints.clear();
    this.closing = Promise.all([this.closing, ...lanes.map((lane) => lane.close())]);
    this.generation += 1;
    return this.generation;
  }

  private async assign(member: Member, partitions: readonly Partition[]): Promise<void> {
    const generation = this.revoke();
    const isCurrent = () => generation === this.generation && !this.isOver;
    // A chunk of the former assignment may still run: no second one of its partition beside it.
    await this.closing;
    const starts = await startsOf(partitions, this.consumption, { ...this.ground, isCurrent });
    if (!starts) return;
    this.lanes = new Map(starts.map((start) => [nameOf(start), this.lane(start)]));
    while (isCurrent()) await this.fetchRound(member);
  }

  private lane({ topic, partition, position }: Start): Lane {
    return new Lane({ topic, partition }, position, {
      onChunk: (chunk) => this.run(() => this.consumption.onChunk(chunk)),
      onDone: (next) => this.hints.add({ topic, partition, next }),
      onChange: () => this.change.abort(),
      onFailure: (error) => this.fail(error),
    });
  }

  /** Starts a fetch at each broker that has none under way and something to give; then waits for a change. */
  private async fetchRound(member: Member): Promise<void> {
    this.change = new AbortController();
    const now = performance.now();
    const lanes = [...this.lanes.values()];
    const waits = lanes.map((lane) => lane.wantsIn(now));
    const wanting = lanes.filter((_lane, index) => waits[index] === 0);
    try {
      const leaders = await member.leaders(wanting.map(({ place }) => place));
      // A full lane may want more in a moment: a fetch without it must not wait long.
      const wait = waits.includes(Infinity) ? 20 : longestWait;
      const byLeader = Map.groupBy(wanting, (lane) => leaders[wanting.indexOf(lane)]!);
      for (const [node, some] of byLeader) if (!this.fetching.has(node)) this.begin(member, node, some, wait);
    } catch (error) {
      await this.afterFailure(member, error as Error);
    }
    const soonest = Math.min(longestWait, ...waits.filter((wait) => wait > 0));
    await restUntil(soonest, AbortSignal.any([this.change.signal, this.ending.signal]));
  }

  private begin(member: Member, node: number, lanes: readonly Lane[], wait: number): void {
    const places = lanes.map(({ place, from }) => ({ ...place, from }));
    const fetch = member
      .fetch(node, places, wait)
      .then((all) => all.forEach((fetched) => this.lanes.get(nameOf(fetched))?.receive(fetched)))
      .catch((error: Error) => this.afterFailure(member, error))
      .finally(() => {
        this.fetching.delete(node);
        this.change.abort();
      });
    this.fetching.set(node, fetch);
  }

  private async afterFailure(member: Member, error: Error): Promise<void> {
    if (this.isOver || member !== this.member) return;
    try {
      if (member.isOutOfRange(error)) await this.checkPositions();
      else if (!member.isPassing(error)) throw error;
      this.ground.log('warn', 'the log does not answer; trying again', { error: error.message });
      await restUntil(500, this.ending.signal);
    } catch (final) {
      this.fail(final as Error);
    }
  }

  private async checkPositions(): Promise<void> {
    for (const { place, from } of [...this.lanes.values()]) {
      const bounds = await this.ground.offsets(place.topic).catch((error: Error) => {
        this.ground.log('warn', 'the log does not say where it begins', { error: error.message });
      });
      const bound = bounds?.find(({ partition }) => partition === place.partition);
      if (bound) checkPosition(place.topic, bound, from);
    }
  }

  private fail(error: Error): void {
    if (this.failed) return;
    this.failed = true;
    this.change.abort();
    this.consumption.onFatal(error);
  }

  async stop(): Promise<void> {
    const { drain = drainDeadline } = this.consumption;
    this.ending.abort();
    this.hints.stop();
    const lanes = [...this.lanes.values()];
    const drained = Promise.all([this.closing, ...lanes.map((lane) => lane.close())]);
    if (!(await doneWithin(drain, drained)))
      this.ground.log('error', 'stopped while chunks were still running', { waited: drain });
    await doneWithin(1_000, this.hints.flush());
    await doneWithin(2_000, this.leave());
  }

  private async leave(): Promise<void> {
    await Promise.allSettled(this.fetching.values());
    await this.member?.leave();
    await this.belonging;
  }
}
