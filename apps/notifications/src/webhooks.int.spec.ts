import { NoteAdded, NotificationSent, SubscriptionDisabled, TicketClosed, TicketOpened } from '@tierline/contracts';
import {
  eventually,
  recordOf,
  send,
  startUnderTest,
  subscribe,
  testParts,
  type ServiceUnderTest,
} from '@tierline/testing';
import { Webhook } from 'standardwebhooks';
import { v7 as uuidv7 } from 'uuid';
import { notifications } from './app.module.ts';
import { forgetOld } from './retention.ts';
import { startReceiver, status, type Answer, type Receiver } from './testing/receiver.ts';
import { ticketOf } from './testing/story.ts';

let service: ServiceUnderTest;
const receivers: Receiver[] = [];

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
  for (const receiver of receivers.splice(0)) await receiver.stop();
  await service.database.query('DELETE FROM subscription');
});

afterAll(() => service?.stop());

const integrator = { subject: 'sync', roles: ['integrator'] } as const;
const stranger = { subject: 'sync', roles: ['integrator'], tenant: 'globex' } as const;

type Subscription = { id: string; secret: string; state: string };
type Delivery = {
  id: string;
  state: string;
  attempts: number;
  lastStatus: number;
  lastError: string;
  nextAttemptAt: string | null;
  eventId: string;
};

const receiver = async (answer?: Answer): Promise<Receiver> => {
  const started = await startReceiver(answer);
  receivers.push(started);
  return started;
};

const add = async (url: string, more: object = {}): Promise<Subscription> => {
  const { status, body } = await service.request('POST', '/subscriptions', { as: integrator, body: { url, ...more } });
  expect(status).toBe(201);
  return body;
};

const look = async <T>(path: string): Promise<T> => (await service.request('GET', path, { as: integrator })).body as T;
const deliveries = async (id: string, query = ''): Promise<Delivery[]> =>
  (await look<{ items: Delivery[] }>(`/subscriptions/${id}/deliveries${query}`)).items;
const ask = (path: string) => service.request('POST', path, { as: integrator });
const ticket = (tenant?: string) =>
  ticketOf((fact, envelope) => recordOf(service.prefix, fact, envelope), `p-${uuidv7()}`, tenant);

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

