import { TicketClosed, TicketOpened } from '@tierline/contracts';
import { eventually, recordOf, send, startUnderTest, testLog, type ServiceUnderTest } from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { reporting } from './app.module.ts';
import { rebuild } from './rebuild.ts';
import { deskRecords, kinds, mixed, storyOf, type RecordOf } from './testing/story.ts';

const lead = { subject: 'lea', roles: ['lead'] } as const;
const stranger = { subject: 'lea', roles: ['lead'], tenant: 'globex' } as const;

const tablesAsText = `
  SELECT (SELECT jsonb_agg(to_jsonb(e) ORDER BY tenant_id, ticket_id, number) FROM ticket_event e)::text AS history,
    (SELECT jsonb_agg(to_jsonb(f) ORDER BY tenant_id, ticket_id) FROM ticket_fact f)::text AS facts,
    (SELECT jsonb_agg(to_jsonb(t) ORDER BY tenant_id, tier) FROM tier t)::text AS tiers,
    (SELECT jsonb_agg(to_jsonb(q) ORDER BY tenant_id, queue) FROM queue q)::text AS queues`;

let service: ServiceUnderTest;
const tickets: { id: string; kind: number }[] = [];
let total = 0;

const look = async <T = never>(path: string, as: typeof lead | typeof stranger = lead): Promise<T> =>
  (await service.request('GET', path, { as })).body;
const rows = async () => (await service.database.query<Record<string, string>>(tablesAsText))[0]!;
const stored = async (): Promise<number> =>
  Number((await service.database.query<{ n: string }>('SELECT count(*) AS n FROM ticket_event'))[0]!.n);
const settled = () => eventually(async () => expect(await stored()).toBe(total), 30_000);

beforeAll(async () => {
  service = await startUnderTest(reporting);
  const record: RecordOf<ReturnType<typeof recordOf>> = (fact, envelope) => recordOf(service.prefix, fact, envelope);
  const stories = Array.from({ length: 30 }, (_, index) => {
    const kind = index % kinds.length;
    const story = storyOf(record, kinds[kind]!(index + 1), 'acme');
    tickets.push({ id: story.id, kind });
    return story;
  });
  const theirs = storyOf(record, kinds[0]!(1), 'globex');
  total = [...stories, theirs].reduce((sum, { records }) => sum + records.length, 0);
  await send([...deskRecords(record, 'acme'), ...mixed([...stories, theirs])]);
  await settled();
  await eventually(async () => expect(await look('/summary')).toHaveProperty('byTeam.length', 5));
});

afterAll(() => service?.stop());

it('counts the story as its teller did', async () => {
  const summary = await look('/summary');
  expect(summary).toEqual({
    from: null,
    to: null,
    tickets: { opened: 30, resolved: 20, closed: 10, cancelled: 10, reopened: 10 },
    reopenings: 10,
    moves: { up: 30, down: 10, sideways: 10 },
    highestTier: { '1': 10, '2': 10, '3': 10 },
    byTier: [
      { tier: 'tier-1', rank: 1, queued: 50, claimed: 50, resolved: 20 },
      { tier: 'tier-2', rank: 2, queued: 30, claimed: 20, resolved: 0 },
      { tier: 'tier-3', rank: 3, queued: 10, claimed: 10, resolved: 10 },
    ],
    byTeam: [
      {
        team: 'service-desk',
        tier: 'tier-1',
        claimed: 50,
        resolved: 20,
        escalatedFrom: 20,
        returnedFrom: 0,
        transferredFrom: 0,
      },
      {
        team: 'messaging',
        tier: 'tier-2',
        claimed: 10,
        resolved: 0,
        escalatedFrom: 10,
        returnedFrom: 0,
        transferredFrom: 10,
      },
      {
        team: 'network',
        tier: 'tier-2',
        claimed: 10,
        resolved: 0,
        escalatedFrom: 0,
        returnedFrom: 10,
        transferredFrom: 0,
      },
      {
        team: 'database',
        tier: 'tier-3',
        claimed: 0,
        resolved: 0,
        escalatedFrom: 0,
        returnedFrom: 0,
        transferredFrom: 0,
      },
      {
        team: 'servers',
        tier: 'tier-3',
        claimed: 10,
        resolved: 10,
        escalatedFrom: 0,
        returnedFrom: 0,
        transferredFrom: 0,
      },
    ],
    orphans: 20,
  });
});

