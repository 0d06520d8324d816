import { randomUUID } from 'node:crypto';
import { batchesOf, recordOf } from './batches.ts';
import { monotonic, type Clock } from './clock.ts';
import { backoff } from './deadline.ts';
import { Unsendable, type EventLog, type Producer } from './event-log.ts';
import { failpoint, isOff } from './failpoints.ts';
import { Floor } from './floor.ts';
import type { Lease, Outbox, OutboxRow } from './outbox.ts';
import { Refusals, isTopicRefusal, type TopicRefusal } from './refusals.ts';
import type { Refused } from './unsent.ts';

export type RelayEvents = {
  onSent(rows: number, oldestMilliseconds: number): void;
  onFailure(error: Error, attempt: number): void;
  /** The log refused an event: it and the later ones of its key are held back until somebody decides. */
  onHeld(refused: Refused): void;
};

export type RelayOptions = {
  readonly outbox: Outbox;
  readonly log: Pick<EventLog, 'producer'>;
  readonly prefix: string;
  readonly events: RelayEvents;
  readonly clock?: Clock;
  readonly owner?: string;
  /** Milliseconds for which a topic may be refused before its keys are held back. */
  readonly patience?: number;
};

/** Milliseconds for which a lease is given. */
const leaseTime = 8_000;
/** Whoever commits here nudges; looks without a nudge are for what other processes commit. */
const idle = { shortest: 30, longest: 200 };
/** After a round, milliseconds in which more comes together: a round costs every reader the same, whatever it moves. */
const gathering = 25;
/** A round that moved so many has more to move. */
const backlog = 1_000;
const floorEvery = 1_000;

/** Rows that the log has, on their way out of the outbox; `gone` tells why they could not leave, or null. */
type Leaving = { readonly seqs: ReadonlySet<string>; readonly gone: Promise<Error | null>; isOver: boolean };
const none: Leaving = { seqs: new Set(), gone: Promise.resolve(null), isOver: true };

/**
 * Moves events from the outbox to the log: in order per key, at least once.
 * Each shard has one drainer, held by a lease; rows are deleted after the log has them, if the lease still holds.
 * A row that the log refuses is set aside with all later ones of its key, and everything else goes on.
 */
export class Relay {
  private readonly outbox: Outbox;
  private readonly events: RelayEvents;
  private readonly clock: Clock;
  private readonly owner: string;
  private readonly floor = new Floor();
  private readonly refusals: Refusals;
  private leases: readonly Lease[] = [];
  private leaving = none;
  private renewedAt = -Infinity;
  private raisedAt = -Infinity;
  private running: Promise<void> | undefined;
  private stopping = false;
  private wake: (() => void) | undefined;
  private nudged = false;

