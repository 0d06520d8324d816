import { PersonChanged, TicketOpened } from '@tierline/contracts';
import { eventually, recordOf, send } from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { handover, messaging, opened, phones, routed, serviceDesk } from './domain/example.ts';
import { person, startDesk, type WorkingDesk } from './testing/working-desk.ts';
import type { WindowRow } from './windows.ts';

const tom = person('tom');
const una = person('una');
const ida = person('ida');
const lea = person('lea', 'lead');
const partner = person('ida', 'partner-agent');
const foreigner = person('tom', 'agent', 'globex');

type Window = { items: WindowRow[]; next: string | null; queues: string[]; asOf: string };
type Count = { count: number; atLeast: boolean };
type Counts = { views: Record<string, Count>; late: Count; dueWithinTheHour: Count };

let desk: WorkingDesk;
let mine = '';
let held = '';
const waiting: string[] = [];

const window = async (query: string, as = tom) => {
  const { status, body } = await desk.get<Window>(`/windows?${query}`, as);
  expect(status).toBe(200);
  return body;
};
const idsOf = ({ items }: Window) => items.map(({ id }) => id);

beforeAll(async () => {
  desk = await startDesk();
  for (const subject of ['VPN drops', 'Printer jams', 'VPN is slow'])
    waiting.push(await desk.ticket(serviceDesk, TicketOpened({ ...opened.data, subject })));
  waiting.push(await desk.ticket(phones));
  mine = await desk.ticket();
  await desk.act(mine, 'claim', tom);
  held = await desk.ticket();
  await desk.act(held, 'claim', una);
  await desk.act(held, 'hold', una, { reason: 'VENDOR' });
});

afterAll(() => desk?.service.stop());

it('answers whose turn it is, in the queues of one’s own teams', async () => {
  expect(idsOf(await window('view=my-turn'))).toEqual([mine]);
  expect(idsOf(await window('view=unclaimed')).sort()).toEqual([...waiting].sort());
  expect(idsOf(await window('view=waiting'))).toEqual([held]);
  const all = await window('');
  expect(idsOf(all).sort()).toEqual([...waiting, mine, held].sort());
  expect(all.queues.sort()).toEqual(['phones', 'service-desk']);
  expect(Date.parse(all.asOf)).toBeGreaterThan(Date.now() - 60_000);
  expect(idsOf(await window('', ida))).toEqual([]);
});

it('shows a partner’s agent the own queues alone, on the board and on the attention list', async () => {
  const board = async (as: typeof tom) => {
    const { body } = await desk.get<{
      tiers: { tier: string; waiting: number; queues: { queue: string }[] }[];
      unrouted: number;
    }>('/board', as);
    return { ...body, shown: body.tiers.map(({ tier, queues }) => [tier, queues.map(({ queue }) => queue)]) };
  };
  expect((await board(person('ida'))).shown).toHaveLength(3);
  const own = await board(partner);
  expect(own.shown).toEqual([['tier-2', ['messaging']]]);
  expect(own).toMatchObject({ tiers: [{ waiting: 0 }], unrouted: 0, orphans: 0 });
  const theirs = await desk.ticket(messaging);
  await desk.act(theirs, 'notify-up', ida, { reason: 'Look.' });
  const ours = await desk.ticket();
  await desk.act(ours, 'notify-up', tom, { reason: 'Look.' });
  const attention = async (as: typeof tom) =>
    (await desk.get<{ items: { id: string }[] }>('/attention', as)).body.items.map(({ id }) => id);
  expect(await attention(lea)).toEqual([theirs, ours]);
  expect(await attention(partner)).toEqual([theirs]);
  expect((await board(partner)).tiers).toMatchObject([{ tier: 'tier-2', waiting: 1 }]);
  for (const id of [theirs, ours]) await desk.act(id, 'cancel', lea, { reason: 'done' });
});

it('pages by keyset in both orders of each sort, without a gap or a repeat', async () => {
  for (const sort of ['due', 'priority', 'queued', 'opened'])
    for (const order of ['asc', 'desc']) {
      const seen: string[] = [];
      for (let after: string | null = ''; after !== null;) {
        const page = await window(`sort=${sort}&order=${order}&limit=2${after ? `&after=${after}` : ''}`);
        expect(page.items.length).toBeLessThanOrEqual(2);
        seen.push(...idsOf(page));
        after = page.next;
      }
      expect(new Set(seen).size).toBe(6);
      const whole = idsOf(await window(`sort=${sort}&order=${order}`));
      expect(seen).toEqual(whole);
    }
});

