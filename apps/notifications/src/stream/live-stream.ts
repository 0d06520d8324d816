import { randomUUID } from 'node:crypto';
import { Logger, ServiceUnavailableException, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Caller } from '@tierline/auth';
import { DomainError, isForRequesters } from '@tierline/contracts';
import { patiently } from '@tierline/messaging';
import type { Database } from '@tierline/persistence';
import { StreamConnection } from './connection.ts';
import { Feed, forgetHints, hintsSince, type Keeping, type Look } from './feed.ts';
import { frame, toldOf, type Reader, type StoredHint } from './frames.ts';
import {
  enterConnection,
  enterProcess,
  forgetProcesses,
  leaveConnection,
  presentAt,
  renewProcess,
} from './presence.ts';
import { movedReaders } from './team-changes.ts';

/** Milliseconds. */
const times = { look: 100, lookAfterFailure: 1_000, renew: 5_000, forget: 30_000 } as const;
const mostOfPerson = 20;

export type StreamSettings = {
  readonly heartbeat: number;
  readonly connections: number;
  /** Bytes that may wait for one reader. */
  readonly waiting: number;
  readonly keeping: Keeping;
};

/** A stream that may be begun: the connection and what it is greeted with. */
export type Admitted = { readonly connection: StreamConnection; readonly greeting: string };

