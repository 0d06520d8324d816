import { NoteAdded, RequesterReplied, type Received } from '@tierline/contracts';
import type { ChunkStore, Standing } from '../chunk-store.ts';
import type { Dispatcher } from '../dispatch.ts';
import { isOff } from '../failpoints.ts';
import { keyHash } from '../key-hash.ts';
import type { Task } from '../unit-of-work.ts';
import { ModelDatabase, type ModelTransaction } from './database.ts';
import { ModelOutbox, shards } from './outbox.ts';
import type { Actor, World } from './world.ts';

type Work = { readonly key: string; readonly event: Received };

const nameOf = ({ topic, partition }: Standing['partition']) => `${topic}/${partition}`;
const uuid = (number: number) => `00000000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;

/** A service in its database: tickets that number their events, the inbox, parked records, positions, timers. */
export class ModelService {
  readonly database: ModelDatabase;
  readonly outbox: ModelOutbox;
  readonly sequences = new Map<string, number>();
  /** The events that others are to take, and how often each had its effect. */
  readonly effects = new Map<string, number>();
  readonly parked = new Map<string, string[]>();
  readonly timers = new Map<string, number>();
  readonly fired = new Map<string, number>();
  readonly positions = new Map<string, Standing>();
  private readonly inbox = new Set<string>();
  private readonly drafts = new WeakMap<ModelTransaction, Map<string, number>>();
  private events = 0;

  constructor(private readonly world: World) {
    this.database = new ModelDatabase(world);
    this.outbox = new ModelOutbox(this.database);
  }

  /** A request for a ticket; the answer does not matter, what was committed does. */
  async command(actor: Actor, key: string, texts: readonly string[]): Promise<void> {
    await this.database.transaction(actor, async (tx) => {
      await tx.lock(`ticket/${key}`);
      await tx.statement(() => undefined);
      if (this.sequences.get(key) === undefined && this.world.below(3) === 0) {
        const due = this.world.now + this.world.below(20_000);
        tx.writes.push(() => this.timers.set(key, due));
      }
      await tx.statement(() => texts.forEach((text) => this.publish(tx, key, text)));
      if (this.world.trouble(0.1)) await this.world.step(actor, this.world.below(4_000));
      if (this.world.trouble(0.1)) throw new Error('changed my mind');
    });
  }

  /** Fires timers that are due, of tickets in nobody's hands. */
  async fireTimers(actor: Actor): Promise<void> {
    const due = () => [...this.timers].filter(([, at]) => at <= this.world.now).map(([key]) => key);
    const keys = await this.database.query(actor, due);
    if (keys.length === 0) return;
    await this.database.transaction(actor, async (tx) => {
      for (const key of keys) {
        if (tx.isLocked(`ticket/${key}`)) continue;
        await tx.lock(`ticket/${key}`);
        await tx.statement(() => {
          if (this.timers.has(key)) this.fire(tx, key);
        });
      }
    });
  }

  dispatcher(): Dispatcher {
    return {
      handles: (type) => type === RequesterReplied.type,
      tasksFor: async (event) => [{ batch: { run: async () => undefined }, work: { key: event.subject, event } }],
    };
  }

  storeOf(actor: Actor): ChunkStore {
    return {
      positions: () => this.database.query(actor, () => [...this.positions.values()]),
      transaction: (work) =>
        this.database.transaction(actor, (tx) =>
          work({
            move: (moves) => tx.statement(() => this.move(tx, moves)),
            parkedKeys: (_topic, keys) => tx.statement(() => this.parkedKeys(tx, keys)),
            park: (_partition, records) =>
              tx.statement(() => {
                for (const { key, record } of records)
                  tx.writes.push(() =>
                    this.parked.set(key, [...(this.parked.get(key) ?? []), record.headers.ce_id ?? '']),
                  );
              }),
            fresh: (events) => tx.statement(() => this.fresh(tx, events)),
            run: (tasks) => tx.statement(() => this.run(tx, tasks)),
          }),
        ),
    };
  }

  private publish(tx: ModelTransaction, key: string, text: string, definition = RequesterReplied as { type: string }) {
    const drafts = this.drafts.get(tx) ?? new Map<string, number>();
    this.drafts.set(tx, drafts);
    const sequence = (drafts.get(key) ?? this.sequences.get(key) ?? 0) + 1;
    drafts.set(key, sequence);
    const event_id = uuid((this.events += 1));
    tx.writes.push(() => {
      this.sequences.set(key, sequence);
      if (definition === RequesterReplied) this.effects.set(event_id, 0);
    });
    this.outbox.append(tx, [
      {
        shard: keyHash(key) % shards,
        tenant_id: 'acme',
        event_id,
        topic: 'tickets',
        aggregate_id: key,
        agg_seq: sequence,
        type: definition.type,
        source: '/simulated',
        time: new Date(0),
        actor: 'system:simulated',
        correlation_id: event_id,
        causation_id: null,
        traceparent: null,
        data: JSON.stringify({ messageId: event_id, text }),
      },
    ]);
  }

  private fire(tx: ModelTransaction, key: string): void {
    tx.writes.push(() => {
      if (this.world.now < this.timers.get(key)!) this.world.violated(`the timer of ${key} fired early`);
      this.timers.delete(key);
      this.fired.set(key, (this.fired.get(key) ?? 0) + 1);
      if (this.fired.get(key)! > 1) this.world.violated(`the timer of ${key} fired twice`);
    });
    this.publish(tx, key, 'fired', NoteAdded);
  }

  private async move(tx: ModelTransaction, moves: readonly (Standing & { seen: bigint | null })[]): Promise<number> {
    let count = 0;
    for (const { partition, next, remaining, seen } of moves) {
      const name = nameOf(partition);
      await tx.lock(`position/${name}`);
      if ((this.positions.get(name)?.next ?? null) !== seen && !isOff('position')) continue;
      count += 1;
      tx.writes.push(() => {
        if ((this.positions.get(name)?.next ?? 0n) > next) this.world.violated(`the position of ${name} went back`);
        this.positions.set(name, { partition, next, remaining });
      });
    }
    return count;
  }

  private async parkedKeys(tx: ModelTransaction, keys: readonly string[]): Promise<Set<string>> {
    const parked = new Set(keys.filter((key) => this.parked.has(key)));
    for (const key of [...parked].sort()) await tx.lock(`parked/${key}`);
    return parked;
  }

  private async fresh(tx: ModelTransaction, events: readonly Received[]): Promise<readonly Received[]> {
    if (isOff('inbox')) return events;
    const byId = new Map(events.map((event) => [event.id, event]));
    for (const id of [...byId.keys()].sort()) await tx.lock(`inbox/${id}`);
    const fresh = [...byId.values()].filter(({ id }) => !this.inbox.has(id));
    tx.writes.push(() => fresh.forEach(({ id }) => this.inbox.add(id)));
    return fresh;
  }

  private async run(tx: ModelTransaction, tasks: readonly Task[]): Promise<void> {
    const work = tasks.map((task) => task.work as Work);
    for (const key of [...new Set(work.map(({ key }) => key))].sort()) await tx.lock(`ticket/${key}`);
    for (const { key, event } of work) {
      if ((event.data as { text: string }).text.includes('poison')) throw new TypeError('cannot digest poison');
      tx.writes.push(() => {
        const times = (this.effects.get(event.id) ?? 0) + 1;
        this.effects.set(event.id, times);
        if (times > 1) this.world.violated(`event ${event.id} of ${key} had its effect ${times} times`);
      });
      this.publish(tx, key, 'follows', NoteAdded);
    }
  }
}
