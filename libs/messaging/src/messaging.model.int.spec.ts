import { NoteAdded, RequesterReplied } from '@tierline/contracts';
import { Database, idempotencyMigrations, migrate } from '@tierline/persistence';
import { eventually, scratchDatabase } from '@tierline/testing';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import {
  ChunkProcessor,
  Relay,
  append,
  chunkStoreOf,
  consumerMigrations,
  keepInbox,
  keyHash,
  outboxOf,
  publisherMigrations,
  type Dispatcher,
  type LogRecord,
  type Outbox,
  type OutgoingRecord,
} from './index.ts';

const topic = 'model.tickets.v1';
const partitions = 2;
const origin = {
  tenant: 'acme',
  actor: 'agent:kim',
  correlationId: 'c',
  causationId: null,
  traceparent: null,
} as const;
const nothing = () => undefined;
const never = new Promise<never>(nothing);

type Step =
  | { do: 'write'; key: number; end: 'commit' | 'rollback' | 'late' }
  | { do: 'finish' }
  | { do: 'append'; fails: 'before' | 'after' | 'never' }
  | { do: 'lose lease'; relay: number }
  | { do: 'crash'; relay: number }
  | { do: 'consume'; pod: number; partition: number; from: number; count: number }
  | { do: 'assign'; pod: number };

const small = (max: number) => fc.nat({ max });
const steps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('write'),
        key: small(2),
        end: fc.constantFrom('commit', 'commit', 'rollback', 'late'),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('finish') }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('append'), fails: fc.constantFrom('before', 'after', 'never') }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('lose lease'), relay: small(1) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('crash'), relay: small(1) }) },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('consume'),
        pod: small(1),
        partition: small(partitions - 1),
        from: small(30),
        count: fc.integer({ min: 1, max: 8 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('assign'), pod: small(1) }) },
  ),
  { minLength: 10, maxLength: 60 },
) as fc.Arbitrary<Step[]>;

let database: Database;
let drop: () => Promise<void>;

class Taken1760000009003 {
  async up(runner: { query(sql: string): Promise<unknown> }) {
    await runner.query(`CREATE TABLE ticket (id text PRIMARY KEY, sequence int NOT NULL);
      CREATE TABLE effect (event_id uuid NOT NULL); SELECT background_table('ticket'), background_table('effect')`);
  }
  async down() {}
}

beforeAll(async () => {
  const urls = await scratchDatabase('model');
  drop = urls.drop;
  const addresses = { app: urls.appUrl, worker: urls.workerUrl };
  await migrate(urls.ownerUrl, addresses, [
    ...idempotencyMigrations,
    ...publisherMigrations,
    ...consumerMigrations,
    Taken1760000009003,
  ]);
  database = await Database.open('model-spec', addresses, { worker: 20 });
  await keepInbox(database);
});

afterAll(async () => {
  await database?.close();
  await drop?.();
});

/** What a dead process asks is never answered. */
const mortal = (outbox: Outbox, isDead: () => boolean): Outbox =>
  Object.fromEntries(
    Object.entries(outbox).map(([name, ask]) => [
      name,
      (...given: never[]) => (isDead() ? never : (ask as (...all: never[]) => unknown)(...given)),
    ]),
  ) as Outbox;

/** The rows of one case lie beside those of the others: every key and group is of this case alone. */
class Case {
  private readonly id = uuidv7();
  private readonly log: LogRecord[][] = Array.from({ length: partitions }, () => []);
  private readonly late: (() => void)[] = [];
  private readonly writes: Promise<unknown>[] = [];
  private readonly relays: { relay: Relay; owner: string; dead: boolean }[] = [];
  private readonly pods: readonly ChunkProcessor[];
  /** Where a pod was told to read instead. */
  private readonly seeks = new Map<string, number>();
  private readonly dead: string[] = [];
  private fails: 'before' | 'after' | 'never' = 'never';

  constructor() {
    this.pods = [this.processor(), this.processor()];
    for (const index of [0, 1]) this.startRelay(index);
  }

  async play(all: readonly Step[]): Promise<void> {
    for (const step of all) await this.step(step);
    this.fails = 'never';
    this.late.splice(0).forEach((end) => end());
    await Promise.allSettled(this.writes);
    // Nobody has to wait for their time.
    await database.query(`UPDATE relay_lease SET expires_at = '-infinity' WHERE owner = ANY($1)`, [this.dead]);
    await eventually(async () => expect(await database.query('SELECT 1 FROM outbox')).toEqual([]));
    for (const { relay } of this.relays) await relay.stop();
    await this.consumeRest();
    await this.check();
  }

  private async step(step: Step): Promise<void> {
    switch (step.do) {
      case 'write':
        return this.write(this.key(step.key), step.end);
      case 'finish':
        return this.late.shift()?.();
      case 'append':
        this.fails = step.fails;
        return;
      case 'lose lease':
        await database.query(`UPDATE relay_lease SET expires_at = '-infinity', epoch = epoch + 1 WHERE owner = $1`, [
          this.relays[step.relay]!.owner,
        ]);
        return;
      case 'crash': {
        const gone = this.relays[step.relay]!;
        gone.dead = true;
        this.dead.push(gone.owner);
        return this.startRelay(step.relay);
      }
      case 'consume':
        return this.consume(step);
      case 'assign':
        await this.pods[step.pod]!.assigned(this.places());
    }
  }

  private key(index: number) {
    return `${this.id}/${index}`;
  }