it('defines every figure that it gives', async () => {
  const { items } = await look<{ items: { figure: string }[] }>('/numbers');
  const summary = await look<Record<string, unknown>>('/summary');
  const figures = Object.entries(summary).flatMap(([name, value]) => {
    if (name === 'from' || name === 'to') return [];
    if (typeof value !== 'object' || name === 'highestTier') return [name];
    const fields = Object.keys((Array.isArray(value) ? value[0] : value) as object);
    return fields.filter((field) => !['tier', 'rank', 'team'].includes(field)).map((field) => `${name}.${field}`);
  });
  expect(items.map(({ figure }) => figure).toSorted()).toEqual(figures.toSorted());
});

it('counts only what happened in the period', async () => {
  // The first ticket of each kind is opened at 8:00; the desk solves it at 8:06, for the second time at 8:12.
  expect(await look('/summary?from=2026-01-05T08:00:00Z&to=2026-01-05T08:07:00Z')).toMatchObject({
    from: '2026-01-05T08:00:00.000Z',
    tickets: { opened: 30, resolved: 10, reopened: 0 },
    moves: { up: 20 },
  });
  expect(await look('/summary?from=2026-01-05T08:01:00Z&to=2026-01-06')).toMatchObject({
    tickets: { opened: 0, resolved: 20 },
  });
  const elsewhere = await look<{ byTier: object[] }>('/summary?from=2025-01-01&to=2025-02-01');
  expect(elsewhere).toMatchObject({ tickets: { opened: 0 }, highestTier: { '1': 0, '2': 0, '3': 0 }, orphans: 0 });
  expect(elsewhere.byTier).toContainEqual({ tier: 'tier-1', rank: 1, queued: 0, claimed: 0, resolved: 0 });
});

it('tells the history of a ticket in order, page by page', async () => {
  const { id } = tickets.find(({ kind }) => kind === 2)!;
  const whole = await look<{ items: { number: number; type: string; data: unknown }[]; next: null }>(
    `/tickets/${id}/history`,
  );
  expect(whole.next).toBeNull();
  expect(whole.items.map(({ number }) => number)).toEqual(whole.items.map((_, index) => index + 1));
  expect(whole.items[0]).toMatchObject({
    type: TicketOpened.type,
    source: '/intake',
    actor: 'system:test',
    sequence: 1,
    time: '2026-01-05T08:00:00.000Z',
  });
  const first = await look<{ items: unknown[]; next: string }>(`/tickets/${id}/history?limit=10`);
  const second = await look<{ items: unknown[] }>(`/tickets/${id}/history?limit=10&after=${first.next}`);
  expect([...first.items, ...second.items]).toEqual(whole.items);
  const agent = { subject: 'tom', roles: ['agent'] } as const;
  expect((await service.request('GET', `/tickets/${id}/history`, { as: agent })).status).toBe(200);
});

it('lists tickets newest first, filtered and page by page', async () => {
  type List = { items: { ticketId: string; state: string }[]; next: string | null };
  const seen: string[] = [];
  for (let next: string | null = ''; next !== null;) {
    const page: List = await look<List>(`/tickets?limit=7${next ? `&after=${next}` : ''}`);
    seen.push(...page.items.map(({ ticketId }) => ticketId));
    next = page.next;
  }
  expect(new Set(seen)).toEqual(new Set(tickets.map(({ id }) => id)));
  expect(seen).toHaveLength(30);
  expect((await look<List>('/tickets?state=RESOLVED&tier=tier-3')).items).toHaveLength(10);
  expect((await look<List>('/tickets?number=5')).items).toMatchObject([{ number: 5, subject: 'Ticket 5' }]);
  expect((await look<List>('/tickets?requester=anna.berg&openedTo=2026-01-05')).items).toEqual([]);
  expect(await look(`/tickets/${tickets[1]!.id}`)).toMatchObject({
    state: 'CANCELLED',
    escalations: 1,
    returns: 1,
    transfers: 1,
    mailsSent: 1,
  });
});