it('refuses a cursor of another order, and names what is wrong', async () => {
  const { next } = await window('sort=opened&limit=1');
  const other = await desk.get(`/windows?sort=queued&after=${next}`, tom);
  expect(other).toMatchObject({ status: 400, body: { code: 'input_invalid', fields: [{ path: 'after' }] } });
  expect((await desk.get('/windows?limit=201', tom)).body.fields).toMatchObject([{ path: 'limit' }]);
  expect((await desk.get('/windows?colour=red', tom)).body.fields).toMatchObject([{ path: 'colour' }]);
  expect((await desk.get('/windows?queues=nowhere', tom)).body).toMatchObject({
    code: 'queue_absent',
    fields: [{ path: 'queues' }],
  });
});

it('filters by queue, priority, category, person, text and age', async () => {
  expect(idsOf(await window('queues=phones'))).toEqual([waiting[3]]);
  expect((await window('tiers=tier-2,tier-3')).items).toEqual([]);
  expect((await window('priorities=P1')).items).toEqual([]);
  expect((await window(`categories=${opened.data.category}&priorities=P2`)).items).toHaveLength(6);
  expect((await window('requester=nobody-else')).items).toEqual([]);
  expect(idsOf(await window('owner=me'))).toEqual([mine]);
  expect((await window('owner=nobody')).items).toHaveLength(4);
  expect(idsOf(await window('q=vpn')).sort()).toEqual([waiting[0], waiting[2]].sort());
  expect((await window('q=%25')).items).toEqual([]);
  expect((await window('q=T-1042')).items).toHaveLength(6);
  expect((await window('minAgeMinutes=10')).items).toEqual([]);
  expect((await window('maxAgeMinutes=10')).items).toHaveLength(6);
});

it('shows in a row what an agent has to know', async () => {
  await send([
    recordOf(desk.service.prefix, PersonChanged({ personId: 'anna', name: 'Anna Berg', email: null }), {
      subject: 'acme/anna',
    }),
  ]);
  await desk.ask('PUT', `/drafts/${mine}/reply`, tom, { content: 'Good' });
  await eventually(async () => {
    const row = (await window('view=my-turn')).items[0]!;
    expect(row).toMatchObject({
      reference: 'T-1042',
      requesterName: 'Anna Berg',
      owner: 'tom',
      ownerName: 'tom',
      rank: 1,
      category: opened.data.category,
      drafts: ['reply'],
      unread: true,
      asked: null,
      sequence: 2,
    });
  });
  expect((await window('owner=tom', una)).items[0]).toMatchObject({ drafts: [] });
  const up = await desk.ticket();
  await desk.act(up, 'claim', tom);
  await desk.act(up, 'escalate', tom, { tier: 'tier-2', reason: 'mail servers', handover });
  await desk.tell(up, routed(messaging, 2));
  await eventually(async () => expect((await window('', ida)).items[0]).toMatchObject({ asked: handover.asked }));
});

it('counts exactly in one’s own queues and caps the rest', async () => {
  const counts = async (query: string, as = tom) => (await desk.get<Counts>(`/windows/counts?${query}`, as)).body.views;
  expect(await counts('')).toEqual({
    'my-turn': { count: 1, atLeast: false },
    unclaimed: { count: 4, atLeast: false },
    all: { count: 6, atLeast: false },
    waiting: { count: 1, atLeast: false },
  });
  expect(await counts('q=vpn')).toMatchObject({ all: { count: 2, atLeast: false } });
  const sql = `INSERT INTO ticket (tenant_id, id, sequence, number, subject, requester_id, state, priority, tier, rank, queue,
      team, opened_at, queued_at, changed_at, body)
    SELECT 'acme', gen_random_uuid(), 1, n, 'filled', 'x', 'QUEUED', 'P3', 'tier-2', 2, 'network', 'network', now(), now(), now(),
      '{"counts": {}}' FROM generate_series(1, 1200) n`;
  await desk.service.database.query(sql);
  expect(await counts('queues=network,service-desk')).toMatchObject({
    unclaimed: { count: 1_003, atLeast: true },
    waiting: { count: 1, atLeast: false },
  });
  await desk.service.database.query(`DELETE FROM ticket WHERE subject = 'filled'`);
});

