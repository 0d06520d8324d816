import { eventually, recordOf, send, startUnderTest, testParts, type ServiceUnderTest } from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { notifications } from './app.module.ts';
import { forgetOld } from './retention.ts';
import { status } from './testing/receiver.ts';
import { ticketOf } from './testing/story.ts';
import { integrator, stranger, subscriber } from './testing/subscriber.ts';

let service: ServiceUnderTest;
const { receiver, add, deliveries, look, ask, stopReceivers } = subscriber((...asked) => service.request(...asked));
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
