import { DomainError, NoteAdded, RequesterReplied, TicketOpened, type FactOf } from '@tierline/contracts';
import { Database, idempotencyMigrations, migrate } from '@tierline/persistence';
import {
  eventually,
  freshName,
  recordOf,
  scratchDatabase,
  scratchTopics,
  send,
  subscribe,
  testLog,
} from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import {
  ChunkProcessor,
  Commands,
  Relay,
  UnitOfWork,
  causedBy,
  chunkStoreOf,
  consumerMigrations,
  keepInbox,
  outboxOf,
  publisherMigrations,
  replayParked,
  type Consumer,
  type Decider,
  type Dispatcher,
  type ProcessorEvents,
  type Store,
} from './index.ts';

type Counted = { replies: number; notes: number };
type Note = { type: 'note'; text: string };

/** A small aggregate: counts a requester's messages, writes notes, refuses the word "forbidden". */
const counter: Decider<Counted, Note, FactOf<typeof NoteAdded>, FactOf<typeof RequesterReplied>> = {
  initial: { replies: 0, notes: 0 },
  decide: ({ text }) => {
    if (text.includes('forbidden')) throw new DomainError('word_forbidden', 'That word is not allowed.');
    return [NoteAdded({ noteId: uuidv7(), agentId: 'kim', text })];
  },
  evolve: (state, event) =>
    event.type === NoteAdded.type ? { ...state, notes: state.notes + 1 } : { ...state, replies: state.replies + 1 },
};

const store: Store<Counted> = {
  load: async (tx, keys) =>
    (
      await tx.query<{ tenant_id: string; id: string; sequence: number; state: Counted }>(
        `SELECT tenant_id, id, sequence, state FROM counted WHERE id = ANY($1) ORDER BY id FOR UPDATE`,
        [keys.map(({ id }) => id)],
      )
    ).map(({ tenant_id, ...row }) => ({ tenant: tenant_id, ...row })),
  save: async (tx, changes) => {
    await tx.query(
      `INSERT INTO counted SELECT tenant, id, sequence, state
       FROM jsonb_to_recordset($1::jsonb) AS c(tenant text, id text, sequence int, state jsonb)
       ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, state = excluded.state`,
      [JSON.stringify(changes.map(({ tenant, id, sequence, state }) => ({ tenant, id, sequence, state })))],
    );
  },
};

class Counted1760000009001 {
  async up(runner: { query(sql: string): Promise<unknown> }) {
    await runner.query(`CREATE TABLE counted (tenant_id text NOT NULL, id text PRIMARY KEY, sequence int NOT NULL, state jsonb NOT NULL);
      SELECT protect_tenant_table('counted')`);
  }
  async down() {}
}

const unit = new UnitOfWork(counter, store);
const reply = (text: string) => RequesterReplied({ messageId: uuidv7(), text });

let database: Database;
let prefix: string;
let drop: () => Promise<void>;
const group = freshName('group');
const told = { parked: [] as string[], retries: 0 };
const events: ProcessorEvents = {
  onDone: () => undefined,
  onParked: (_partition, { reason }) => void told.parked.push(reason),
  onRetry: () => void (told.retries += 1),
};
let dispatcher: Dispatcher;
const consumers: { stop(): Promise<void> }[] = [];

const startConsumer = async (): Promise<Consumer> => {
  const log = await testLog();
  const processor = new ChunkProcessor(chunkStoreOf(database, group), dispatcher, events);
  const consumer = await log.consume({
    group,
    topics: [`${prefix}.tickets.v1`],
    onAssigned: (partitions) => processor.assigned(partitions),
    onChunk: (chunk) => processor.process(chunk),
    onFatal: (error) => {
      throw error;
    },
  });
  const running = { stop: async () => (await consumer.stop(), log.close()) };
  consumers.push(running);
  return running;
};

const counted = async (id: string): Promise<Counted | undefined> =>
  (await database.query<{ state: Counted }>('SELECT state FROM counted WHERE id = $1', [id]))[0]?.state;

