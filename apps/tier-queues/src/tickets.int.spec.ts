import {
  RequesterConfirmed,
  RequesterRejected,
  RequesterReplied,
  TicketOpened,
  type Fact,
  type Problem,
} from '@tierline/contracts';
import {
  eventually,
  recordOf,
  send,
  startUnderTest,
  subscribe,
  type Envelope,
  type ServiceUnderTest,
  type TestPerson,
} from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { tierQueues } from './app.module.ts';
import { deskBody, handover, messaging, opened, routed, serviceDesk } from './domain/example.ts';
import type { Place } from './domain/desk.ts';
import type { Entry } from './ticket-view.ts';

const person = (subject: string, role: 'agent' | 'lead' | 'admin' = 'agent'): TestPerson => ({
  subject,
  roles: [role],
});
const [tom, una, ida, lea, omar] = [
  person('tom'),
  person('una'),
  person('ida'),
  person('lea', 'lead'),
  person('omar', 'admin'),
];
const foreigner: TestPerson = { ...lea, tenant: 'globex' };

let service: ServiceUnderTest;
let tickets: Awaited<ReturnType<typeof subscribe>>;

beforeAll(async () => {
  service = await startUnderTest(tierQueues, { UNROUTED_AFTER_SECONDS: '600', WATCHDOG_SECONDS: '3600' });
  tickets = await subscribe(service.prefix);
  await service.request('PUT', '/desk', { as: omar, body: deskBody });
});

afterAll(async () => {
  await tickets?.close();
  await service?.stop();
});

type Shown = Problem & Record<string, never> & { state: string; timeline: Entry[]; sequence: number };

const get = async (path: string, as = lea) => {
  const answer = await service.request('GET', path, { as });
  return { ...answer, body: answer.body as Shown & { items: { id: string }[]; next: string | null } };
};
const tell = (id: string, fact: Fact, envelope: Partial<Envelope> = {}) =>
  send([recordOf(service.prefix, fact, { subject: id, actor: 'requester:anna', ...envelope })]);
const untilState = (id: string, expected: object) =>
  eventually(async () => expect((await get(`/tickets/${id}`)).body).toMatchObject(expected));

const newTicket = async (place: Place | null = serviceDesk, fact: Fact = opened) => {
  const id = uuidv7();
  await tell(id, fact);
  if (place) await tell(id, routed(place));
  await untilState(id, { state: place ? 'QUEUED' : 'NEW' });
  return id;
};

const act = async (
  id: string,
  verb: string,
  as: TestPerson,
  body: unknown = {},
  headers: Record<string, string> = {},
) => {
  const answer = await service.request('POST', `/tickets/${id}/${verb}`, { as, body, headers });
  return { ...answer, body: answer.body as Shown };
};
const kinds = (id: string) => tickets.about(id).filter(({ source }) => source === '/tier-queues');
const short = (type: string) => type.split('.').at(-2);

