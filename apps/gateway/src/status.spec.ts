import type { RequestListener } from 'node:http';
import type { Status } from './status/status.ts';
import { healthy, startGateway, type Surroundings } from './testing/surroundings.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;
let address = '';

const start = async (surroundings: Surroundings): Promise<void> => {
  gateway = await startGateway(surroundings);
  ({ address } = gateway);
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

const notReady: RequestListener = (request, response) => {
  if (request.url === '/metrics') response.writeHead(200).end(ofReports);
  else response.writeHead(503).end('{"ready":false,"checks":{"database":"connection refused","process":"ok"}}');
};

afterEach(() => gateway?.stop());

describe('with services in all states', () => {
  beforeEach(() =>
    start({
      INTAKE_URL: healthy(ofAll),
      TIER_QUEUES_URL: healthy(ofDesk),
      NOTIFICATIONS_URL: healthy(ofMail),
      REPORTING_URL: notReady,
    }),
  );

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

it('shows a page although nothing answers', async () => {
  await start({});
  const page = await (await fetch(`${address}/`)).text();
  expect(page).toContain('intake is down, routing is down');
  const status = (await (await fetch(`${address}/status.json`)).json()) as Status;
  expect(status).toMatchObject({ outboxRows: null, parkedMessages: null, consumerLag: null, orphans: null });
  expect(page).toContain('Not known: the services that count tickets do not answer.');
  expect((await fetch(`${address}/health/ready`)).status).toBe(200);
});

it('says that a desk is empty, and asks reporting while tier-queues is down', async () => {
  const empty = healthy('tierline_outbox_rows 0\ntierline_orphans 0\n');
  await start({ INTAKE_URL: empty, ROUTING_URL: empty, NOTIFICATIONS_URL: empty, REPORTING_URL: empty });
  const page = await (await fetch(`${address}/`)).text();
  expect(page).toContain('No tickets yet.');
  expect(page).toContain('Nothing to deliver');
  const status = (await (await fetch(`${address}/status.json`)).json()) as Status;
  expect(status).toMatchObject({ tickets: [], ticketsFrom: 'reporting', orphans: null, deliveries: [] });
});
