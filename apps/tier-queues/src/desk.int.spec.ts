import type { Problem } from '@tierline/contracts';
import { eventually, startUnderTest, subscribe, type ServiceUnderTest, type TestPerson } from '@tierline/testing';
import { tierQueues } from './app.module.ts';
import { Desks } from './desks.ts';
import { deskBody } from './domain/example.ts';

const admin: TestPerson = { subject: 'omar', roles: ['admin'] };
const tom: TestPerson = { subject: 'tom', roles: ['agent'] };
const elsewhere = { tenant: 'globex' };

let service: ServiceUnderTest;
let desk: Awaited<ReturnType<typeof subscribe>>;

beforeAll(async () => {
  service = await startUnderTest(tierQueues);
  desk = await subscribe(service.prefix, 'desk');
});

afterAll(async () => {
  await desk?.close();
  await service?.stop();
});

const put = async (path: string, body: unknown, as = admin, headers: Record<string, string> = {}) => {
  const answer = await service.request('PUT', path, { as, body, headers });
  return { ...answer, body: answer.body as Problem & Record<string, unknown> };
};
const list = async (path: string, as: TestPerson = tom) => {
  const { body } = await service.request('GET', path, { as });
  return body as { items: Record<string, unknown>[]; next: string | null };
};
const published = async () => {
  const rows = await service.database.query<{ aggregate_id: string; agg_seq: number }>(
    'SELECT aggregate_id, agg_seq FROM journal ORDER BY seq',
  );
  return rows.map((row) => `${row.aggregate_id}#${row.agg_seq}`);
};

it('takes a desk, publishes each part once, and nothing when it comes again', async () => {
  const first = await put('/desk', deskBody);
  expect(first).toMatchObject({
    status: 200,
    body: { tiers: { named: 3, changed: 3 }, queues: { named: 5, changed: 5 }, agents: { named: 4, changed: 4 } },
  });
  await eventually(() => expect(desk.received).toHaveLength(17));
  expect(desk.about('acme/agent/tom')).toMatchObject([
    { sequence: 1, actor: 'agent:omar', data: { agentId: 'tom', name: 'tom', teams: ['phones', 'service-desk'] } },
  ]);
  const again = await put('/desk', deskBody);
  expect(again.body).toMatchObject({ tiers: { changed: 0 }, queues: { changed: 0 }, agents: { changed: 0 } });
  expect(await published()).toHaveLength(17);
});

it('lists tiers by rank, queues and agents in pages', async () => {
  expect((await list('/tiers')).items).toMatchObject([{ tier: 'tier-1' }, { tier: 'tier-2' }, { tier: 'tier-3' }]);
  const first = await list('/queues?limit=3');
  expect(first.items.map(({ queue }) => queue)).toEqual(['mail-servers', 'messaging', 'network']);
  const second = await list(`/queues?limit=3&after=${first.next}`);
  expect(second).toMatchObject({ items: [{ queue: 'phones' }, { queue: 'service-desk' }], next: null });
  expect((await list('/queues?tier=tier-2')).items).toHaveLength(2);
  expect((await list('/agents?team=service-desk')).items).toMatchObject([{ agentId: 'tom' }, { agentId: 'una' }]);
});

it('puts one queue, one tier, one agent', async () => {
  const queue = { name: 'Phone line', tier: 'tier-1', team: 'phones' };
  expect(await put('/queues/phones', queue)).toMatchObject({ status: 200, body: { queue: 'phones', changed: true } });
  expect(await put('/queues/phones', queue)).toMatchObject({ body: { changed: false } });
  expect((await put('/tiers/tier-1', { name: 'First line', rank: 1, defaultQueue: 'phones' })).status).toBe(200);
  expect((await put('/agents/una', { name: 'Una', teams: [] })).status).toBe(200);
  expect((await published()).slice(17)).toEqual(['acme/queue/phones#2', 'acme/tier/tier-1#2', 'acme/agent/una#2']);
});

it('refuses a change that would break the desk, with paths, and changes nothing', async () => {
  const before = await published();
  const bulk = await put('/desk', {
    queues: [{ queue: 'vpn', name: 'VPN', tier: 'tier-9', team: 'vpn' }],
    agents: [{ agentId: 'new', name: 'New', teams: [] }],
  });
  expect(bulk).toMatchObject({ status: 422, body: { code: 'desk_invalid', fields: [{ path: 'queues.0.tier' }] } });
  const single = await put('/tiers/tier-2', { name: 'Second', rank: 1, defaultQueue: 'messaging' });
  expect(single).toMatchObject({ status: 422, body: { code: 'desk_invalid', fields: [{ path: 'rank' }] } });
  expect(single.body.detail).toMatch(/^rank: /);
  const unknown = await put('/agents/una', { name: 'Una', teams: [], room: 7 });
  expect(unknown).toMatchObject({ status: 400, body: { code: 'input_invalid', fields: [{ path: 'room' }] } });
  const other = await put('/agents/una', { agentId: 'ida', name: 'Una', teams: [] });
  expect(other).toMatchObject({ status: 400, body: { fields: [{ path: 'agentId' }] } });
  const inner = await put('/desk', { agents: [{ agentId: 'new', name: '', teams: [] }] });
  expect(inner).toMatchObject({ status: 400, body: { fields: [{ path: 'agents.0.name' }] } });
  expect(await published()).toEqual(before);
});