it('takes a ticket from opened to closed, and tells the one story in database and topic', async () => {
  const id = await newTicket();
  expect((await act(id, 'claim', tom)).body).toEqual({
    id,
    sequence: 2,
    state: 'ASSIGNED',
    queue: 'service-desk',
    owner: 'tom',
  });
  await act(id, 'reply', tom, { text: 'Good morning.' });
  expect((await act(id, 'escalate', tom, { tier: 'tier-2', reason: 'mail servers', handover })).body).toMatchObject({
    state: 'QUEUED',
    queue: null,
    owner: null,
  });
  await tell(id, routed(messaging, 2));
  await untilState(id, { queue: 'messaging' });
  await act(id, 'claim', ida);
  await act(id, 'note', ida, { text: 'Quota.' });
  expect((await act(id, 'resolve', ida, { code: 'solved', solution: 'Raised the quota.' })).body).toMatchObject({
    state: 'RESOLVED',
    sequence: 10,
  });
  await tell(id, RequesterConfirmed({ comment: 'Thanks' }));
  await untilState(id, { state: 'CLOSED', owner: 'ida', counts: { escalations: 1 } });
  const story = ['queued', 'claimed', 'work-started', 'agent-replied', 'escalated', 'queued', 'claimed', 'note-added'];
  const end = ['work-started', 'resolved', 'closed'];
  await eventually(() => expect(kinds(id).map(({ type }) => short(type))).toEqual([...story, ...end]));
  expect(kinds(id).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  const { body } = await get(`/tickets/${id}`);
  expect(body).toMatchObject({
    number: 1042,
    reference: 'T-1042',
    description: opened.data.description,
    priority: 'P2',
    previous: [serviceDesk],
    handovers: [{ handover, agentId: 'tom' }],
    timers: [],
  });
  expect(body.timeline.map(({ kind }) => kind)).toEqual([
    ...['opened', 'routed', ...story.slice(0, 5), 'routed', ...story.slice(5)],
    ...['work-started', 'resolved', 'requester-confirmed', 'closed'],
  ]);
  expect(body.timeline.filter((entry) => entry.public).map(({ kind }) => kind)).toEqual([
    ...['opened', 'agent-replied', 'resolved', 'requester-confirmed', 'closed'],
  ]);
});

it('refuses an incomplete hand-over and names each field, blank ones too', async () => {
  const id = await newTicket();
  await act(id, 'claim', tom);
  const incomplete = { symptom: 'no mail', since: ' ', tried: [], reach: null };
  const { status, body } = await act(id, 'escalate', tom, { tier: 'tier-2', reason: 'up', handover: incomplete });
  expect(status).toBe(422);
  expect(body).toMatchObject({
    code: 'handover_incomplete',
    missing: ['since', 'affected', 'tried', 'reach', 'asked'],
    fields: [{ path: 'handover.since' }, {}, {}, {}, {}],
  });
  const wrong = await act(id, 'escalate', tom, { tier: 'tier-2', reason: 'up', handover: { colour: 'red' } });
  expect(wrong).toMatchObject({ status: 400, body: { fields: [{ path: 'handover.colour' }] } });
});

it('wakes a held ticket when the requester writes, and reopens a resolved one for its last owner who is there', async () => {
  const say = (presence: string) => service.request('PUT', '/me/presence', { as: tom, body: { presence } });
  const id = await newTicket();
  await act(id, 'claim', tom);
  await act(id, 'hold', tom, { reason: 'CUSTOMER', note: 'which error?' });
  await untilState(id, { state: 'PENDING', hold: { reason: 'CUSTOMER' }, timers: [{ kind: 'wake-up' }] });
  await tell(id, RequesterReplied({ messageId: uuidv7(), text: '0x800CCC0E' }));
  await untilState(id, { state: 'IN_PROGRESS', owner: 'tom', timers: [{ kind: 'stalled' }] });
  const solution = { code: 'solved', solution: 'Restarted.' };
  await act(id, 'resolve', tom, solution);
  await say('present');
  await tell(id, RequesterRejected({ messageId: uuidv7(), reason: 'It is back.' }));
  await untilState(id, { state: 'ASSIGNED', owner: 'tom', counts: { reopens: 1 } });
  await act(id, 'resolve', tom, solution);
  await say('away');
  await tell(id, RequesterReplied({ messageId: uuidv7(), text: 'Again.' }));
  await untilState(id, { state: 'QUEUED', owner: null, counts: { reopens: 2 } });
  expect((await get(`/tickets/${id}`)).body.timeline.findLast(({ kind }) => kind === 'reopened')).toMatchObject({
    data: { passedOver: { agentId: 'tom', reason: 'tom is away.' } },
  });
  await say('present');
});

it('takes an event that comes twice once', async () => {
  const id = await newTicket();
  const envelope = { id: uuidv7() };
  const reply = RequesterReplied({ messageId: uuidv7(), text: 'And?' });
  await tell(id, reply, envelope);
  await tell(id, reply, envelope);
  await tell(id, TicketOpened({ ...opened.data, subject: 'another' }));
  await tell(id, RequesterConfirmed({ comment: null }));
  const count = (timeline: Entry[], kind: string) => timeline.filter((entry) => entry.kind === kind).length;
  await eventually(async () => {
    const { timeline } = (await get(`/tickets/${id}`)).body;
    expect(count(timeline, 'requester-confirmed')).toBe(1);
    expect([count(timeline, 'requester-replied'), count(timeline, 'opened')]).toEqual([1, 1]);
  });
});

it('answers a repeat as before', async () => {
  const id = await newTicket();
  const headers = { 'idempotency-key': `claim-${id}` };
  const first = await act(id, 'claim', tom, {}, headers);
  await act(id, 'start', tom);
  expect((await act(id, 'claim', tom, {}, headers)).body).toEqual(first.body);
  expect((await act(id, 'start', tom, {}, headers)).body).toMatchObject({ code: 'idempotency_key_reused' });
});

it('refuses with status and code', async () => {
  const id = await newTicket();
  expect(await act(id, 'claim', ida)).toMatchObject({ status: 403, body: { code: 'not_in_team' } });
  expect(await act(id, 'start', tom)).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
  expect(await act(id, 'assign', tom, { agentId: 'una' })).toMatchObject({ status: 403, body: { code: 'lead_only' } });
  expect((await act(id, 'assign', lea, { agentId: 'una' })).body).toMatchObject({ owner: 'una' });
  expect(await act(uuidv7(), 'claim', tom)).toMatchObject({ status: 404, body: { code: 'ticket_absent' } });
  expect(await act('no-uuid', 'claim', tom)).toMatchObject({
    status: 400,
    body: { detail: expect.stringMatching(/UUID/) },
  });
  expect((await act(id, 'note', una, {})).body).toMatchObject({ code: 'input_invalid', fields: [{ path: 'text' }] });
  expect((await act(id, 'claim', { ...tom, roles: ['requester'] })).status).toBe(403);
  expect((await service.request('POST', `/tickets/${id}/claim`, { as: una })).status).toBe(200);
});

it('shows and moves nothing of another tenant', async () => {
  const id = await newTicket();
  expect((await get(`/tickets/${id}`, foreigner)).status).toBe(404);
  expect((await get(`/tickets/${id}/timeline`, foreigner)).status).toBe(404);
  expect((await act(id, 'claim', foreigner)).status).toBe(404);
  expect((await get('/tickets', foreigner)).body.items).toEqual([]);
  expect((await get('/board', foreigner)).body).toMatchObject({ tiers: [], unrouted: 0, orphans: 0 });
});

it('lists in pages, by filter, number and words', async () => {
  const requesterId = `anna-${uuidv7()}`;
  const facts = [1, 2, 3].map((n) =>
    TicketOpened({ ...opened.data, requesterId, number: 70_000 + n, subject: `50% off ${n}` }),
  );
  const ids: string[] = [];
  for (const fact of facts) ids.push(await newTicket(serviceDesk, fact));
  const mine = `requester=${requesterId}`;
  const first = (await get(`/tickets?${mine}&limit=2`)).body;
  const second = (await get(`/tickets?${mine}&limit=2&after=${first.next}`)).body;
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids.toReversed());
  expect(second.next).toBeNull();
  const found = async (query: string) => (await get(`/tickets?${mine}&${query}`)).body.items.map(({ id }) => id);
  expect(await found('q=T-70002')).toEqual([ids[1]]);
  expect(await found('q=50%25 OFF 3')).toEqual([ids[2]]);
  expect(await found('q=_')).toEqual([]);
  await act(ids[0]!, 'claim', tom);
  expect((await get(`/tickets?owner=me&${mine}`, tom)).body.items).toMatchObject([{ id: ids[0], owner: 'tom' }]);
  expect(await found('state=QUEUED,CLOSED')).toEqual([ids[2], ids[1]]);
  expect((await get('/tickets?after=nonsense')).body).toMatchObject({ fields: [{ path: 'after' }] });
  expect((await get('/tickets?colour=red')).body).toMatchObject({ fields: [{ path: 'colour' }] });
});