beforeAll(async () => {
  const urls = await scratchDatabase('messaging');
  drop = urls.drop;
  const addresses = { app: urls.appUrl, worker: urls.workerUrl };
  await migrate(urls.ownerUrl, addresses, [
    ...idempotencyMigrations,
    ...publisherMigrations,
    ...consumerMigrations,
    Counted1760000009001,
  ]);
  database = await Database.open('messaging-spec', addresses);
  await keepInbox(database);
  prefix = await scratchTopics('messaging');
  dispatcher = {
    handles: (type) => type === RequesterReplied.type,
    tasksFor: async (event) => {
      const { text } = event.data as { text: string };
      const origin = causedBy(event, 'spec');
      const noted = unit.observe(event.subject, event, origin);
      return text.startsWith('note') ? [noted, unit.command(event.subject, origin, { type: 'note', text })] : [noted];
    },
  };
});

afterAll(async () => {
  for (const consumer of consumers) await consumer.stop();
  await database?.close();
  await drop?.();
});

const silent = { onSent: () => undefined, onFailure: () => undefined, onHeld: () => undefined };

describe('commands and relay', () => {
  const by = { tenant: 'acme', subject: 'kim', actor: 'agent:kim' } as const;

  it('publishes what a command decided, in order, with all attributes, and empties the outbox', async () => {
    const relay = new Relay({ outbox: outboxOf(database), log: await testLog(), prefix, events: silent });
    relay.start();
    const commands = new Commands(database, relay);
    const id = uuidv7();
    for (const text of ['one', 'two', 'three'])
      await commands.run(unit, { by, id, command: { type: 'note', text } }, ({ sequence }) => sequence);
    const subscriber = await subscribe(prefix);
    await eventually(() => expect(subscriber.about(id)).toHaveLength(3));
    expect(subscriber.about(id).map(({ sequence, data }) => [sequence, (data as { text: string }).text])).toEqual([
      [1, 'one'],
      [2, 'two'],
      [3, 'three'],
    ]);
    expect(subscriber.about(id)[0]).toMatchObject({ tenant: 'acme', actor: 'agent:kim', source: '/tier-queues' });
    await eventually(async () => expect(await database.query('SELECT 1 FROM outbox')).toEqual([]));
    await subscriber.close();
    await relay.stop();
  });

  it('stores nothing of a refused command', async () => {
    const commands = new Commands(database, { nudge: () => undefined });
    const id = uuidv7();
    await expect(
      commands.run(unit, { by, id, command: { type: 'note', text: 'forbidden' } }, (result) => result),
    ).rejects.toMatchObject({ code: 'word_forbidden' });
    expect(await counted(id)).toBeUndefined();
    expect(await database.query('SELECT 1 FROM journal WHERE aggregate_id = $1', [id])).toEqual([]);
  });

  it('answers a repeat of an idempotency key from the first time, and refuses it for another body', async () => {
    const commands = new Commands(database, { nudge: () => undefined });
    const id = uuidv7();
    const run = (text: string) =>
      commands.run(
        unit,
        { by, id, command: { type: 'note', text }, idempotency: { key: `key-${id}`, body: { text } } },
        ({ sequence }) => ({ sequence }),
      );
    const answers = await Promise.all([run('once'), run('once'), run('once')]);
    expect(answers).toEqual([{ sequence: 1 }, { sequence: 1 }, { sequence: 1 }]);
    expect(await counted(id)).toEqual({ replies: 0, notes: 1 });
    await expect(run('twice')).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  });

  it('refuses a command made on an outdated view', async () => {
    const commands = new Commands(database, { nudge: () => undefined });
    const id = uuidv7();
    const run = (expected: number) =>
      commands.run(unit, { by, id, expected, command: { type: 'note', text: 'x' } }, ({ sequence }) => sequence);
    expect(await run(0)).toBe(1);
    await expect(run(0)).rejects.toMatchObject({ code: 'changed_meanwhile', extras: { conflict: { sequence: 1 } } });
  });

  it('hides every row of a tenant from another tenant', async () => {
    const commands = new Commands(database, { nudge: () => undefined });
    const id = uuidv7();
    await commands.run(unit, { by, id, command: { type: 'note', text: 'secret' } }, () => null);
    const seen = (tenant: string) =>
      database.asTenant(tenant, (tx) => tx.query('SELECT 1 FROM counted WHERE id = $1', [id]));
    expect(await seen('acme')).toHaveLength(1);
    expect(await seen('other')).toHaveLength(0);
    expect(await seen('')).toHaveLength(0);
  });
});