const calendar = {
  calendar: 'hamburg',
  name: 'Hamburg office',
  zone: 'Europe/Berlin',
  hours: { monday: [{ from: '08:00', to: '17:00' }] },
  publicHolidays: { country: 'DE', state: 'HH' },
};
const policy = {
  policy: 'standard',
  name: 'Standard',
  order: 90,
  when: {},
  calendar: 'hamburg',
  targets: { 'sla-resolution': { P1: 240 } },
};

it('keeps calendars and policies in editions, and publishes each', async () => {
  const promises = { calendars: [calendar], policies: [policy] };
  expect((await put('/desk', promises)).body).toMatchObject({ calendars: { changed: 1 }, policies: { changed: 1 } });
  expect((await put('/desk', promises)).body).toMatchObject({ calendars: { changed: 0 }, policies: { changed: 0 } });
  const later = { ...calendar, hours: { tuesday: [{ from: '09:00', to: '17:00' }] } };
  expect((await put('/desk', { calendars: [later] })).body).toMatchObject({ calendars: { changed: 1 } });
  await eventually(() =>
    expect(desk.about('acme/calendar/hamburg')).toMatchObject([
      { sequence: 1, data: { version: 1, closedOn: expect.arrayContaining([expect.anything()]) } },
      { sequence: 2, data: { version: 2, hours: later.hours } },
    ]),
  );
  expect(desk.about('acme/policy/standard')).toMatchObject([{ data: { version: 1, calendar: 'hamburg' } }]);
});

it('lends decisions one book of promises as long as the desk stays as it is', async () => {
  const desks = new Desks({ unrouted: 1, close: 1, reopen: 1, hold: 1, longestHold: 1, stalled: 1 });
  const read = () => service.database.inBackground(async (tx) => (await desks.read(tx, ['acme'])).get('acme')!.book);
  const book = await read();
  expect(book.policies).toMatchObject([{ id: 'standard', version: 1, warnings: [] }]);
  expect(book.calendars).toMatchObject([
    { id: 'hamburg', version: 1 },
    { id: 'hamburg', version: 2 },
  ]);
  await put('/agents/una', { name: 'Una', teams: ['phones'] });
  expect(await read()).toBe(book);
  await put('/desk', { policies: [{ ...policy, order: 80 }] });
  expect(await read()).toMatchObject({ policies: [{ id: 'standard', version: 2, order: 80 }] });
});

it('is changed by admins only, and is each tenant’s own', async () => {
  expect((await put('/desk', deskBody, tom)).status).toBe(403);
  expect((await list('/tiers', { ...tom, ...elsewhere })).items).toEqual([]);
  expect((await put('/desk', deskBody, { ...admin, ...elsewhere })).body).toMatchObject({ tiers: { changed: 3 } });
  expect((await list('/queues?limit=1', tom)).items).toMatchObject([{ queue: 'mail-servers' }]);
});

it('answers a repeat under the same key as before, and refuses another body', async () => {
  const headers = { 'idempotency-key': 'desk-1' };
  const body = { agents: [{ agentId: 'kim', name: 'Kim', teams: ['phones'] }] };
  expect((await put('/desk', body, admin, headers)).body).toMatchObject({ agents: { changed: 1 } });
  expect((await put('/desk', body, admin, headers)).body).toMatchObject({ agents: { changed: 1 } });
  expect((await put('/desk', {}, admin, headers)).body).toMatchObject({ code: 'idempotency_key_reused' });
});

it('takes a large desk whole', async () => {
  const queues = Array.from({ length: 324 }, (_, n) => ({
    queue: `queue-${n}`,
    name: `Queue ${n}`,
    tier: `tier-${(n % 3) + 1}`,
    team: `team-${n}`,
  }));
  const agents = Array.from({ length: 1_500 }, (_, n) => ({
    agentId: `agent-${n}`,
    name: `Agent ${n}`,
    teams: [`team-${n % 324}`, `team-${(n + 7) % 324}`],
  }));
  const answer = await put('/desk', { queues, agents });
  expect(answer.body).toMatchObject({ queues: { changed: 324 }, agents: { changed: 1_500 } });
});