  private places() {
    return this.log.map((_records, partition) => ({ topic: `${topic}/${this.id}`, partition }));
  }

  /** A transaction that ends at once or later; its numbers are drawn now. */
  private async write(key: string, end: 'commit' | 'rollback' | 'late'): Promise<void> {
    const written = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    this.late.push(...(end === 'late' ? [ended.resolve] : []));
    if (end !== 'late') ended.resolve();
    const transaction = database.inBackground(async (tx) => {
      const [row] = await tx.query<{ sequence: number }>(
        `INSERT INTO ticket VALUES ($1, 1) ON CONFLICT (id) DO UPDATE SET sequence = ticket.sequence + 1 RETURNING sequence`,
        [key],
      );
      const fact = RequesterReplied({ messageId: uuidv7(), text: 'x' });
      await append(tx, [{ ...origin, subject: key, sequence: row!.sequence, fact }]);
      written.resolve();
      await ended.promise;
      if (end === 'rollback') throw new Error('changed my mind');
    });
    this.writes.push(transaction);
    // Behind a late one of the same key it waits for its lock.
    await Promise.race([written.promise, transaction.catch(nothing), new Promise((go) => setTimeout(go, 50))]);
  }

  private startRelay(index: number): void {
    const state = { owner: uuidv7(), dead: false };
    const append = async (records: readonly OutgoingRecord[]) => {
      if (state.dead) return never;
      const { fails } = this;
      this.fails = 'never';
      if (fails === 'before') throw new Error('the log does not answer');
      for (const { key, value, headers } of records) {
        const partition = this.log[keyHash(key!) % partitions]!;
        partition.push({ offset: BigInt(partition.length), key, value: Buffer.from(value as string), headers });
      }
      if (fails === 'after') throw new Error('the answer was lost');
      return state.dead ? never : undefined;
    };
    const relay = new Relay({
      outbox: mortal(outboxOf(database), () => state.dead),
      log: { producer: async () => ({ append, close: async () => undefined }) },
      prefix: 'model',
      owner: state.owner,
      events: { onSent: nothing, onFailure: nothing, onHeld: nothing },
    });
    relay.start();
    this.relays[index] = Object.assign(state, { relay });
  }

  private processor(): ChunkProcessor {
    const dispatcher: Dispatcher = {
      handles: (type) => type !== NoteAdded.type,
      tasksFor: async ({ id }) => [
        {
          batch: {
            run: async (tx, work) => void (await tx.query('INSERT INTO effect SELECT unnest($1::uuid[])', [work])),
          },
          work: id,
        },
      ],
    };
    const events = { onDone: nothing, onParked: nothing, onRetry: nothing };
    return new ChunkProcessor(chunkStoreOf(database, this.id), dispatcher, events, () => 0);
  }

  private async consume({ pod, partition, from, count }: Step & { do: 'consume' }): Promise<void> {
    const all = this.log[partition]!;
    const place = this.places()[partition]!;
    const [stored] = await chunkStoreOf(database, this.id)
      .positions()
      .then((standings) => standings.filter((each) => each.partition.partition === partition));
    // Before the group has a position, only the beginning is right.
    const begin = this.seeks.get(`${pod}/${partition}`) ?? (stored ? from : 0);
    const records = all.slice(begin, begin + count);
    if (records.length === 0) return;
    const { kind, next } = await this.pods[pod]!.process({ ...place, records, highWatermark: BigInt(all.length) });
    if (kind === 'seek') this.seeks.set(`${pod}/${partition}`, Number(next));
    else this.seeks.delete(`${pod}/${partition}`);
  }

  private async consumeRest(): Promise<void> {
    const [pod] = this.pods;
    const starts = await pod!.assigned(this.places());
    for (const [partition, start] of starts.entries()) {
      const all = this.log[partition]!;
      for (let from = Number(start ?? 0n); from < all.length;) {
        const chunk = { ...this.places()[partition]!, records: all.slice(from), highWatermark: BigInt(all.length) };
        from = Number((await pod!.process(chunk)).next);
      }
    }
  }

  private async check(): Promise<void> {
    const tickets = await database.query<{ id: string; sequence: number }>('SELECT * FROM ticket WHERE id LIKE $1', [
      `${this.id}/%`,
    ]);
    const records = this.log.flat();
    for (const { id, sequence } of tickets) {
      const seen = records.filter(({ key }) => key === id).map(({ headers }) => Number(headers.ce_sequence));
      expect([...new Set(seen)]).toEqual(Array.from({ length: sequence }, (_none, index) => index + 1));
    }
    const ids = [...new Set(records.map(({ headers }) => headers.ce_id!))];
    const effects = await database.query<{ event_id: string }>('SELECT event_id FROM effect WHERE event_id = ANY($1)', [
      ids,
    ]);
    expect(effects.map(({ event_id }) => event_id).sort()).toEqual(ids.sort());
    const owners = new Map<string, string>();
    for (const { headers } of records) {
      const [shard, epoch, owner] = headers['tierline-lease']!.split('/');
      expect(owners.get(`${shard}/${epoch}`) ?? owner).toBe(owner);
      owners.set(`${shard}/${epoch}`, owner!);
    }
  }
}

it('relays and consumers keep their promises under any order of what happens, on a real database', async () => {
  await fc.assert(
    fc.asyncProperty(steps, (all) => new Case().play(all)),
    { numRuns: 25, endOnFailure: true, interruptAfterTimeLimit: 20_000 },
  );
}, 120_000);
