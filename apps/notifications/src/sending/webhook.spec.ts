import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { startReceiver, status, type Answer, type Receiver } from '../testing/receiver.ts';
import type { Claimed } from './claims.ts';
import { parseNetworks } from './networks.ts';
import { WebhookChannel, type WebhookOptions } from './webhook.ts';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const body = JSON.stringify({ type: 'tierline.ticket.opened.v1', data: { subject: 'Drucker druckt nicht – größer' } });
const running: { stop(): Promise<void> }[] = [];

const receiver = async (answer?: Answer): Promise<Receiver> => {
  const started = await startReceiver(answer);
  running.push(started);
  return started;
};

const channel = (networks: string, more: Partial<WebhookOptions> = {}) => {
  const made = new WebhookChannel({ networks: parseNetworks(networks).parsed, timeoutSeconds: 2, ...more });
  running.push({ stop: () => made.onApplicationShutdown() });
  return made;
};

const claimed = (url: string): Claimed =>
  ({ url, secret, eventId: '019a0000-0000-7000-8000-000000000001', body }) as Claimed;

const never = new AbortController().signal;

afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});

it('posts a signed CloudEvent that the reference library accepts', async () => {
  const target = await receiver();
  expect(await channel('127.0.0.0/8').send(claimed(target.url), never)).toEqual({ kind: 'taken', status: 204 });
  const [call] = target.calls;
  expect(call?.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
  expect(call?.id).toBe('019a0000-0000-7000-8000-000000000001');
  expect(new Webhook(secret).verify(call!.body, call!.headers as Record<string, string>)).toEqual(JSON.parse(body));
});

describe('does not reach', () => {
  const forbidden = { kind: 'refused', reason: 'the target lies in a network that deliveries may not reach' };

  it.each(['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0'])(
    'this machine as %s',
    async (host) => {
      const target = await receiver();
      const url = target.url.replace('127.0.0.1', host);
      expect(await channel('').send(claimed(url), never)).toEqual(forbidden);
      expect(await channel('').send(claimed(url.replace('http:', 'https:')), never)).toEqual(forbidden);
      expect(await channel('10.0.0.0/8').send(claimed(url), never)).toEqual(forbidden);
      expect(target.calls).toEqual([]);
    },
  );

  it('a public name that resolves to a private address, nor the private one of several', async () => {
    const target = await receiver();
    const url = target.url.replace('127.0.0.1', 'hooks.example.com');
    const rebound = channel('', { resolve: (_host, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]) });
    expect(await rebound.send(claimed(url.replace('http:', 'https:')), never)).toEqual(forbidden);
    expect(target.calls).toEqual([]);
  });

  it('a public address over http', async () => {
    const plain = channel('127.0.0.0/8', {
      resolve: (_host, answer) => answer(null, [{ address: '1.1.1.1', family: 4 }]),
    });
    expect(await plain.send(claimed('http://hooks.example.com/'), never)).toEqual(forbidden);
  });
});

it('reaches a name whose addresses are allowed, by those addresses only', async () => {
  const target = await receiver();
  const url = target.url.replace('127.0.0.1', 'hooks.example.com');
  const mixed = channel('127.0.0.0/8', {
    resolve: (_host, answer) =>
      answer(null, [
        { address: '169.254.169.254', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]),
  });
  expect(await mixed.send(claimed(url), never)).toMatchObject({ kind: 'taken' });
});

it.each<[number, Record<string, string>, object]>([
  [
    302,
    { location: 'http://127.0.0.1:1/' },
    { kind: 'refused', status: 302, reason: 'the target answered 302; redirects are not followed' },
  ],
  [404, {}, { kind: 'refused', status: 404, reason: 'the target answered 404' }],
  [410, {}, { kind: 'gone', status: 410, reason: 'the target answered 410 Gone' }],
  [
    429,
    { 'retry-after': '90' },
    { kind: 'refused', status: 429, reason: 'the target answered 429', retryAfterSeconds: 90 },
  ],
  [503, { 'retry-after': 'soon' }, { kind: 'refused', status: 503, reason: 'the target answered 503' }],
])('reads an answer %i', async (code, headers, outcome) => {
  const target = await receiver(status(code, headers));
  expect(await channel('127.0.0.0/8').send(claimed(target.url), never)).toEqual(outcome);
  expect(target.calls).toHaveLength(1);
});

it('understands a date to come back at', async () => {
  const target = await receiver(status(503, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() }));
  const outcome = await channel('127.0.0.0/8').send(claimed(target.url), never);
  expect('retryAfterSeconds' in outcome && outcome.retryAfterSeconds).toBeGreaterThan(50);
});

it('gives a target no more than its time', async () => {
  const target = await receiver(() => undefined);
  const slow = channel('127.0.0.0/8', { timeoutSeconds: 0.2 });
  expect(await slow.send(claimed(target.url), never)).toEqual({
    kind: 'refused',
    reason: 'the target took longer than 0.2 s',
  });
});

it('says why a target cannot be reached', async () => {
  const target = await receiver();
  await target.stop();
  expect(await channel('127.0.0.0/8').send(claimed(target.url), never)).toEqual({
    kind: 'refused',
    reason: 'the target refuses connections (ECONNREFUSED)',
  });
});