/** All streams of this process: looks for hints ten times a second while somebody reads, and passes them on. */
export class LiveStream implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger('stream');
  private readonly process = randomUUID();
  private readonly connections = new Map<string, StreamConnection>();
  private readonly feed: Feed;
  private readonly timers: NodeJS.Timeout[] = [];
  private position = '0';
  private clock = { database: Date.now(), own: performance.now() };
  private longestDelay = 0;
  private looking: Promise<void> | null = null;
  private stopping = false;

  constructor(
    private readonly database: Database,
    private readonly settings: StreamSettings,
    /** Events of the log that this service has not taken yet. */
    private readonly behind: () => Promise<number>,
  ) {
    this.feed = new Feed(database);
  }

  async onApplicationBootstrap(): Promise<void> {
    await patiently(
      () => enterProcess(this.database, this.process),
      (error) => this.log.warn(error, 'enter'),
    );
    const every = (interval: number, what: string, work: () => Promise<unknown>) =>
      this.timers.push(setInterval(() => void work().catch((error: Error) => this.log.warn(error, what)), interval));
    every(times.renew, 'renew', () => this.renew());
    every(times.forget, 'forget', () => forgetHints(this.database, this.settings.keeping));
    every(this.settings.heartbeat, 'heartbeat', () => this.beat());
  }

  /** Tells every reader to connect again, elsewhere. */
  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    for (const timer of this.timers) clearInterval(timer);
    for (const connection of this.connections.values()) connection.end('shutdown');
    await this.looking;
    // Where this fails, the other processes find out by the time that runs out.
    await forgetProcesses(this.database, this.process).catch((error: Error) => this.log.warn(error));
  }

  get open(): number {
    return this.connections.size;
  }

  /** Longest time from an event to its hint since the last reading, in seconds. */
  takeLongestDelay(): number {
    const longest = this.longestDelay;
    this.longestDelay = 0;
    return longest / 1_000;
  }

  /**
   * Lets a reader in: from a position on, or from now. Throws `stream_window_passed`, `too_many_streams`.
   * The connection collects hints from here on, so that none falls between what was kept and what comes.
   */
  async admit(by: Caller, reader: Reader, position: string | null): Promise<Admitted> {
    if (this.stopping) throw new ServiceUnavailableException('This process is stopping. Connect again.');
    this.requireRoom(reader);
    const connection = new StreamConnection(randomUUID(), reader, this.settings.waiting);
    await this.startLooking();
    this.connections.set(connection.id, connection);
    try {
      const kept = await this.database.asTenant(reader.tenant, (tx) => hintsSince(tx, reader, position));
      const { tenant, person } = reader;
      await enterConnection(this.database, {
        connection: connection.id,
        tenant,
        person,
        name: by.name,
        process: this.process,
      });
      return { connection, greeting: this.greeting(connection, kept, position ?? kept.position) };
    } catch (error) {
      this.connections.delete(connection.id);
      throw error;
    }
  }

  /** The reader is gone. */
  async left(connection: StreamConnection): Promise<void> {
    connection.lost();
    if (!this.connections.delete(connection.id) || this.stopping) return;
    await leaveConnection(this.database, connection.id).catch((error: Error) => this.log.warn(error));
  }

  private requireRoom({ tenant, person }: Reader): void {
    const own = [...this.connections.values()].filter(
      ({ reader }) => reader.tenant === tenant && reader.person === person,
    );
    if (own.length >= mostOfPerson)
      throw new DomainError('too_many_streams', `You have ${own.length} streams open; one per browser is enough.`);
    if (this.connections.size >= this.settings.connections)
      throw new ServiceUnavailableException('This process serves as many streams as it can. Connect again.');
  }

  private greeting(
    { id, reader }: StreamConnection,
    kept: { hints: readonly StoredHint[]; position: string },
    from: string,
  ) {
    const told = kept.hints.flatMap((hint) => toldOf(reader, hint, isForRequesters) ?? []);
    const frames = told.map((data) => frame('ticket', data, from));
    const hello = frame('hello', { connection: id, now: this.now(), resumed: told.length }, kept.position);
    return `${frames.join('')}${hello}`;
  }

  /** The time by the database's clock. */
  private now(): string {
    return new Date(this.clock.database + performance.now() - this.clock.own).toISOString();
  }

  private async startLooking(): Promise<void> {
    if (this.looking) return;
    this.take(await this.feed.look());
    this.looking ??= this.keepLooking().finally(() => {
      this.looking = null;
      this.feed.rest();
    });
  }

  private async keepLooking(): Promise<void> {
    for (let idle = 0; !this.stopping && idle < 50; idle = this.connections.size > 0 ? 0 : idle + 1) {
      const began = performance.now();
      const failed = await this.lookOnce().then(
        () => false,
        (error: Error) => {
          // Readers learn of it by the lag in their heartbeats.
          this.log.warn(error, 'the database cannot be read now');
          return true;
        },
      );
      const wait = failed ? times.lookAfterFailure : times.look - (performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, Math.max(5, wait)));
    }
  }

  private async lookOnce(): Promise<void> {
    const look = await this.feed.look();
    const before = this.position;
    this.take(look);
    this.passOn(look, before);
    await this.passOnPresence(look.hints.filter(({ kind }) => kind === 'presence'));
  }

  private take({ position, now }: Look): void {
    this.position = position;
    this.clock = { database: now, own: performance.now() };
  }

  /** Each reader's hints: all but the last with the position before them, since a reader may get only some. */
  private passOn({ hints, position, now }: Look, before: string): void {
    const events = hints.filter(({ kind }) => kind === 'ticket');
    if (events.length === 0) return;
    for (const { body } of events) this.longestDelay = Math.max(this.longestDelay, now - Date.parse(body!.at));
    const wholeDesk = new Map<string, string>();
    for (const connection of this.connections.values()) {
      const { sees, tenant } = connection.reader;
      const known = sees === 'desk' ? wholeDesk.get(tenant) : undefined;
      const frames = known ?? framesFor(connection.reader, events, before, position);
      if (sees === 'desk') wholeDesk.set(tenant, frames);
      if (frames !== '') connection.send(frames);
    }
  }

  /** Tells those who are at a ticket who else is. */
  private async passOnPresence(changes: readonly StoredHint[]): Promise<void> {
    for (const [tenant, own] of Map.groupBy(changes, (change) => change.tenant)) {
      const tickets = [...new Set(own.map(({ ticket }) => ticket))];
      const present = await presentAt(this.database, tenant, tickets);
      for (const [ticket, people] of Map.groupBy(present, (somebody) => somebody.ticket)) {
        const data = frame('presence', { ticket, people });
        for (const { connection } of people) this.connections.get(connection)?.send(data);
      }
    }
  }

  private async beat(): Promise<void> {
    if (this.connections.size === 0) return;
    const lag = Math.round(performance.now() - this.clock.own);
    const behind = await this.behind().catch(() => null);
    const data = frame('heartbeat', { now: this.now(), lagMilliseconds: lag, eventsBehind: behind }, this.position);
    for (const connection of this.connections.values()) connection.send(data);
  }

  private async renew(): Promise<void> {
    await forgetProcesses(this.database, null);
    // Who left a team must not go on hearing of its tickets; what is resumed is that of the teams of now.
    for (const connection of await movedReaders(this.database, this.connections.values()))
      connection.end('teams-changed');
    if (await renewProcess(this.database, this.process)) return;
    // It stood still for so long that the others gave it up: its readers are nowhere present any more.
    for (const connection of this.connections.values()) connection.end('presence-lost');
    await enterProcess(this.database, this.process);
  }
}

const framesFor = (reader: Reader, events: readonly StoredHint[], before: string, after: string): string => {
  const told = events.flatMap((hint) => toldOf(reader, hint, isForRequesters) ?? []);
  return told.map((data, nth) => frame('ticket', data, nth === told.length - 1 ? after : before)).join('');
};
