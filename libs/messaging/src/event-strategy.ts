import { setTimeout as sleep } from 'node:timers/promises';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { events as declared, topics, type Received } from '@tierline/contracts';
import { isTransient, type Database } from '@tierline/persistence';
import { isObservable, lastValueFrom } from 'rxjs';
import { chunkStoreOf } from './chunk-store.ts';
import { ChunkProcessor, type ProcessorEvents } from './chunk-processor.ts';
import { backoff, restUntil } from './deadline.ts';
import type { Dispatcher } from './dispatch.ts';
import type { Consumer, EventLog } from './event-log.ts';
import { keepInbox } from './inbox.ts';
import type { Task } from './unit-of-work.ts';

export type StrategyOptions = {
  database: Database;
  log: EventLog;
  /** The consumer group; renaming it reads all topics again. */
  group: string;
  prefix: string;
  /** See `Consumption`. */
  gathering?: boolean;
  events: ProcessorEvents;
  /** The log's client gave up: the process must end. */
  onFatal: (error: Error) => void;
};

const second = 1_000;
const hour = 60 * 60 * second;
/** How long a stop waits for a start that is under way. */
const startPatience = 5 * second;

/**
 * Nest transport over the event log: methods marked with `@On` get events one at a time,
 * their work is done chunk by chunk, each chunk in one transaction.
 */
export class EventStrategy extends Server implements CustomTransportStrategy, Dispatcher {
  private consumer: Consumer | undefined;
  private processor: ChunkProcessor | undefined;
  private keeping: NodeJS.Timeout | undefined;
  private settling: NodeJS.Timeout | undefined;
  private starting: Promise<void> = Promise.resolve();

  private readonly closing = new AbortController();

  constructor(private readonly options: StrategyOptions) {
    super();
  }

  listen(callback: (error?: Error) => void): void {
    this.starting = this.consume().then(
      () => callback(),
      (error: Error) => callback(error),
    );
  }

  private async consume(): Promise<void> {
    const { database, log, group, prefix, gathering = false, events, onFatal } = this.options;
    await this.inboxKept();
    if (this.closing.signal.aborted) return;
    this.keeping = setInterval(() => {
      keepInbox(database).catch((error: Error) => void this.logger.warn(error));
    }, hour);
    const processor = new ChunkProcessor(chunkStoreOf(database, group), this, events);
    this.processor = processor;
    this.settling = setInterval(() => {
      processor.settle().catch((error: Error) => void this.logger.warn(error));
    }, second);
    this.consumer = await log.consume({
      group,
      topics: this.topicNames(prefix),
      gathering,
      onAssigned: (partitions) => processor.assigned(partitions),
      onChunk: (chunk) => processor.process(chunk),
      onFatal,
    });
  }

  /** Before anything is taken its day has to be there: a database that is away is asked again. */
  private async inboxKept(): Promise<void> {
    const { signal } = this.closing;
    for (let attempt = 1; !signal.aborted; attempt += 1)
      try {
        return await keepInbox(this.options.database);
      } catch (error) {
        if (!isTransient(error)) throw error;
        this.logger.warn(error);
        await restUntil(backoff(attempt, 5_000), signal);
      }
  }

  /** The topics in which the handled types travel. */
  private topicNames(prefix: string): string[] {
    const names = [...this.messageHandlers.keys()].map((type) => {
      const definition = declared.get(type);
      if (!definition) throw new Error(`a handler wants ${type}, which is not declared in contracts`);
      return `${prefix}.${topics[definition.topic].name}`;
    });
    return [...new Set(names)];
  }

  async close(): Promise<void> {
    this.closing.abort();
    // What is half started would go on, and read, after the stop. Without Kafka a start never ends: then it is left.
    await Promise.race([this.starting, sleep(startPatience, undefined, { ref: false })]);
    clearInterval(this.keeping);
    clearInterval(this.settling);
    await this.consumer?.stop();
    this.consumer = undefined;
    // What was only skipped is read again where this fails.
    await this.processor?.settle().catch((error: Error) => void this.logger.warn(error));
  }

  handles(type: string): boolean {
    return this.messageHandlers.has(type);
  }

  async tasksFor(event: Received): Promise<readonly Task[]> {
    const tasks: Task[] = [];
    for (
      let handler: MessageHandler | undefined = this.messageHandlers.get(event.type);
      handler;
      handler = handler.next as MessageHandler | undefined
    ) {
      const answer = (await handler(event)) as unknown;
      const work = (isObservable(answer) ? await lastValueFrom(answer, { defaultValue: null }) : answer) as
        Task | readonly Task[] | null;
      if (work) tasks.push(...(Array.isArray(work) ? (work as readonly Task[]) : [work as Task]));
    }
    return tasks;
  }

  on(): never {
    throw new Error('the event log has no client events to listen to');
  }

  unwrap<T>(): T {
    return this.options.log as T;
  }
}
