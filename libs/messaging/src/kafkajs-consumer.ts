import { setImmediate as nextTurn } from 'node:timers/promises';
import { nameOf, startsOf } from './assignment.ts';
import { chunksOf } from './chunks.ts';
import { backoff, doneWithin, restUntil } from './deadline.ts';
import {
  LogCutShort,
  RetentionPassed,
  UnknownTopic,
  checkPosition,
  drainDeadline,
  type Chunk,
  type ClientLog,
  type Consumer,
  type Consumption,
  type EventLog,
  type Outcome,
  type Partition,
} from './event-log.ts';
import { recordOf, type Batch, type Client, type Payload } from './kafkajs-client.ts';
import { isPassing, missingTopic } from './kafkajs-errors.ts';
import { OffsetHints } from './offset-hints.ts';

/** Milliseconds that a round of fetching and working lasts at least: each costs the same, whatever it brings. */
const gathering = 20;
/** A round that brought so many records of one partition has more to bring. */
const backlog = 200;

/** The batches of one fetch. */
type Round = { readonly began: number; readonly allThere: Promise<void> };

/** Consumes with kafkajs: positions come from the caller, offsets in Kafka are only a hint for lag tools. */
export class KafkajsConsumer implements Consumer {
  /** The offset that comes next in each partition that is ours and positioned. */
  private readonly next = new Map<string, bigint>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly working = new Set<Promise<unknown>>();
  private readonly hints: OffsetHints;
  private readonly ending = new AbortController();
  private connecting: Promise<void> = Promise.resolve();
  private assigned: Partition[] = [];
  private generation = 0;
  private failed = false;
  private round: Round | undefined;

  constructor(
    private readonly client: Client,
    private readonly consumption: Consumption,
    private readonly offsets: EventLog['offsets'],
    private readonly log: ClientLog,
  ) {
    this.hints = new OffsetHints(
      (hints) =>
        client.commitOffsets(hints.map(({ topic, partition, next }) => ({ topic, partition, offset: `${next}` }))),
      log,
    );
  }

  start(): void {
    this.connecting = this.connect().catch((error: Error) => this.fail(error));
  }

  /** These partitions are ours now, and no others. */
  joined(partitions: Partition[]): void {
    const generation = this.begin(partitions);
    // Until the positions are known nothing may be read: kafkajs would start at the committed offsets.
    this.each(partitions, 'pause');
    this.position(partitions, generation).catch((error: Error) => this.fail(error));
  }

  /** kafkajs stopped, for good or to start again. */
  stopped(): void {
    this.begin([]);
  }

  /** After an error that it holds for final kafkajs stays alive and reads nothing: what passes begins anew. */
  crashed(error: Error, startsAgain: boolean): void {
    if (startsAgain || this.failed || this.ending.signal.aborted) return;
    if (isPassing(error)) this.start();
    else this.fail(error);
  }

  private begin(assigned: Partition[]): number {
    this.assigned = assigned;
    this.next.clear();
    this.hints.clear();
    this.timers.forEach(clearTimeout);
    this.timers.clear();
    this.generation += 1;
    return this.generation;
  }

