import { InboundUnaccounted, TicketOpened, TicketQueued } from '@tierline/contracts';
import { eventually, recordOf, send, startUnderTest, subscribe, type ServiceUnderTest } from '@tierline/testing';
import { intake } from './app.module.ts';

const anna = { subject: 'anna.berg', roles: ['requester' as const] };
const body = { subject: 'Outlook asks for my password', description: 'Since this morning.' };

let service: ServiceUnderTest;
let topic: Awaited<ReturnType<typeof subscribe>>;

beforeAll(async () => {
  service = await startUnderTest(intake, {
    UNACCOUNTED_AFTER_SECONDS: '2',
    TELL_AGAIN_SECONDS: '1',
    INBOUND_WATCH_SECONDS: '0.2',
  });
  topic = await subscribe(service.prefix);
});

afterAll(async () => {
  await topic?.close();
  await service?.stop();
});

const open = async () =>
  (await service.request('POST', '/tickets', { as: anna, body })).body as { id: string; number: number };
const queue = (id: string) => send([recordOf(service.prefix, TicketQueued(TicketQueued.example), { subject: id })]);
const told = (id: string, { type }: { type: string }) => topic.about(id).filter((event) => event.type === type);
const unaccounted = async () =>
  Number(/^tierline_tickets_unaccounted (\d+)$/m.exec((await service.request('GET', '/metrics')).body)?.[1]);
const isHeard = async (id: string) =>
  (await service.database.query<{ desk: string }>('SELECT desk FROM request WHERE id = $1', [id]))[0]!.desk === 'heard';

/** Waits until what was told is in the log. */
const sent = () => eventually(async () => expect(await service.database.query('SELECT 1 FROM outbox')).toEqual([]));

/** Waits until tickets of now are old enough, and a whole look has been taken since. */
const looked = async () => {
  const now = `SELECT looked_at, looked_at > $1::timestamptz AS yes FROM inbound_watch`;
  const [before] = await service.database.query<{ at: Date }>(`SELECT now() + interval '2.5 s' AS at`);
  await eventually(async () => expect(await service.database.query(now, [before!.at])).toMatchObject([{ yes: true }]));
};

it('tells a ticket again of which the desk tells nothing, publishes it once, and stops when the desk tells of it', async () => {
  const { id, number } = await open();
  await eventually(() => expect(told(id, TicketOpened)).toHaveLength(2));
  await eventually(() => expect(told(id, InboundUnaccounted).length).toBeGreaterThan(1));
  const openings = told(id, TicketOpened);
  expect(openings.length).toBeGreaterThan(2);
  expect(new Set(openings.map((event) => event.id)).size).toBe(1);
  const published = told(id, InboundUnaccounted);
  expect(new Set(published.map((event) => event.id)).size).toBe(1);
  expect(published[0]).toMatchObject({
    source: '/intake',
    sequence: 2,
    actor: 'system:inbound-watch',
    data: { number, subject: body.subject, openedAt: openings[0]!.time },
  });
  expect(await unaccounted()).toBe(1);
  await queue(id);
  await eventually(async () => expect(await unaccounted()).toBe(0));
  // A telling of before may be on its way.
  await sent();
  await looked();
  const count = topic.about(id).length;
  await service.database.query('UPDATE request SET tell_again_at = now() WHERE id = $1', [id]);
  await looked();
  expect(topic.about(id)).toHaveLength(count);
});

it('tells nothing again of which the desk has told', async () => {
  const { id } = await open();
  await queue(id);
  await eventually(async () => expect(await isHeard(id)).toBe(true));
  await looked();
  const silent = await open();
  await eventually(() => expect(told(silent.id, InboundUnaccounted)).not.toEqual([]));
  await queue(silent.id);
  expect(told(id, TicketOpened)).toHaveLength(1);
  expect(told(id, InboundUnaccounted)).toEqual([]);
});

describe('while it cannot know what the desk has told, or the log is to get the ticket yet', () => {
  it.each([
    [
      'its consumer is behind',
      `INSERT INTO consumer_position (consumer_group, topic, partition, next_offset, remaining) VALUES ('g', 't', 0, 0, 500)`,
      `DELETE FROM consumer_position WHERE consumer_group = 'g'`,
    ],
    [
      'the ticket is set aside',
      `INSERT INTO unsent_key (topic, key, shard, seq, code, reason)
       SELECT 'tickets', id::text, 0, 0, 'unsendable', 'too long' FROM request WHERE desk <> 'heard'`,
      `DELETE FROM unsent_key WHERE code = 'unsendable'`,
    ],
  ])('it tells nothing again: %s', async (_, begin, end) => {
    const { id } = await open();
    await eventually(() => expect(topic.about(id)).not.toEqual([]));
    await sent();
    await service.database.query(begin);
    await looked();
    const [count, openings] = [topic.about(id).length, told(id, TicketOpened).length];
    await service.database.query('UPDATE request SET tell_again_at = now() WHERE id = $1', [id]);
    await looked();
    expect(topic.about(id)).toHaveLength(count);
    await service.database.query(end);
    await eventually(() => expect(told(id, TicketOpened).length).toBeGreaterThan(openings));
    await eventually(() => expect(told(id, InboundUnaccounted)).not.toEqual([]));
    await queue(id);
  });
});
