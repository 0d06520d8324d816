import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { readConfig } from '@tierline/service';
import { config } from './config.ts';
import { runGateway, type RunningGateway } from './gateway.ts';
import type { Status } from './status/status.ts';

const servers: Server[] = [];
let gateway: RunningGateway;
let address = '';

/** A server that stands where a service would be. */
const listen = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const textOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
};

/** Tells what it was asked. */
const echo: RequestListener = (request, response) =>
  void textOf(request).then((body) => {
    const { method, url, headers } = request;
    response
      .writeHead(method === 'DELETE' ? 409 : 200, {
        'content-type': 'application/json',
        'x-own': 'kept',
        'keep-alive': 'timeout=5',
      })
      .end(JSON.stringify({ method, url, headers, body }));
  });

const healthy =
  (metrics: string): RequestListener =>
  (request, response) => {
    if (request.url === '/health/ready') response.writeHead(200).end('{"ready":true,"checks":{}}');
    else if (request.url === '/metrics') response.writeHead(200).end(metrics);
    else echo(request, response);
  };

const ofAll = 'tierline_outbox_rows 2\ntierline_parked_messages 1\n';
const ofDesk = [
  ofAll,
  'tierline_consumer_lag{topic="t.tickets.v1"} 5',
  'tierline_consumer_lag{topic="t.desk.v1"} 1',
  'tierline_tickets{tier="tier-1",state="QUEUED"} 12',
  'tierline_tickets{tier="none",state="NEW"} 3',
  'tierline_tickets{tier="<b>",state="CLOSED"} 4000',
  'tierline_orphans 0',
].join('\n');
const ofMail = `${ofAll}tierline_deliveries{channel="mail",state="failed"} 2\n`;
const ofReports = `${ofAll}tierline_report_tickets{tier="tier-1",state="QUEUED"} 11\n`;

const start = async (urls: Record<string, string>): Promise<void> => {
  const variables = {
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'fatal',
    AUTH_ISSUER: 'nobody',
    AUTH_JWKS_URL: 'http://127.0.0.1:9/',
  };
  gateway = await runGateway(readConfig(config, { ...variables, SERVICE_TIMEOUT_SECONDS: '1', ...urls }));
  address = `http://127.0.0.1:${gateway.port}`;
};

const unreachable = 'http://127.0.0.1:9';
const problemOf = async (response: Response) => ({
  status: response.status,
  format: response.headers.get('content-type'),
  ...((await response.json()) as { code: string; detail: string; correlationId: string }),
});

describe('with all kinds of services behind it', () => {
  beforeAll(async () => {
    await start({
      INTAKE_URL: await listen(healthy(ofAll)),
      ROUTING_URL: unreachable,
      TIER_QUEUES_URL: await listen(healthy(ofDesk)),
      NOTIFICATIONS_URL: await listen(healthy(ofMail)),
      // Never answers what it is asked, and is not ready.
      REPORTING_URL: await listen((request, response) => {
        if (request.url === '/health/ready')
          response.writeHead(503).end('{"ready":false,"checks":{"database":"connection refused","process":"ok"}}');
        if (request.url === '/metrics') response.writeHead(200).end(ofReports);
      }),
    });
  });

  afterAll(async () => {
    await gateway.stop();
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

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
    expect(detail).toBe(
      'There is no service payroll; there are intake, routing, tier-queues, notifications, reporting.',
    );
  });

  it('takes no larger bodies than the services do', async () => {
    const post = (size: number) => fetch(`${address}/api/intake/x`, { method: 'POST', body: 'x'.repeat(size) });
    expect(await problemOf(await post(256 * 1_024 + 1))).toMatchObject({ status: 413, code: 'body_too_large' });
    expect((await post(256 * 1_024)).status).toBe(200);
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

  it('gives the status of everything as data', async () => {
    const status = (await (await fetch(`${address}/status.json`)).json()) as Status;
    expect(status).toMatchObject({
      ready: false,
      ticketsFrom: 'tier-queues',
      orphans: 0,
      deliveries: [{ channel: 'mail', state: 'failed', count: 2 }],
      outboxRows: 8,
      parkedMessages: 4,
      consumerLag: 6,
    });
    expect(status.tickets).toContainEqual({ tier: 'tier-1', state: 'QUEUED', count: 12 });
    expect(status.services).toEqual([
      { name: 'intake', state: 'ready', reason: null, outboxRows: 2, parkedMessages: 1, consumerLag: 0 },
      {
        name: 'routing',
        state: 'down',
        reason: 'no answer (ECONNREFUSED)',
        outboxRows: null,
        parkedMessages: null,
        consumerLag: null,
      },
      { name: 'tier-queues', state: 'ready', reason: null, outboxRows: 2, parkedMessages: 1, consumerLag: 6 },
      { name: 'notifications', state: 'ready', reason: null, outboxRows: 2, parkedMessages: 1, consumerLag: 0 },
      {
        name: 'reporting',
        state: 'not-ready',
        reason: 'database: connection refused',
        outboxRows: 2,
        parkedMessages: 1,
        consumerLag: 0,
      },
    ]);
  });

  it('shows the same as a page that runs nothing', async () => {
    const response = await fetch(`${address}/`);
    const page = await response.text();
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page).toContain('routing is down, reporting is not ready.');
    expect(page).toContain('no tier yet');
    expect(page).toContain('4,000');
    expect(page).toContain('&lt;b&gt;');
    expect(page).not.toMatch(/<script|<b>|style="/);
  });

  it('is itself alive and ready', async () => {
    expect((await fetch(`${address}/health/live`)).status).toBe(200);
    expect((await fetch(`${address}/health/ready`)).status).toBe(200);
    expect(await (await fetch(`${address}/metrics`)).text()).toContain('tierline_http_request_seconds');
  });
});

describe('with nothing behind it', () => {
  beforeAll(() =>
    start(
      Object.fromEntries(
        ['INTAKE', 'ROUTING', 'TIER_QUEUES', 'NOTIFICATIONS', 'REPORTING'].map((name) => [`${name}_URL`, unreachable]),
      ),
    ),
  );
  afterAll(() => gateway.stop());

  it('still shows a page', async () => {
    const page = await (await fetch(`${address}/`)).text();
    expect(page).toContain('intake is down, routing is down');
    expect(page).toContain('Not known: the services that count tickets do not answer.');
    expect((await fetch(`${address}/health/ready`)).status).toBe(200);
  });
});

describe('with an empty desk, and tier-queues down', () => {
  beforeAll(async () => {
    const empty = await listen(healthy('tierline_outbox_rows 0\ntierline_orphans 0\n'));
    await start({
      INTAKE_URL: empty,
      ROUTING_URL: empty,
      TIER_QUEUES_URL: unreachable,
      NOTIFICATIONS_URL: empty,
      REPORTING_URL: empty,
    });
  });
  afterAll(async () => {
    await gateway.stop();
    for (const server of servers.splice(0)) server.close();
  });

  it('says so', async () => {
    const page = await (await fetch(`${address}/`)).text();
    expect(page).toContain('No tickets yet.');
    expect(page).toContain('Nothing to deliver');
    const status = (await (await fetch(`${address}/status.json`)).json()) as Status;
    expect(status).toMatchObject({ tickets: [], ticketsFrom: 'reporting', orphans: null, deliveries: [] });
  });
});