  private async connect(): Promise<void> {
    const { topics } = this.consumption;
    for (let attempt = 1; !this.ending.signal.aborted; attempt += 1) {
      try {
        await this.client.connect();
        await this.client.subscribe({ topics: [...topics], fromBeginning: true });
        await this.client.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          // Chunks that wait at the same time are taken in one transaction: the more the better.
          partitionsConsumedConcurrently: 24,
          eachBatch: (payload) => this.eachBatch(payload),
        });
        return;
      } catch (error) {
        if (missingTopic(error)) throw new UnknownTopic(topics, error);
        if (!isPassing(error)) throw error;
        this.log('warn', 'the log does not answer; trying again', { attempt, error: (error as Error).message });
        await restUntil(backoff(attempt, 2_000), this.ending.signal);
      }
    }
  }

  private async position(partitions: readonly Partition[], generation: number): Promise<void> {
    const isCurrent = () => generation === this.generation && !this.ending.signal.aborted;
    const { offsets, log } = this;
    const starts = await startsOf(partitions, this.consumption, { offsets, log, isCurrent });
    starts?.forEach(({ topic, partition, position }) => this.seek({ topic, partition }, position));
    if (starts) this.each(partitions, 'resume');
  }

  private each(partitions: readonly Partition[], what: 'pause' | 'resume'): void {
    if (partitions.length === 0) return;
    this.client[what](partitions.map(({ topic, partition }) => ({ topic, partitions: [partition] })));
  }

  private seek({ topic, partition }: Partition, position: bigint): void {
    this.next.set(nameOf({ topic, partition }), position);
    this.client.seek({ topic, partition, offset: `${position}` });
  }

  private fail(error: Error): void {
    if (this.failed) return;
    this.failed = true;
    // What is not taken would be fetched again at once, for ever.
    this.each(this.assigned, 'pause');
    this.consumption.onFatal(error);
  }

  /** Only errors of kafkajs leave it: of any other kafkajs would stop for good, or try again without end or sound. */
  private async eachBatch(payload: Payload): Promise<void> {
    const round = (this.round ??= this.begins());
    await round.allThere;
    const work = this.takeBatch(payload);
    this.working.add(work);
    try {
      await work;
    } finally {
      this.working.delete(work);
    }
    const rest = round.began + gathering - performance.now();
    if (rest > 0 && payload.batch.messages.length < backlog) await restUntil(rest, this.ending.signal);
  }

  /** kafkajs hands the partitions of a fetch over one by one: in one turn they are taken together. */
  private begins(): Round {
    const allThere = nextTurn().then(() => void (this.round = undefined));
    return { began: performance.now(), allThere };
  }

  private async takeBatch({ batch, resolveOffset, heartbeat, isRunning, isStale }: Payload): Promise<void> {
    const { topic, partition } = batch;
    const { generation } = this;
    const isOurs = () => isRunning() && !isStale() && !this.failed && !this.ending.signal.aborted;
    if (!(await this.continues(batch))) return;
    for (const records of chunksOf(batch.messages.map(recordOf))) {
      if (!isOurs() || generation !== this.generation) return;
      const chunk = { topic, partition, records, highWatermark: BigInt(batch.highWatermark) };
      const outcome = await this.outcomeOf(chunk, heartbeat);
      if (!outcome || generation !== this.generation) return;
      if (outcome.kind === 'later') this.pauseFor(batch, outcome.milliseconds);
      if (outcome.kind !== 'done') return this.seek(batch, outcome.next);
      resolveOffset(`${outcome.next - 1n}`);
      this.next.set(nameOf(batch), outcome.next);
      this.hints.add({ topic, partition, next: outcome.next });
      await heartbeat();
    }
  }

  /** Whether the batch goes on where we stand. kafkajs jumps to the earliest offset when ours is out of range. */
  private async continues(batch: Batch): Promise<boolean> {
    const next = this.next.get(nameOf(batch));
    if (next === undefined) return false;
    const fetched = BigInt(batch.fetchedOffset ?? next);
    if (fetched === next) return true;
    try {
      const bounds = await this.offsets(batch.topic);
      checkPosition(
        batch.topic,
        bounds.find(({ partition }) => partition === batch.partition)!,
        next,
      );
      if (fetched > next) return true;
    } catch (error) {
      if (error instanceof RetentionPassed || error instanceof LogCutShort) {
        this.fail(error);
        return false;
      }
      this.log('warn', 'the log does not say where it begins', { error: (error as Error).message });
    }
    this.seek(batch, next);
    return false;
  }

  private async outcomeOf(chunk: Chunk, heartbeat: () => Promise<void>): Promise<Outcome | undefined> {
    // A refused sign of life is refused again after the chunk, where kafkajs hears of it.
    const beat = setInterval(() => void heartbeat().catch(() => undefined), 2_000);
    this.timers.add(beat);
    try {
      return await this.consumption.onChunk(chunk);
    } catch (error) {
      this.fail(error as Error);
      return undefined;
    } finally {
      clearInterval(beat);
      this.timers.delete(beat);
    }
  }

  private pauseFor({ topic, partition }: Partition, milliseconds: number): void {
    this.each([{ topic, partition }], 'pause');
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.each([{ topic, partition }], 'resume');
    }, milliseconds);
    this.timers.add(timer);
  }

  async stop(): Promise<void> {
    const { drain = drainDeadline } = this.consumption;
    this.ending.abort();
    this.hints.stop();
    // kafkajs waits for handlers without limit, so the limit is ours. A handler that returns later still ends it.
    if (await doneWithin(drain, this.leave())) return;
    this.timers.forEach(clearTimeout);
    this.log('error', 'stopped while chunks were still running', { waited: drain });
  }

  private async leave(): Promise<void> {
    await this.connecting;
    this.each(this.assigned, 'pause');
    await Promise.allSettled(this.working);
    await doneWithin(1_000, this.hints.flush());
    await this.client.stop();
    await this.client.disconnect();
  }
}