it('shows other tenants nothing', async () => {
  expect(await look('/summary', stranger)).toMatchObject({
    tickets: { opened: 1 },
    byTeam: [{ team: 'service-desk' }],
  });
  expect(await look<{ items: unknown[] }>('/tickets', stranger)).toHaveProperty('items.length', 1);
  expect(await service.request('GET', `/tickets/${tickets[0]!.id}/history`, { as: stranger })).toMatchObject({
    status: 404,
    body: { code: 'ticket_absent' },
  });
  const newcomer = { ...lead, tenant: 'initech' };
  expect((await service.request('GET', '/summary', { as: newcomer })).body).toMatchObject({
    tickets: { opened: 0 },
    highestTier: {},
    byTier: [],
  });
});

it.each([
  ['/summary?from=yesterday', 'from'],
  ['/summary?from=2026-02-01&to=2026-01-01', 'to'],
  ['/summary?form=2026-01-01', 'form'],
  ['/tickets?after=nonsense', 'after'],
  ['/tickets?state=open', 'state'],
  ['/tickets/42', 'id'],
])('refuses %s by the name of the field', async (path, field) => {
  expect(await service.request('GET', path, { as: lead })).toMatchObject({
    status: 400,
    body: { code: 'input_invalid', fields: [expect.objectContaining({ path: field })] },
  });
});

it('asks for permission', async () => {
  const requester = { subject: 'anna', roles: ['requester'] } as const;
  for (const path of ['/summary', '/numbers', '/tickets', `/tickets/${tickets[0]!.id}/history`])
    expect(await service.request('GET', path, { as: requester })).toMatchObject({ status: 403 });
});

it('shows tickets by tier and state among the figures', async () => {
  expect(await look<string>('/metrics')).toContain('tierline_report_tickets{tier="tier-3",state="RESOLVED"} 10');
});

describe('a rebuild', () => {
  const startOver = async () => {
    const log = await testLog();
    await rebuild(service.database, log, `${service.prefix}.reporting`);
    await log.close();
  };

  it('gives the same bytes', async () => {
    const before = { summary: await look('/summary'), rows: await rows() };
    await startOver();
    await service.restart();
    await settled();
    await eventually(async () => expect(await rows()).toEqual(before.rows), 30_000);
    expect(await look('/summary')).toEqual(before.summary);
  });

  it('loses nothing of a running service', async () => {
    const { id } = tickets[0]!;
    const before = (await look<{ items: unknown[] }>(`/tickets/${id}/history`)).items.length;
    await startOver();
    await send([recordOf(service.prefix, TicketClosed({ cause: 'timer' }), { subject: id, sequence: 99 })]);
    await eventually(
      async () => expect((await look<{ items: unknown[] }>(`/tickets/${id}/history`)).items).toHaveLength(before + 1),
      30_000,
    );
    total += 1;
    await service.restart();
    await settled();
  });

  it('leaves what another group took', async () => {
    const id = uuidv7();
    await service.database.query(
      `INSERT INTO inbox (day, event_id, consumer_group, tenant_id) VALUES (current_date, $1, 'another', 'acme')`,
      [id],
    );
    await startOver();
    const left = await service.database.query(`SELECT event_id, consumer_group FROM inbox`);
    expect(left).toContainEqual({ event_id: id, consumer_group: 'another' });
    await service.restart();
    await settled();
  });

  it('reads again what was parked', async () => {
    const subject = uuidv7();
    const opened = recordOf(service.prefix, TicketOpened(TicketOpened.example), { subject });
    await send([{ ...opened, value: '{}' }]);
    const parked = () => service.database.query('SELECT reason FROM parked_message');
    await eventually(async () => expect(await parked()).toHaveLength(1));
    await startOver();
    expect(await parked()).toEqual([]);
    await service.restart();
    await settled();
    await eventually(async () => expect(await parked()).toHaveLength(1));
  });
});
