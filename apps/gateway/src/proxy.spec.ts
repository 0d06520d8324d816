import { request as httpRequest, type IncomingMessage } from 'node:http';
import { bodyLimit } from '@tierline/service';
import { echo, startGateway, textOf } from './testing/surroundings.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;
let address = '';

const problemOf = async (response: Response) => ({
  status: response.status,
  format: response.headers.get('content-type'),
  ...((await response.json()) as { code: string; detail: string; correlationId: string }),
});

beforeAll(async () => {
  // Routing cannot be reached; reporting never answers.
  gateway = await startGateway({
    INTAKE_URL: echo,
    TIER_QUEUES_URL: echo,
    NOTIFICATIONS_URL: echo,
    REPORTING_URL: () => undefined,
  });
  ({ address } = gateway);
});

afterAll(() => gateway?.stop());

type Echo = { method: string; url: string; headers: Record<string, string>; body: string };
const ask = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(`${address}${path}`, init);
  return { status: response.status, headers: response.headers, told: (await response.json()) as Echo };
};

it('passes requests on, byte by byte, without the prefix', async () => {
  const body = '{ "text" : "größer",\n "n": 1.0 }';
  const { status, headers, told } = await ask('/api/intake/tickets/42?a=b%20c&a=d', {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      authorization: 'Bearer abc',
      'idempotency-key': 'k',
      'if-match': '"3"',
    },
  });
  expect({ status, own: headers.get('x-own') }).toEqual({ status: 200, own: 'kept' });
  expect(told).toMatchObject({ method: 'POST', url: '/tickets/42?a=b%20c&a=d', body });
  expect(told.headers).toMatchObject({
    authorization: 'Bearer abc',
    'idempotency-key': 'k',
    'if-match': '"3"',
    'content-type': 'application/json',
  });
});

it.each(['PUT', 'PATCH', 'DELETE', 'GET'])('passes %s on, and the status of the answer', async (method) => {
  const { status, told } = await ask('/api/tier-queues/desk', { method });
  expect(told).toMatchObject({ method, url: '/desk', body: '' });
  expect(status).toBe(method === 'DELETE' ? 409 : 200);
});

it('makes a correlation id, or keeps the one that came', async () => {
  const made = await ask('/api/intake/x');
  expect(made.told.headers['x-correlation-id']).toBe(made.headers.get('x-correlation-id'));
  const kept = await ask('/api/intake/x', { headers: { 'x-correlation-id': 'my-own-id-1' } });
  expect(kept.told.headers['x-correlation-id']).toBe('my-own-id-1');
  expect(kept.headers.get('x-correlation-id')).toBe('my-own-id-1');
});

it('keeps headers between neighbours to itself, and says who asked', async () => {
  const answer = await new Promise<{ told: Echo; headers: IncomingMessage['headers'] }>((resolve, reject) => {
    const request = httpRequest(`${address}/api/intake/x`, {
      headers: {
        connection: 'x-secret, keep-alive',
        'x-secret': '1',
        te: 'trailers',
        'proxy-authorization': 'Basic x',
        'x-forwarded-for': '6.6.6.6',
      },
    });
    request.on(
      'response',
      (response) =>
        void textOf(response).then((text) => resolve({ told: JSON.parse(text), headers: response.headers })),
    );
    request.on('error', reject).end();
  });
  for (const name of ['x-secret', 'te', 'proxy-authorization']) expect(answer.told.headers).not.toHaveProperty(name);
  expect(answer.told.headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' });
  expect(answer.headers['keep-alive']).not.toBe('timeout=5');
});

it('says when a service cannot be reached', async () => {
  const problem = await problemOf(
    await fetch(`${address}/api/routing/rules`, { headers: { 'x-correlation-id': 'my-own-id-2' } }),
  );
  expect(problem).toMatchObject({
    status: 502,
    format: 'application/problem+json; charset=utf-8',
    code: 'service_unreachable',
    detail: 'routing cannot be reached now. Try again.',
    correlationId: 'my-own-id-2',
  });
});

it('says when a service is too slow', async () => {
  expect(await problemOf(await fetch(`${address}/api/reporting/summary`))).toMatchObject({
    status: 504,
    code: 'service_too_slow',
  });
});

it.each([
  ['/api/payroll/x', 'service_unknown'],
  ['/api/payroll', 'service_unknown'],
  ['/api/intakes/x', 'service_unknown'],
  ['/nothing', 'route_absent'],
  ['/api/intake/metrics', 'route_absent'],
  ['/api/intake/%6detrics', 'route_absent'],
  ['/api/intake/health/ready', 'route_absent'],
])('has nothing at %s', async (path, code) => {
  expect(await problemOf(await fetch(`${address}${path}`))).toMatchObject({ status: 404, code });
});

it('names the services it knows', async () => {
  const { detail } = await problemOf(await fetch(`${address}/api/payroll/x`));
  expect(detail).toBe('There is no service payroll; there are intake, routing, tier-queues, notifications, reporting.');
});

it('takes no larger bodies than the services do', async () => {
  const post = (size: number) => fetch(`${address}/api/intake/x`, { method: 'POST', body: 'x'.repeat(size) });
  expect(await problemOf(await post(bodyLimit + 1))).toMatchObject({ status: 413, code: 'body_too_large' });
  expect((await post(bodyLimit)).status).toBe(200);
});

it('lists the documents of the services', async () => {
  const list = (await (await fetch(`${address}/openapi.json`)).json()) as { items: object[] };
  expect(list.items).toHaveLength(5);
  expect(list.items).toContainEqual({
    service: 'tier-queues',
    base: '/api/tier-queues',
    document: '/api/tier-queues/openapi.json',
  });
});

it('describes every event that is published', async () => {
  const document = (await (await fetch(`${address}/asyncapi.json`)).json()) as { channels: object };
  expect(document).toMatchObject({
    asyncapi: '3.0.0',
    channels: { tickets: { address: 'tierline.tickets.v1' } },
    components: { messages: { tierline_ticket_opened_v1: { name: 'tierline.ticket.opened.v1' } } },
  });
});