  constructor(private readonly options: RelayOptions) {
    this.outbox = options.outbox;
    this.events = options.events;
    this.clock = options.clock ?? monotonic;
    this.owner = options.owner ?? randomUUID();
    this.refusals = new Refusals(this.clock, options.patience);
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Says that a transaction just committed events, so that they go out at once. */
  nudge(): void {
    this.nudged = true;
    this.wake?.();
  }

  /** Finishes the batch in flight and gives the leases back. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wake?.();
    await this.running;
  }

  private async run(): Promise<void> {
    let producer: Producer | undefined;
    let attempt = 0;
    let pause = idle.shortest;
    let isGathering = false;
    while (!this.stopping) {
      try {
        producer ??= await this.options.log.producer();
        const moved = await this.round(producer);
        attempt = 0;
        isGathering = moved > 0;
        if (isGathering) pause = moved < backlog ? gathering : 0;
        else pause = Math.min(idle.longest, Math.max(idle.shortest, pause * 2));
      } catch (error) {
        attempt += 1;
        this.events.onFailure(error as Error, attempt);
        pause = backoff(attempt, 5_000);
        this.renewedAt = -Infinity;
      }
      if (pause > 0) await this.rest(pause, attempt > 0 || isGathering);
    }
    const failure = await this.leaving.gone;
    if (failure) this.events.onFailure(failure, 0);
    // The leases expire by themselves, should this fail.
    await this.outbox.giveBack(this.owner).catch((error: Error) => this.events.onFailure(error, 0));
    await producer?.close();
  }

  private async rest(milliseconds: number, deaf: boolean): Promise<void> {
    if (this.nudged && !deaf) {
      this.nudged = false;
      return;
    }
    const woken = new AbortController();
    this.wake = () => {
      if (!deaf || this.stopping) woken.abort();
    };
    if (this.stopping) return;
    await this.clock.rest(milliseconds, woken.signal);
    this.wake = undefined;
    this.nudged = false;
  }

  /** One look at the outbox; gives how many rows left it. */
  private async round(producer: Producer): Promise<number> {
    await this.keepLeases();
    return this.leases.length > 0 ? this.drain(producer) : 0;
  }

  /**
   * Renews the leases when a third of their time is over, by a clock that goes on while the process is frozen: whoever
   * wakes up renews before it sends. False when they are not the same any more, and what was read is not to be sent.
   */
  private async keepLeases(): Promise<boolean> {
    let same = true;
    while (this.clock.now() - this.renewedAt > leaseTime / 3) {
      const now = this.clock.now();
      const leases = await this.outbox.renew(this.owner, leaseTime / 1_000);
      this.renewedAt = now;
      if (namesOf(leases) === namesOf(this.leases)) continue;
      same = false;
      this.leases = leases;
      this.floor.reset();
    }
    return same;
  }

  private async drain(producer: Producer): Promise<number> {
    const { leaving } = this;
    const { isOver } = leaving;
    if (isOver) await this.settle(leaving);
    const read = await this.outbox.read(this.leases, this.floor.value);
    // A row that is read after its removal was over is there again.
    const rows = isOver ? read : read.filter(({ seq }) => !leaving.seqs.has(seq));
    if (rows.length === 0) {
      if (read.length === 0) await this.raiseFloor();
      return 0;
    }
    const behind = rows.filter(({ held }) => held);
    if (behind.length > 0) await this.outbox.holdBehind(behind);
    const due = this.refusals.sendable(rows.filter(({ held }) => !held));
    if (due.length > 0 && isOff('delete-after-ack')) await this.remove(due);
    await failpoint('relay.read', { rows: due.length });
    const sent = await this.sendAll(producer, due);
    await this.settle(leaving);
    // Of many the next look would find but these again.
    if (sent >= backlog) await this.settle(this.leaving);
    return behind.length + sent;
  }

  private async settle({ gone }: Leaving): Promise<void> {
    const failure = await gone;
    if (!failure) return;
    this.leaving = none;
    throw failure;
  }

  private async sendAll(producer: Producer, rows: readonly OutboxRow[]): Promise<number> {
    const removals: Promise<Error | null>[] = [];
    const sent: OutboxRow[] = [];
    try {
      for (const batch of batchesOf(rows)) {
        if (this.stopping || !(await this.keepLeases())) break;
        const accepted = await this.append(producer, batch);
        sent.push(...accepted);
        // Not awaited here: what follows goes out meanwhile. What a failed removal leaves is sent again, as duplicates.
        if (accepted.length > 0) removals.push(failureOf(this.remove(accepted)));
        // What was refused is dealt with, or waits: the rest is read again, without it.
        if (accepted.length < batch.length) break;
      }
    } finally {
      this.leaving = leavingOf(sent, removals);
    }
    return sent.length;
  }

  /** Gives the rows that the log has now: all, or what came through when some of them were refused. */
  private async append(producer: Producer, rows: readonly OutboxRow[]): Promise<readonly OutboxRow[]> {
    const { leases, owner } = this;
    const leaseOf = ({ shard }: OutboxRow) => `${shard}/${leases.find((each) => each.shard === shard)?.epoch}/${owner}`;
    try {
      await producer.append(rows.map((row) => recordOf(row, this.options.prefix, leaseOf(row))));
    } catch (error) {
      if (error instanceof Unsendable)
        return this.hold([{ row: rows[error.index]!, code: error.code, reason: error.message }]);
      if (!isTopicRefusal(error)) throw error;
      return this.appendByTopic(producer, rows, error);
    }
    this.refusals.accepted(rows);
    await failpoint('relay.appended', { rows: rows.length });
    this.events.onSent(rows.length, Date.now() - rows[0]!.time.getTime());
    return rows;
  }

  private async appendByTopic(
    producer: Producer,
    rows: readonly OutboxRow[],
    error: TopicRefusal,
  ): Promise<readonly OutboxRow[]> {
    const byTopic = [...Map.groupBy(rows, ({ topic }) => topic).values()];
    if (byTopic.length === 1) return this.hold(this.refusals.note(rows, error));
    const accepted: OutboxRow[] = [];
    for (const some of byTopic) accepted.push(...(await this.append(producer, some)));
    return accepted;
  }

  private async hold(refused: readonly Refused[]): Promise<readonly OutboxRow[]> {
    if (refused.length === 0) return [];
    const held = await this.outbox.hold(refused, { owner: this.owner, leases: this.leases });
    held.forEach((each) => this.events.onHeld(each));
    // What the lease did not allow is tried again under a new one.
    if (held.length < refused.length) this.renewedAt = -Infinity;
    return [];
  }

  private async remove(rows: readonly OutboxRow[]): Promise<void> {
    const removed = await this.outbox.remove(rows, { owner: this.owner, leases: this.leases });
    // The lease is somebody else's, or not what it was.
    if (removed < rows.length) this.renewedAt = -Infinity;
  }

  private async raiseFloor(): Promise<void> {
    const now = this.clock.now();
    if (now - this.raisedAt < floorEvery) return;
    this.raisedAt = now;
    const horizon = await this.outbox.horizon(this.floor.value);
    if (horizon) this.floor.note(horizon);
  }
}

const leavingOf = (rows: readonly OutboxRow[], removals: readonly Promise<Error | null>[]): Leaving => {
  const leaving = { seqs: new Set(rows.map(({ seq }) => seq)), gone: firstFailureOf(removals), isOver: false };
  void leaving.gone.then(() => (leaving.isOver = true));
  return leaving;
};

/** Never rejects: what fails before somebody waits for it would end the process. */
const failureOf = (work: Promise<void>): Promise<Error | null> =>
  work.then(
    () => null,
    (error: Error) => error,
  );

const firstFailureOf = async (removals: readonly Promise<Error | null>[]): Promise<Error | null> => {
  const failure = (await Promise.all(removals)).find((error) => error !== null);
  if (failure) return failure;
  if (removals.length > 0) await failpoint('relay.deleted');
  return null;
};

const namesOf = (leases: readonly Lease[]) =>
  leases
    .map(({ shard, epoch }) => `${shard}/${epoch}`)
    .sort()
    .join();
