import { eventually, subscribe } from '@tierline/testing';
import { deskBody, serviceDesk } from './domain/example.ts';
import { person, startDesk, type WorkingDesk } from './testing/working-desk.ts';

const [una, tom, lea, omar] = [person('una'), person('tom'), person('lea', 'lead'), person('omar', 'admin')];
const nadia = person('nadia', 'auditor');
const agent = (agentId: string, team: string) => ({ agentId, name: agentId, teams: [team] });
const document = {
  ...deskBody,
  agents: [...deskBody.agents, agent('nils', 'network'), agent('zoe', 'phones')],
  teams: ['service-desk', 'phones', 'messaging', 'network', 'mail-servers'].map((team) => ({
    team,
    name: team,
    ...(team === 'service-desk' && { lead: 'una' }),
  })),
  management: [{ personId: 'nadia', name: 'Nadia', toldOf: ['major-incidents'] }],
};
const [yesterday, tomorrow] = [-1, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString());
const now = { from: yesterday!, until: tomorrow! };

type Changes = { items: object[]; next: string | null };
type Items = { items: { from: string; until: string; deputy?: string; source: string }[] };
let desk: WorkingDesk;

const put = (body: object, mode = 'merge') => desk.ask<{ sequence: number }>('PUT', `/desk?mode=${mode}`, omar, body);
const say = (as: typeof una, items: object[], path = '/me/absences') => desk.ask<Items>('PUT', path, as, { items });
const exported = async () => (await desk.get<{ document: { absences?: object[] } }>('/desk', omar)).body.document;
const toldOf = async (reason: string) => {
  const id = await desk.ticket(serviceDesk);
  expect((await desk.act(id, 'notify-up', tom, { reason })).status).toBe(200);
  const { body } = await desk.get<{ items: { data: { tell: object[] } }[] }>(
    `/tickets/${id}/timeline?kinds=notified-up`,
    tom,
  );
  return body.items[0]!.data.tell;
};

beforeAll(async () => {
  desk = await startDesk();
  expect((await put(document)).status).toBe(200);
});
afterAll(() => desk?.service.stop());

afterEach(async () => {
  // Absences of several tests begin at one moment; each is to count as the first of its person.
  for (const one of [una, tom, nadia]) await say(one, []);
  await desk.service.database.query('DELETE FROM leave_begun');
  await put({ ...document }, 'merge');
});

it('is said by the person, and what goes to him or her goes to the deputy from then on', async () => {
  expect(await toldOf('before')).toMatchObject([{ agentId: 'una' }]);
  expect(await say(una, [{ ...now, deputy: 'tom' }])).toMatchObject({
    status: 200,
    body: { items: [{ ...now, deputy: 'tom', source: 'person' }] },
  });
  expect((await desk.get<Items>('/me/absences', una)).body.items).toMatchObject([{ deputy: 'tom' }]);
  expect(await toldOf('now')).toMatchObject([{ agentId: 'tom', standsInFor: 'una' }]);
  const { body } = await desk.get<{ items: { agentId: string; away: object | null }[] }>('/staff', lea);
  const away = body.items.filter((one) => one.away);
  expect(away).toMatchObject([{ agentId: 'una', away: { until: now.until, deputy: 'tom' } }]);
  expect((await say(una, [])).body.items).toEqual([]);
  expect(await toldOf('after')).toMatchObject([{ agentId: 'una' }]);
});

it('is said by a lead for who is ill, and by management of itself', async () => {
  const path = '/staff/una/absences';
  expect((await say(tom, [now], path)).body).toMatchObject({ code: 'lead_only' });
  expect((await say(lea, [now], path)).status).toBe(200);
  expect(await toldOf('ill')).toMatchObject([{ agentId: null, everybody: true, standsInFor: 'una' }]);
  expect((await say(nadia, [{ ...now, deputy: 'tom' }])).status).toBe(200);
  expect((await say(person('nobody.here'), [now])).body).toMatchObject({ code: 'agent_absent' });
  expect((await say(person('una', 'agent', 'globex'), [now])).body).toMatchObject({ code: 'agent_absent' });
});

it('leaves a trace: an event, and who said what instead of what', async () => {
  const topic = await subscribe(desk.service.prefix, 'desk');
  const [first, second] = [now, { ...now, deputy: 'tom' }];
  await say(una, [first]);
  await say(una, [first]);
  await say(lea, [second], '/staff/una/absences');
  const told = () => topic.about('acme/said-absence/una').slice(-2);
  await eventually(() =>
    expect(told()).toMatchObject([
      { actor: 'agent:una', data: { personId: 'una', saidBy: 'agent:una', items: [first] } },
      { actor: 'agent:lea', data: { saidBy: 'agent:lea', items: [second] } },
    ]),
  );
  expect(told()[1]!.sequence).toBe(told()[0]!.sequence + 1);
  const { body } = await desk.get<Changes>('/absences/changes?limit=1&person=una', tom);
  expect(body).toMatchObject({ items: [{ by: 'agent:lea', personId: 'una', before: [first], after: [second] }] });
  const rest = await desk.get<Changes>(`/absences/changes?limit=1&person=una&after=${body.next}`, tom);
  expect(rest.body.items).toMatchObject([{ by: 'agent:una', before: [], after: [first] }]);
  expect((await desk.get('/absences/changes', person('pia', 'partner-agent'))).status).toBe(403);
  const { sequence } = told()[1]!;
  expect((await desk.ask('POST', '/desk/republish', omar)).status).toBe(200);
  await eventually(() => expect(told()[1]).toMatchObject({ sequence: sequence + 1, data: { saidBy: 'agent:lea' } }));
  await topic.close();
});

