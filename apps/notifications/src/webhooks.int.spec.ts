import { NoteAdded, NotificationSent, TicketClosed, TicketOpened } from '@tierline/contracts';
import { eventually, recordOf, send, startUnderTest, testParts, type ServiceUnderTest } from '@tierline/testing';
import { Webhook } from 'standardwebhooks';
import { v7 as uuidv7 } from 'uuid';
import { notifications } from './app.module.ts';
import { ticketOf } from './testing/story.ts';
import { subscriber } from './testing/subscriber.ts';

let service: ServiceUnderTest;
const { receiver, add, deliveries, stopReceivers } = subscriber((...asked) => service.request(...asked));
const ticket = (tenant?: string) =>
  ticketOf((fact, envelope) => recordOf(service.prefix, fact, envelope), `p-${uuidv7()}`, tenant);

beforeAll(async () => {
  service = await startUnderTest(notifications, {
    SMTP_URL: testParts().smtpUrl,
    MAIL_FROM: 'desk@acme.example',
    WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
    WEBHOOK_RETRY_SECONDS: '0.2,0.2,0.2',
    WEBHOOK_TIMEOUT_SECONDS: '8',
  });
});

afterEach(async () => {
  await stopReceivers();
  await service.database.query('DELETE FROM subscription');
});

afterAll(() => service?.stop());

describe('a subscription', () => {
  it('gets every ticket event as signed CloudEvents, in order, and nothing of other tenants', async () => {
    const target = await receiver();
    const { secret } = await add(target.url);
    const [ours, theirs] = [ticket(), ticket('globex')];
    await send([
      theirs.opened(),
      ours.opened(),
      ours.answered('Hello'),
      ours.record(NoteAdded(NoteAdded.example)),
      ours.resolved('Done'),
    ]);
    await eventually(() => expect(target.calls).toHaveLength(4));
    expect(target.calls.map(({ event }) => event.type.split('.')[2])).toEqual([
      'opened',
      'agent-replied',
      'note-added',
      'resolved',
    ]);
    expect(target.calls.every(({ event }) => event.subject === ours.id)).toBe(true);
    const [first] = target.calls;
    const event = new Webhook(secret).verify(first!.body, first!.headers as Record<string, string>);
    expect(event).toMatchObject({
      specversion: '1.0',
      id: first!.id,
      type: TicketOpened.type,
      source: '/intake',
      subject: ours.id,
      tenant: 'acme',
      sequence: '1',
      data: { number: 1042 },
    });
  });

  it('gets only the types it names, and never news of notifications', async () => {
    const [some, all] = [await receiver(), await receiver()];
    await add(some.url, { types: [TicketClosed.type] });
    await add(all.url);
    const ours = ticket();
    await send([
      ours.opened(),
      ours.record(NotificationSent(NotificationSent.example)),
      ours.record(TicketClosed({ cause: 'timer' })),
    ]);
    await eventually(() => expect(all.calls).toHaveLength(2));
    await eventually(() => expect(some.calls).toHaveLength(1));
    expect([...some.calls, ...all.calls].some(({ event }) => event.type.includes('notification'))).toBe(false);
  });

  it('gets an event once, although the topic has it twice', async () => {
    const target = await receiver();
    await add(target.url);
    const ours = ticket();
    const opened = ours.opened();
    await send([opened, opened]);
    await send([opened, ours.resolved('Done')]);
    await eventually(() => expect(target.calls).toHaveLength(2));
  });

  it('does not get what happened before it was made', async () => {
    const target = await receiver();
    await add(target.url);
    const ours = ticket();
    await send([ours.opened({ time: new Date(Date.now() - 3_600_000).toISOString() }), ours.answered('now')]);
    await eventually(() => expect(target.calls).toHaveLength(1));
    expect(target.calls[0]!.event.type).toContain('agent-replied');
  });
});

it('sends again, with the same id, what was under way when the service ended', async () => {
  let hangs = true;
  const target = await receiver((_call, response) => {
    if (!hangs) response.writeHead(204).end();
  });
  const { id } = await add(target.url);
  await send([ticket().opened()]);
  await eventually(() => expect(target.calls).toHaveLength(1));
  await service.restart();
  hangs = false;
  await eventually(() => expect(target.calls.length).toBeGreaterThan(1));
  expect(new Set(target.calls.map((call) => call.id)).size).toBe(1);
  await eventually(async () => expect(await deliveries(id)).toMatchObject([{ state: 'sent' }]));
});

it('takes over what a process that was killed had claimed, when its claim runs out', async () => {
  const target = await receiver((_call, response, earlier) => {
    if (earlier > 0) response.writeHead(204).end();
  });
  const { id } = await add(target.url);
  await send([ticket().opened()]);
  await eventually(() => expect(target.calls).toHaveLength(1));
  // As after kill -9: the claim stands, and nobody will write its outcome.
  await service.database.query(`UPDATE lane SET locked_by = $1, locked_until = now() + interval '1 second'`, [
    uuidv7(),
  ]);
  await eventually(() => expect(target.calls).toHaveLength(2));
  expect(target.calls[1]!.id).toBe(target.calls[0]!.id);
  await eventually(async () => expect(await deliveries(id)).toMatchObject([{ state: 'sent', attempts: 1 }]));
});

it('sends what a stranger wrote to the topic to nobody', async () => {
  const target = await receiver();
  await add(target.url);
  const broken = ticket();
  const ours = ticket();
  await send([
    { ...recordOf(service.prefix, TicketOpened(TicketOpened.example), { subject: broken.id }), value: '{"number":' },
    ours.opened(),
  ]);
  await eventually(() => expect(target.calls).toHaveLength(1));
  expect(target.calls[0]!.event.subject).toBe(ours.id);
});