it('puts the soonest deadline first, and counts what is late and what is due within the hour', async () => {
  const due = (id: string, minutes: number) =>
    desk.service.database.query(
      `UPDATE ticket SET due_at = date_trunc('second', now()) + make_interval(mins => $2) WHERE id = $1`,
      [id, minutes],
    );
  await due(waiting[2]!, -5);
  await due(waiting[3]!, 30);
  await due(waiting[1]!, 90);
  const soonest = await window('view=unclaimed&limit=3');
  expect(idsOf(soonest)).toEqual([waiting[2], waiting[3], waiting[1]]);
  expect(idsOf(await window(`view=unclaimed&after=${soonest.next}`))).toEqual([waiting[0]]);
  expect(idsOf(await window('dueWithinMinutes=0'))).toEqual([waiting[2]]);
  const { body } = await desk.get<Counts>('/windows/counts', tom);
  expect(body).toMatchObject({ late: { count: 1, atLeast: false }, dueWithinTheHour: { count: 2, atLeast: false } });
});

it('shows a partner’s agent the own queues only, and says of others that they are not there', async () => {
  expect((await window('scope=desk', partner)).queues).toEqual(['messaging']);
  expect((await desk.get('/windows?queues=service-desk', partner)).body.code).toBe('queue_absent');
  expect((await window('scope=desk', lea)).queues).toHaveLength(5);
  expect((await desk.get(`/tickets/${mine}`, partner)).status).toBe(404);
  const { body } = await desk.get<Window>('/tickets', partner);
  expect(body.items.every(({ queue }) => queue === 'messaging')).toBe(true);
  expect((await desk.get('/queues/service-desk/tickets', partner)).body.code).toBe('queue_absent');
  expect((await window('scope=desk', foreigner)).items).toEqual([]);
});

describe('saved views', () => {
  type Saved = { id: string; name: string; version: number; mine: boolean };
  const definition = { view: 'unclaimed', q: 'vpn', sort: 'opened', order: 'desc', columns: [{ name: 'subject' }] };
  const save = (body: object, as = tom) => desk.ask<Saved>('POST', '/views', as, body);
  const listed = async (as = tom) => (await desk.get<{ items: Saved[] }>('/views', as)).body.items;

  it('are applied to a window, what is asked beside them going over it', async () => {
    const { status, body } = await save({ name: 'VPN', definition });
    expect(status).toBe(201);
    expect(idsOf(await window(`saved=${body.id}`))).toEqual([waiting[2], waiting[0]]);
    expect(idsOf(await window(`saved=${body.id}&order=asc`))).toEqual([waiting[0], waiting[2]]);
    expect((await desk.get(`/windows?saved=${body.id}`, una)).body.code).toBe('view_absent');
    expect(await listed(una)).toEqual([]);
  });

  it('are shared with a team of one’s own, and with no other', async () => {
    expect(await save({ name: 'Shared', team: 'messaging', definition })).toMatchObject({
      status: 403,
      body: { code: 'not_in_team', fields: [{ path: 'team' }] },
    });
    const { body } = await save({ name: 'Shared', team: 'service-desk', definition });
    expect(await listed(una)).toMatchObject([{ id: body.id, mine: false }]);
    const change = { name: 'Shared VPN', team: 'service-desk', definition };
    expect((await desk.ask('PUT', `/views/${body.id}`, una, change)).body.code).toBe('not_owner');
    expect((await desk.ask('DELETE', `/views/${body.id}`, una)).body.code).toBe('not_owner');
    expect((await desk.ask('PUT', `/views/${body.id}`, lea, change)).body).toMatchObject({ version: 2 });
    expect((await desk.ask('PUT', `/views/${body.id}`, lea, { name: 'x', definition })).body.code).toBe('not_owner');
    expect((await desk.ask('PUT', `/views/${body.id}`, tom, change, { 'if-match': '1' })).body).toMatchObject({
      code: 'changed_meanwhile',
      conflict: { expected: 1, version: 2 },
    });
    expect((await save({ name: 'shared vpn', team: 'service-desk', definition }, una)).body.code).toBe(
      'view_name_taken',
    );
    expect((await desk.ask('DELETE', `/views/${body.id}`, tom)).status).toBe(200);
    expect(await listed(una)).toEqual([]);
    expect(await listed(foreigner)).toEqual([]);
  });

  it('are refused when malformed, absent, or saved by who may not', async () => {
    expect((await save({ name: 'x', definition: { sort: 'colour' } })).body.fields).toMatchObject([
      { path: 'definition.sort' },
    ]);
    expect((await desk.ask('DELETE', `/views/${uuidv7()}`, tom)).body.code).toBe('view_absent');
    expect((await save({ name: 'x', definition }, person('anna', 'requester'))).status).toBe(403);
  });
});