describe('a failing target', () => {
  it('is tried again; later events of the ticket wait for the earlier one', async () => {
    const target = await receiver((_call, response, earlier) => response.writeHead(earlier < 2 ? 500 : 204).end());
    const { id } = await add(target.url);
    const ours = ticket();
    await send([ours.opened(), ours.answered('second')]);
    await eventually(() => expect(target.calls).toHaveLength(4));
    expect(target.calls.map(({ event }) => event.type.split('.')[2])).toEqual([
      'opened',
      'opened',
      'opened',
      'agent-replied',
    ]);
    expect(new Set(target.calls.slice(0, 3).map((call) => call.id)).size).toBe(1);
    await eventually(async () =>
      expect(await deliveries(id)).toMatchObject([
        { state: 'sent', attempts: 1, lastStatus: 204, nextAttemptAt: null },
        { state: 'sent', attempts: 3, lastStatus: 204, lastError: null },
      ]),
    );
  });

  it('waits as long as the target asks', async () => {
    const target = await receiver((_call, response, earlier) =>
      earlier === 0 ? response.writeHead(429, { 'retry-after': '2' }).end() : response.writeHead(204).end(),
    );
    await add(target.url);
    await send([ticket().opened()]);
    await eventually(() => expect(target.calls).toHaveLength(2));
    expect(target.calls[1]!.at - target.calls[0]!.at).toBeGreaterThan(1_900);
  });

  it('does not slow others, however much waits for it', async () => {
    const [dead, healthy] = [await receiver(() => undefined), await receiver()];
    await add(dead.url);
    await add(healthy.url);
    const tickets = Array.from({ length: 60 }, () => ticket());
    const began = Date.now();
    await send(tickets.map((one) => one.opened()));
    await eventually(() => expect(healthy.calls).toHaveLength(60));
    // The dead target answers nothing for 8 s.
    expect(Date.now() - began).toBeLessThan(7_000);
    expect(dead.calls.length).toBeLessThanOrEqual(4);
  });

  it('is disabled after its last try, keeps what waits, and gets all of it in order when enabled again', async () => {
    const desk = await subscribe(service.prefix, 'desk');
    let broken = true;
    const target = await receiver((_call, response) => response.writeHead(broken ? 500 : 204).end());
    const { id } = await add(target.url);
    const ours = ticket();
    await send([ours.opened(), ours.answered('second')]);
    await eventually(async () =>
      expect(await look(`/subscriptions/${id}`)).toMatchObject({
        state: 'disabled',
        sequence: 1,
        disabledReason: '4 tries failed, the last one: the target answered 500',
      }),
    );
    await eventually(() =>
      expect(desk.about(id)).toMatchObject([{ type: SubscriptionDisabled.type, data: { subscriptionId: id } }]),
    );
    await desk.close();
    await send([ours.resolved('third')]);
    await eventually(async () => expect(await deliveries(id)).toHaveLength(3));
    expect(await deliveries(id, '?state=waiting')).toMatchObject([{ nextAttemptAt: null }, { nextAttemptAt: null }]);
    const [failed] = await deliveries(id, '?state=failed');
    expect(await ask(`/subscriptions/${id}/deliveries/${failed!.id}/retry`)).toMatchObject({
      status: 409,
      body: { code: 'subscription_disabled' },
    });
    expect(target.calls).toHaveLength(4);
    broken = false;
    expect(await ask(`/subscriptions/${id}/enable`)).toMatchObject({
      status: 200,
      body: { id, state: 'enabled', sequence: 1 },
    });
    await eventually(() => expect(target.calls).toHaveLength(7));
    expect(target.calls.slice(4).map(({ event }) => event.type.split('.')[2])).toEqual([
      'opened',
      'agent-replied',
      'resolved',
    ]);
  });

  it('is disabled at once when it says that it is gone', async () => {
    const target = await receiver(status(410));
    const { id } = await add(target.url);
    await send([ticket().opened()]);
    await eventually(async () =>
      expect(await look(`/subscriptions/${id}`)).toMatchObject({
        state: 'disabled',
        disabledReason: 'the target answered 410 Gone',
      }),
    );
    expect(target.calls).toHaveLength(1);
  });

  it('gets all that waits at once when it is back after an outage', async () => {
    let broken = true;
    const target = await receiver((_call, response) => response.writeHead(broken ? 500 : 204).end());
    const { id } = await add(target.url);
    await send([ticket().opened()]);
    await eventually(async () => expect((await deliveries(id))[0]).toMatchObject({ lastStatus: 500 }));
    await service.database.query(`UPDATE lane SET next_attempt_at = now() + interval '1 hour'`);
    await service.database.query(`UPDATE subscription SET failures = 5, rest_until = '-infinity'`);
    const before = target.calls.length;
    broken = false;
    await send([ticket().opened()]);
    await eventually(() => expect(target.calls).toHaveLength(before + 2));
  });

  it('gets a redirect counted as a failure', async () => {
    const elsewhere = await receiver();
    const target = await receiver(status(307, { location: elsewhere.url }));
    const { id } = await add(target.url);
    await send([ticket().opened()]);
    await eventually(async () => expect((await deliveries(id))[0]).toMatchObject({ lastStatus: 307 }));
    expect(elsewhere.calls).toEqual([]);
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

it('sends a delivery again when asked', async () => {
  const target = await receiver();
  const { id } = await add(target.url);
  await send([ticket().opened()]);
  const [delivery] = await eventually(async () => {
    const sent = await deliveries(id, '?state=sent');
    expect(sent).toHaveLength(1);
    return sent;
  });
  expect(await ask(`/subscriptions/${id}/deliveries/${delivery!.id}/retry`)).toMatchObject({
    status: 200,
    body: { deliveryId: delivery!.id },
  });
  await eventually(() => expect(target.calls).toHaveLength(2));
  expect(target.calls[1]!.id).toBe(target.calls[0]!.id);
  expect(await ask(`/subscriptions/${id}/deliveries/${uuidv7()}/retry`)).toMatchObject({
    status: 404,
    body: { code: 'delivery_absent' },
  });
});

it('tries a target out when asked, once', async () => {
  const target = await receiver(status(500));
  const { id } = await add(target.url);
  const { body } = await ask(`/subscriptions/${id}/test`);
  const { deliveryId } = body as { deliveryId: string };
  await eventually(async () =>
    expect(await deliveries(id)).toMatchObject([
      { id: deliveryId, channel: 'test', ticketId: null, state: 'failed', attempts: 1, lastStatus: 500 },
    ]),
  );
  expect(target.calls).toHaveLength(1);
  expect(await look(`/subscriptions/${id}`)).toMatchObject({ state: 'enabled' });
});

it('forgets old deliveries', async () => {
  const target = await receiver();
  const { id } = await add(target.url);
  await send([ticket().opened()]);
  await eventually(async () => expect(await deliveries(id, '?state=sent')).toHaveLength(1));
  expect(await forgetOld(service.database)).toBe(0);
  await service.database.query(
    `UPDATE delivery SET finished_at = now() - interval '31 days' WHERE subscription_id = $1`,
    [id],
  );
  expect(await forgetOld(service.database)).toBe(1);
  expect(await deliveries(id)).toEqual([]);
});

describe('the door', () => {
  const refused = async (body: unknown) =>
    (await service.request('POST', '/subscriptions', { as: integrator, body })).body as {
      code: string;
      fields?: { path: string }[];
    };

  it('names each field that is wrong', async () => {
    expect(await refused({ url: 'ftp://example.com', types: ['x'], colour: 'red' })).toMatchObject({
      code: 'input_invalid',
      fields: expect.arrayContaining([
        expect.objectContaining({ path: 'url' }),
        expect.objectContaining({ path: 'types.0' }),
        expect.objectContaining({ path: 'colour' }),
      ]),
    });
    expect(await refused({})).toMatchObject({ code: 'input_invalid', fields: [{ path: 'url' }] });
    expect(await refused({ url: 'https://user:pw@example.com/' })).toMatchObject({ code: 'input_invalid' });
  });

  it('refuses targets that may not be reached', async () => {
    expect(await refused({ url: 'https://10.0.0.1/hooks' })).toMatchObject({
      code: 'target_forbidden',
      fields: [{ path: 'url' }],
    });
    expect(await refused({ url: 'https://[fd00::1]/hooks' })).toMatchObject({ code: 'target_forbidden' });
    expect(await refused({ url: 'http://1.1.1.1/hooks' })).toMatchObject({ code: 'target_insecure' });
  });

  it('lets nobody in without token or permission', async () => {
    expect(await service.request('GET', '/subscriptions')).toMatchObject({
      status: 401,
      body: { code: 'token_missing' },
    });
    const agent = { subject: 'kim', roles: ['agent'] } as const;
    expect(await service.request('GET', '/subscriptions', { as: agent })).toMatchObject({
      status: 403,
      body: { code: 'not_allowed' },
    });
  });

  it('shows the secret once and nothing to other tenants', async () => {
    const { id, secret } = await add('https://example.com/hooks', { description: 'stock' });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(JSON.stringify(await look('/subscriptions'))).not.toContain('whsec_');
    expect(await look(`/subscriptions/${id}`)).not.toHaveProperty('secret');
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/enable'],
      ['POST', '/test'],
      ['GET', '/deliveries'],
      ['POST', `/deliveries/${uuidv7()}/retry`],
    ] as const)
      expect(await service.request(method, `/subscriptions/${id}${path}`, { as: stranger })).toMatchObject({
        status: 404,
        body: { code: 'subscription_absent' },
      });
    expect(await service.request('GET', '/subscriptions', { as: stranger })).toMatchObject({
      body: { items: [], next: null },
    });
  });

  it('makes one subscription of a request that comes twice', async () => {
    const request = { as: integrator, body: { url: 'https://example.com/' }, headers: { 'idempotency-key': uuidv7() } };
    const [first, again] = [
      await service.request('POST', '/subscriptions', request),
      await service.request('POST', '/subscriptions', request),
    ];
    expect(again.body).toEqual(first.body);
    expect((await look<{ items: unknown[] }>('/subscriptions')).items).toHaveLength(1);
  });

  it('pages through lists', async () => {
    for (const name of ['a', 'b', 'c']) await add(`https://${name}.example.com/`);
    const first = await look<{ items: { url: string }[]; next: string }>('/subscriptions?limit=2');
    const second = await look<{ items: { url: string }[]; next: null }>(`/subscriptions?limit=2&after=${first.next}`);
    expect([...first.items, ...second.items].map(({ url }) => url[8])).toEqual(['c', 'b', 'a']);
    expect(second.next).toBeNull();
    expect(await look('/subscriptions?state=disabled')).toEqual({ items: [], next: null });
    expect(await service.request('GET', '/subscriptions?limit=9999', { as: integrator })).toMatchObject({
      status: 400,
    });
  });

  it('deletes a subscription with what waits for it', async () => {
    const target = await receiver(() => undefined);
    const { id } = await add(target.url);
    await send([ticket().opened(), ticket().opened()]);
    await eventually(() => expect(target.calls.length).toBeGreaterThan(0));
    expect(await service.request('DELETE', `/subscriptions/${id}`, { as: integrator })).toMatchObject({
      status: 200,
      body: { id, state: 'deleted' },
    });
    expect(await service.request('GET', `/subscriptions/${id}`, { as: integrator })).toMatchObject({ status: 404 });
    expect(await service.database.query('SELECT 1 FROM lane WHERE subscription_id = $1', [id])).toEqual([]);
  });
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
