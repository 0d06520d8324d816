import { QueueChanged, TicketOpened, TicketQueued, TierChanged, CalendarChanged, type Fact } from '@tierline/contracts';
import { eventually, recordOf, send, startUnderTest, type ServiceUnderTest, type TestPerson } from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { routing } from './app.module.ts';

const admin: TestPerson = { subject: 'ada.admin', roles: ['admin'] };
let service: ServiceUnderTest;
let sequence = 0;

const request = async (method: string, path: string, body?: unknown, as = admin) => {
  const answer = await service.request(method, path, { as, body });
  return { ...answer, body: answer.body as Record<string, unknown> };
};
const about = (subject: string, fact: Fact) => recordOf(service.prefix, fact, { subject, sequence: (sequence += 1) });
const opened = (id: string, subject: string) =>
  about(id, TicketOpened({ ...TicketOpened.example, category: null, subject }));

beforeAll(async () => {
  service = await startUnderTest(routing, { WAITING_INTERVAL_MS: '100' });
  const queue = (name: string) =>
    about(`acme/queue/${name}`, QueueChanged({ queue: name, name, tier: 'tier-1', team: name }));
  await send([
    about('acme/tier/tier-1', TierChanged({ tier: 'tier-1', name: 'Tier 1', rank: 1, defaultQueue: 'desk' })),
    queue('desk'),
    queue('vpn'),
    about('acme/calendar/hamburg', CalendarChanged(CalendarChanged.example)),
  ]);
  await eventually(async () =>
    expect((await request('GET', '/desk/known')).body).toEqual({
      tiers: ['tier-1'],
      queues: expect.arrayContaining(['desk', 'vpn']),
      calendars: ['hamburg'],
    }),
  );
});

afterAll(() => service?.stop());

const vpn = { name: 'VPN', when: { keywords: ['vpn'] }, then: { queue: 'vpn' } };
const ended = (id: string) =>
  eventually(async () => {
    const { body } = await request('GET', `/simulations/${id}`);
    expect(body.state).not.toBe('running');
    return body;
  });

it('tries a draft over past tickets, with progress, and tells which would change', async () => {
  const ids = Array.from({ length: 1_300 }, () => uuidv7());
  await send(ids.map((id, index) => opened(id, index < 1_250 ? 'The printer smokes' : 'VPN drops')));
  await eventually(async () => {
    const [row] = await service.database.query<{ n: string }>(
      'SELECT count(*) AS n FROM route WHERE opened_at IS NOT NULL',
    );
    expect(Number(row!.n)).toBe(ids.length);
  });
  const since = new Date(Date.now() - 3_600_000).toISOString();
  const started = await request('POST', '/simulations', { rules: [vpn], since });
  expect(started).toMatchObject({ status: 202, body: { state: 'running', done: 0, total: 1_300 } });
  const result = await ended(String(started.body.id));
  expect(result).toMatchObject({
    state: 'done',
    done: 1_300,
    changed: 50,
    moves: [{ from: 'tier-1/desk', to: 'tier-1/vpn', tickets: 50 }],
  });
  expect((result.tickets as object[])[0]).toMatchObject({
    id: ids[1_250],
    number: TicketOpened.example.number,
    subject: 'VPN drops',
    from: { queue: 'desk' },
    to: { queue: 'vpn' },
    why: expect.arrayContaining([expect.stringMatching(/^rule 1: VPN/)]),
  });
  const none = await request('POST', '/simulations', { rules: [vpn], since: '2099-01-01T00:00:00Z' });
  expect(await ended(String(none.body.id))).toMatchObject({ state: 'done', total: 0, changed: 0 });
  expect((await request('GET', '/simulations')).body.items).toHaveLength(2);
});

it('is cancelled, and cannot be cancelled twice', async () => {
  const id = uuidv7();
  // Locked by somebody: it cannot end before it is cancelled.
  await service.database.query(
    `INSERT INTO simulation (tenant_id, id, state, asked_by, asked_at, since, rules, total)
     VALUES ('acme', $1, 'running', 'agent:x', now(), now(), '[{"name": "broken"}]', 1)`,
    [id],
  );
  const answer = await request('POST', `/simulations/${id}/cancel`);
  const again = await request('POST', `/simulations/${id}/cancel`);
  expect([answer.status, again.status]).toEqual([expect.any(Number), 409]);
  expect(again.body).toMatchObject({ code: 'simulation_ended' });
  expect(await request('POST', `/simulations/${uuidv7()}/cancel`)).toMatchObject({
    body: { code: 'simulation_absent' },
  });
});

it('is each tenant’s own, refuses what is no rule, and has its limit', async () => {
  const stranger = { ...admin, tenant: 'globex' };
  expect((await request('GET', '/simulations', undefined, stranger)).body).toMatchObject({ items: [] });
  expect(await request('POST', '/simulations', { rules: [{ name: 'x', then: {} }] })).toMatchObject({
    status: 400,
    body: { fields: [{ path: 'rules.0.then' }] },
  });
  expect((await request('GET', '/simulations', undefined, { subject: 'a', roles: ['requester'] })).status).toBe(403);
});

it('counts what waits, for rules that ask for the load of a queue', async () => {
  const rules = [{ name: 'Full', when: { load: { queue: 'desk', atLeast: 2 } }, then: { queue: 'vpn' } }];
  const queueNow = async () => (await request('POST', '/simulate', { rules })).body.queue;
  expect(await queueNow()).toBe('desk');
  const ids = [uuidv7(), uuidv7()];
  const queued = TicketQueued({ ...TicketQueued.example, tier: 'tier-1', queue: 'desk' });
  await send(ids.flatMap((id) => [opened(id, 'Hm'), about(id, queued)]));
  await eventually(async () => expect(await queueNow()).toBe('vpn'));
  await send([about(ids[0]!, TicketQueued({ ...queued.data, queue: 'vpn' }))]);
  await eventually(async () => expect(await queueNow()).toBe('desk'));
});