it('lists a queue in the order of work, page by page', async () => {
  const queue = 'messaging';
  const ids = [await newTicket(messaging), await newTicket(messaging), await newTicket(messaging)];
  const seen: string[] = [];
  let after = '';
  do {
    const { items, next } = (await get(`/queues/${queue}/tickets?state=QUEUED&limit=1${after}`)).body;
    seen.push(...items.map(({ id }) => id));
    after = next ? `&after=${next}` : '';
  } while (after);
  expect(seen.filter((id) => ids.includes(id))).toEqual(ids);
  expect((await get('/queues/cellar/tickets')).body).toMatchObject({ code: 'queue_absent' });
});

it('counts the board and the gauges, and no orphan', async () => {
  const before = (await get('/board')).body as unknown as { tiers: { waiting: number }[]; unrouted: number };
  await newTicket();
  await newTicket(null);
  const { body } = await get('/board');
  expect(body).toMatchObject({ unrouted: before.unrouted + 1, orphans: 0 });
  expect(body.tiers).toMatchObject([{ rank: 1, waiting: before.tiers[0]!.waiting + 1 }, { rank: 2 }, { rank: 3 }]);
  const metrics = await service.request('GET', '/metrics');
  expect(metrics.body).toMatch(/tierline_tickets\{tier="tier-1",state="QUEUED"\} \d+/);
  expect(metrics.body).toMatch(/tierline_orphans 0/);
});