describe('consumer', () => {
  it('takes each event once, whatever the number of deliveries, and goes on from its own position', async () => {
    const id = uuidv7();
    const record = recordOf(prefix, reply('hello'), { subject: id });
    await send([record, record]);
    const first = await startConsumer();
    await eventually(async () => expect(await counted(id)).toEqual({ replies: 1, notes: 0 }));
    await first.stop();
    consumers.splice(0);
    await send([record, recordOf(prefix, reply('again'), { subject: id })]);
    await startConsumer();
    await eventually(async () => expect(await counted(id)).toEqual({ replies: 2, notes: 0 }));
  });

  it('skips types it does not take without reading them', async () => {
    const id = uuidv7();
    const opened = recordOf(prefix, TicketOpened(TicketOpened.example), { subject: id });
    await send([{ ...opened, value: 'not json at all' }, recordOf(prefix, reply('after'), { subject: id })]);
    await eventually(async () => expect(await counted(id)).toEqual({ replies: 1, notes: 0 }));
  });

  it('parks a record that no rule digests with all later ones of its ticket, and no other', async () => {
    const [bad, good] = [uuidv7(), uuidv7()];
    await send([
      recordOf(prefix, reply('first'), { subject: bad }),
      recordOf(prefix, reply('note forbidden'), { subject: bad }),
      recordOf(prefix, reply('behind'), { subject: bad }),
      recordOf(prefix, reply('free'), { subject: good }),
    ]);
    await eventually(async () => expect(await counted(good)).toEqual({ replies: 1, notes: 0 }));
    const parked = () =>
      database.query('SELECT reason FROM parked_message WHERE key = $1 ORDER BY record_offset', [bad]);
    await eventually(async () =>
      expect(await parked()).toEqual([
        { reason: 'DomainError: That word is not allowed.' },
        { reason: 'waits behind an earlier parked record' },
      ]),
    );
    expect(await counted(bad)).toEqual({ replies: 1, notes: 0 });

    const place = { group, topic: `${prefix}.tickets.v1`, key: bad };
    await expect(replayParked(database, dispatcher, place)).rejects.toMatchObject({ code: 'word_forbidden' });
    const mended: Dispatcher = {
      ...dispatcher,
      tasksFor: async (event) => [unit.observe(event.subject, event, causedBy(event, 'spec'))],
    };
    expect(await replayParked(database, mended, place)).toBe(2);
    expect(await counted(bad)).toEqual({ replies: 3, notes: 0 });
    await send([recordOf(prefix, reply('flows again'), { subject: bad })]);
    await eventually(async () => expect(await counted(bad)).toEqual({ replies: 4, notes: 0 }));
  });

  it.each([
    ['no JSON', { value: '{"messageId":' }, 'the value is not JSON'],
    ['data of another shape', { value: '{"messageId":1}' }, 'data of tierline.ticket.requester-replied.v1'],
  ])('parks a record with %s and stays alive', async (_name, broken, reason) => {
    const id = uuidv7();
    await send([{ ...recordOf(prefix, reply('x'), { subject: id }), ...broken }]);
    await eventually(async () =>
      expect(await database.query('SELECT reason FROM parked_message WHERE key = $1', [id])).toEqual([
        { reason: expect.stringContaining(reason) },
      ]),
    );
    const other = uuidv7();
    await send([recordOf(prefix, reply('alive'), { subject: other })]);
    await eventually(async () => expect(await counted(other)).toEqual({ replies: 1, notes: 0 }));
  });

  it('continues from the position in the database when the offset in Kafka is ahead of it', async () => {
    const id = uuidv7();
    await send([recordOf(prefix, reply('one'), { subject: id })]);
    await eventually(async () => expect(await counted(id)).toEqual({ replies: 1, notes: 0 }));
    await consumers.pop()!.stop();
    // A restore to an earlier state: position, inbox and rows go back together.
    await database.query(`UPDATE consumer_position SET next_offset = 0 WHERE consumer_group = $1`, [group]);
    await database.query('DELETE FROM inbox');
    await database.query('DELETE FROM parked_key');
    await database.query('DELETE FROM parked_message');
    await database.query('DELETE FROM counted');
    await startConsumer();
    await eventually(async () => expect(await counted(id)).toEqual({ replies: 1, notes: 0 }));
  });
});