it('is refused where deputies go round, also over what others said and over the document', async () => {
  await say(una, [{ ...now, deputy: 'tom' }]);
  const circle = { status: 422, body: { code: 'absence_invalid', fields: [{ path: 'items.0.deputy' }] } };
  expect(await say(tom, [{ ...now, deputy: 'una' }])).toMatchObject(circle);
  expect(await say(tom, [{ ...now, deputy: 'nobody.here' }])).toMatchObject(circle);
  expect((await put({ absences: [{ personId: 'tom', ...now }] })).status).toBe(200);
  expect((await say(tom, [now])).body).toMatchObject({ fields: [{ path: 'items.0.from' }] });
  expect((await say(una, [{ ...now, zone: 'Hamburg' }])).body).toMatchObject({ fields: [{ path: 'items.0.zone' }] });
  expect((await put({ ...document, absences: [] }, 'replace')).status).toBe(200);
});

it('of the document is exported and applied as it is; what people said stays beside it', async () => {
  const absences = [
    { personId: 'nadia', from: '2026-01-01', until: '2026-01-02', deputy: 'una' },
    { personId: 'una', from: yesterday!.slice(0, 10), until: tomorrow!.slice(0, 10), deputy: 'zoe' },
  ];
  expect((await put({ ...document, absences }, 'replace')).status).toBe(200);
  await say(nadia, [{ ...now, deputy: 'tom' }]);
  const there = await exported();
  expect(there.absences).toEqual(absences);
  const { body: before } = await desk.get<{ sequence: number }>('/desk', omar);
  expect((await put(there, 'replace')).body).toMatchObject({ sequence: before.sequence });
  expect(await toldOf('by the document')).toMatchObject([{ agentId: 'zoe', standsInFor: 'una' }]);
  expect((await desk.get<Items>('/me/absences', nadia)).body.items.map(({ source }) => source)).toEqual([
    'desk',
    'person',
  ]);
  expect((await put({ ...document, absences: [] }, 'replace')).status).toBe(200);
  expect((await desk.get<Items>('/me/absences', nadia)).body.items).toMatchObject([{ source: 'person' }]);
});

it('goes on without a deputy who has left the desk', async () => {
  await say(una, [{ ...now, deputy: 'zoe' }]);
  expect(await toldOf('there')).toMatchObject([{ agentId: 'zoe' }]);
  expect((await put({ ...document, agents: document.agents.slice(0, -1) }, 'replace')).status).toBe(200);
  expect(await toldOf('gone')).toMatchObject([{ agentId: null, everybody: true }]);
});

it('leaves what is not on hold to others when it begins, once, and not what is claimed while away', async () => {
  const [begun, held, later] = [
    await desk.ticket(serviceDesk),
    await desk.ticket(serviceDesk),
    await desk.ticket(serviceDesk),
  ];
  const claim = async (id: string) => expect((await desk.act(id, 'claim', tom)).status).toBe(200);
  for (const id of [begun, held]) {
    await claim(id);
    expect((await desk.act(id, 'start', tom)).status).toBe(200);
  }
  expect((await desk.act(held, 'hold', tom, { reason: 'CUSTOMER' })).status).toBe(200);
  await say(tom, [now]);
  const owner = async (id: string) =>
    (await desk.get<{ owner: string | null; state: string }>(`/tickets/${id}`, lea)).body;
  await eventually(async () => expect(await owner(begun)).toMatchObject({ owner: null, state: 'QUEUED' }));
  expect(await owner(held)).toMatchObject({ owner: 'tom', state: 'PENDING' });
  const { body } = await desk.get<{ items: { data: object }[] }>(
    `/tickets/${begun}/timeline?kinds=owner-shift-ended`,
    lea,
  );
  expect(body.items).toMatchObject([{ data: { agentId: 'tom', begun: true, awayUntil: now.until } }]);
  await claim(later);
  await desk.service.restart();
  // Agents are looked at in the order of their names: when it was una's turn, tom has had his.
  const next = await desk.ticket(serviceDesk);
  expect((await desk.act(next, 'claim', una)).status).toBe(200);
  await say(una, [now]);
  await eventually(async () => expect(await owner(next)).toMatchObject({ owner: null }));
  expect(await owner(later)).toMatchObject({ owner: 'tom' });
});

it('keeps a queue from giving tickets to who is away, and coverage from counting on him or her', async () => {
  const queues = deskBody.queues.map((queue) =>
    queue.queue === 'service-desk' ? { ...queue, assignment: 'round-robin', calendar: 'always' } : queue,
  );
  const day = [{ from: '00:00', to: '24:00' }];
  const names = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
  const hours = Object.fromEntries(names.map((name) => [name, day]));
  const calendars = [{ calendar: 'always', name: 'Always', zone: 'Etc/UTC', hours }];
  const agents = document.agents.map((one) => ({ ...one, shifts: ['always'] }));
  expect((await put({ ...document, queues, calendars, agents })).status).toBe(200);
  const gaps = async () =>
    (
      await desk.get<{ items: { queue: string; gaps: object[] }[] }>('/coverage?team=service-desk&days=2', lea)
    ).body.items.map(({ gaps: some }) => some.length);
  expect(await gaps()).toEqual([0]);
  await say(una, [now]);
  await say(tom, [{ ...now, until: new Date(Date.now() + 3_600_000).toISOString() }]);
  expect(await gaps()).toEqual([1]);
  const id = await desk.ticket(serviceDesk);
  const ticket = () =>
    desk.get<{ owner: string | null; timeline: { kind: string }[] }>(`/tickets/${id}`, lea).then(({ body }) => body);
  await eventually(async () =>
    expect((await ticket()).timeline.map(({ kind }) => kind)).toContain('assignment-failed'),
  );
  await say(tom, []);
  await eventually(async () => expect(await ticket()).toMatchObject({ owner: 'tom' }));
});
