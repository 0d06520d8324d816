import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@tierline/testing';
import { Webhook } from 'standardwebhooks';
import { startTierline, type Tierline } from './tierline.ts';

type Delivery = { headers: IncomingHttpHeaders; body: string };
type Ticket = { id: string; state: string; queue: string | null; owner: string | null; sequence: number };

let tierline: Tierline;
let receiver: Server;
const deliveries: Delivery[] = [];

const handover = {
  symptom: 'Outlook asks for the password every few minutes; no error code.',
  since: 'Since this morning, about every five minutes.',
  affected: 'One requester, one laptop; mail on the phone works.',
  tried: [{ step: 'Removed the stored credentials', result: 'It asks again after five minutes.' }],
  reach: 'By phone until 17:00.',
  asked: 'Please look at the sign-in log of the mailbox.',
};

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (text: Buffer) => (body += text.toString()));
    request.on('end', () => {
      deliveries.push({ headers: request.headers, body });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  tierline = await startTierline();
}, 300_000);

afterAll(async () => {
  receiver.closeAllConnections();
  receiver.close();
  const code = await tierline.stop();
  expect(code).toBe(0);
}, 60_000);

const ticketAt = async (id: string): Promise<Ticket> => {
  const { status, body } = await tierline.call('lead', 'GET', `tier-queues/tickets/${id}`);
  expect(status).toBe(200);
  return body;
};

const until = (id: string, expected: Partial<Ticket>) =>
  eventually(async () => expect(await ticketAt(id)).toMatchObject(expected));

const mailsTo = async (address: string): Promise<{ subject: string }[]> => {
  const response = await fetch(`${tierline.running.mailApiUrl}/api/user/${address}/messages/INBOX`);
  return response.ok ? ((await response.json()) as { subject: string }[]) : [];
};

it('takes one ticket all the way round: opened, escalated with its hand-over, solved, confirmed, mailed, delivered, counted', async () => {
  const { port } = receiver.address() as AddressInfo;
  const subscribed = await tierline.call('integrator', 'POST', 'notifications/subscriptions', {
    url: `http://127.0.0.1:${port}/hook`,
  });
  expect(subscribed.status).toBe(201);
  const { secret } = subscribed.body as { secret: string };
  const before = (await tierline.call('lead', 'GET', 'reporting/summary')).body as { moves: { up: number } };

  const opened = await tierline.call(
    'requester',
    'POST',
    'intake/tickets',
    {
      subject: 'Outlook asks for my password',
      description: 'Every few minutes since this morning.',
      category: 'email-account',
    },
    { 'idempotency-key': 'journey-1' },
  );
  expect(opened.status).toBe(201);
  const { id, reference } = opened.body as { id: string; reference: string };
  const command = (person: string, name: string, body: object = {}) =>
    tierline.call(person, 'POST', `tier-queues/tickets/${id}/${name}`, body);

  await until(id, { state: 'QUEUED', owner: null });
  expect((await command('tier1-agent', 'claim')).status).toBe(200);
  const refused = await command('tier1-agent', 'escalate', {
    tier: 'tier-2',
    reason: 'needs the mail servers',
    handover: {},
  });
  expect(refused).toMatchObject({
    status: 422,
    body: { code: 'handover_incomplete', missing: ['symptom', 'since', 'affected', 'tried', 'reach', 'asked'] },
  });
  expect((await command('tier1-agent', 'reply', { text: 'I hand this to our mail team now.' })).status).toBe(200);
  const up = await command('tier1-agent', 'escalate', {
    tier: 'tier-2',
    queue: 'messaging',
    reason: 'needs the mail servers',
    handover,
  });
  expect(up).toMatchObject({ status: 200 });
  await until(id, { state: 'QUEUED', queue: 'messaging' });
  const route = await tierline.call('lead', 'GET', `routing/tickets/${id}/route`);
  expect(JSON.stringify(route.body)).toContain('messaging');

  expect((await command('tier2-agent', 'claim')).status).toBe(200);
  const solved = await command('tier2-agent', 'resolve', {
    code: 'solved',
    solution: 'Renewed the expired token of the mailbox.',
  });
  expect(solved).toMatchObject({ status: 200, body: { state: 'RESOLVED' } });
  await eventually(async () =>
    expect((await tierline.call('requester', 'GET', `intake/tickets/${id}`)).body).toMatchObject({
      status: 'resolved',
    }),
  );
  expect((await tierline.call('requester', 'POST', `intake/tickets/${id}/confirm`, {})).status).toBe(200);
  await until(id, { state: 'CLOSED' });

  await eventually(async () => {
    const subjects = (await mailsTo('anna.berg@acme.example')).map(({ subject }) => subject);
    expect(subjects.filter((subject) => subject.includes(reference))).toHaveLength(3);
  });

  await eventually(() => {
    const types = deliveries
      .map(({ body }) => JSON.parse(body) as { subject: string; type: string })
      .filter(({ subject }) => subject === id)
      .map(({ type }) => type.replace(/^tierline\.ticket\.(.*)\.v1$/, '$1'));
    const clocks = types.filter((type) => type.startsWith('clock-'));
    // Nobody was late: every clock that was started was met.
    const count = (type: string) => clocks.filter((each) => each === type).length;
    expect(new Set(clocks)).toEqual(new Set(['clock-started', 'clock-met']));
    expect(count('clock-started')).toBe(count('clock-met'));
    expect(types.filter((type) => !clocks.includes(type))).toEqual([
      'opened',
      'routed',
      'queued',
      'claimed',
      'work-started',
      'agent-replied',
      'escalated',
      'routed',
      'queued',
      'claimed',
      'work-started',
      'resolved',
      'requester-confirmed',
      'closed',
    ]);
  });
  for (const { headers, body } of deliveries) new Webhook(secret).verify(body, headers as Record<string, string>);

  await eventually(async () => {
    const { body } = await tierline.call('lead', 'GET', 'reporting/summary');
    expect((body as { moves: { up: number } }).moves.up).toBe(before.moves.up + 1);
  });
  const history = await tierline.call('lead', 'GET', `reporting/tickets/${id}/history`);
  expect(JSON.stringify(history.body)).toContain('tierline.ticket.escalated.v1');
}, 120_000);

it('plays a generated day while a service is killed, and every figure agrees', async () => {
  const replay = tierline.script('replay', '--days', '1', '--seed', '7', '--tenant', 'killed');
  for (const service of ['tier-queues', 'intake', 'routing', 'reporting', 'notifications']) {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await tierline.kill(service);
  }
  const { code, output } = await replay;
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(tierline.printed()).toMatch(/tier-queues/);
}, 240_000);

it('shows a desk without orphans, parked records or unsent events', async () => {
  const status = await eventually(async () => {
    const page = await fetch(tierline.running.address);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('orphans');
    return (await fetch(`${tierline.running.address}/status.json`)).json() as Promise<Record<string, unknown>>;
  });
  expect(status).toMatchObject({ orphans: 0 });
});
