import { EscalationChanged, TicketOpened, TicketRouted, type DeskDifference, type Problem } from '@tierline/contracts';
import {
  eventually,
  recordOf,
  send,
  startUnderTest,
  subscribe,
  type ServiceUnderTest,
  type TestPerson,
} from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { tierQueues } from './app.module.ts';

const admin: TestPerson = { subject: 'omar', roles: ['admin'] };
const tom: TestPerson = { subject: 'tom', roles: ['agent'] };

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

type Answer = Problem & {
  sequence: number;
  differences: DeskDifference[];
  document: object;
  faults: { path: string }[];
};
const request = async (
  method: string,
  path: string,
  body?: unknown,
  as = admin,
  headers: Record<string, string> = {},
) => {
  const answer = await service.request(method, path, { as, body, headers });
  return { ...answer, body: answer.body as Answer };
};
const replace = (document: object, more: object = {}, as = admin, headers: Record<string, string> = {}) =>
  request('PUT', '/desk?mode=replace', { ...document, ...more }, as, headers);

const office = { monday: [{ from: '08:00', to: '17:00' }] };
const small = {
  desk: 1,
  tiers: [
    { tier: 'tier-1', name: 'Tier 1', rank: 1, defaultQueue: 'phones', acceptanceMinutes: 15, bounceLimit: 3 },
    { tier: 'tier-2', name: 'Tier 2', rank: 2, defaultQueue: 'servers', contact: 'internal' },
  ],
  queues: [
    { queue: 'night', name: 'Night', tier: 'tier-1', team: 'it' },
    { queue: 'phones', name: 'Phones', tier: 'tier-1', team: 'it', calendar: 'office', assignment: 'round-robin' },
    {
      queue: 'servers',
      name: 'Servers',
      tier: 'tier-2',
      team: 'it',
      skills: [{ skill: 'linux', level: 2 }],
      certifications: ['rhce'],
      capacity: 4,
    },
  ],
  teams: [{ team: 'it', name: 'IT', lead: 'tom' }],
  partners: [{ partner: 'northcall', name: 'Northcall', calendar: 'office' }],
  skills: [{ skill: 'linux', name: 'Linux' }],
  certifications: [{ certification: 'rhce', name: 'RHCE', issuer: 'Red Hat' }],
  agents: [
    {
      agentId: 'tom',
      name: 'Tom',
      teams: ['it'],
      skills: [{ skill: 'linux', level: 4 }],
      certifications: [{ certification: 'rhce', number: '100-200', expires: '2020-01-31' }],
      shifts: ['office'],
      capacity: 7,
    },
  ],
  management: [
    { personId: 'nadia', name: 'Nadia', email: 'nadia@acme.example', teams: ['it'], toldOf: ['major-incidents'] },
    { personId: 'tom', tiers: ['tier-2'] },
  ],
  calendars: [
    { calendar: 'office', name: 'Office', zone: 'Europe/Berlin', hours: office, publicHolidays: { country: 'DE' } },
  ],
  policies: [
    { policy: 'std', name: 'Std', order: 1, when: {}, calendar: 'office', targets: { 'sla-resolution': { P1: 60 } } },
  ],
  handovers: [{ from: 'tier-1', to: 'tier-2', fields: [{ field: 'symptom', required: true }] }],
  limits: { closeDays: 3, holdCapDays: { CUSTOMER: 10 }, capacityWeights: { P1: 3, P4: 1 } },
};
/** What belongs to routing is checked with the rest, and left out of this service's own document. */
const withWays = {
  ...small,
  categories: [{ category: 'mail', name: 'Mail', type: 'incident', queue: 'phones' }],
  rules: [{ name: 'All', then: { queue: 'phones' } }],
};

it('plans a document, takes it whole, and writes the same document back', async () => {
  const plan = await request('POST', '/desk/plan?mode=replace', withWays, tom);
  expect(plan).toMatchObject({ status: 200, body: { sequence: 0, faults: [] } });
  expect(plan.body.differences).toHaveLength(16);
  expect(plan.body).toMatchObject({ warnings: [{ path: 'agents.0.certifications.0.expires' }] });
  expect(await replace(withWays, { why: 'the first desk' })).toMatchObject({
    status: 200,
    body: { sequence: 1, queues: { named: 3, changed: 3 }, limits: { changed: 1 } },
  });
  expect((await request('GET', '/desk')).body).toEqual({ sequence: 1, document: small });
  const again = await request('POST', '/desk/plan?mode=replace', withWays);
  expect(again.body).toMatchObject({ sequence: 1, differences: [], faults: [] });
  expect((await replace(small)).body).toMatchObject({ sequence: 1, queues: { changed: 0 } });
  await eventually(() =>
    expect(desk.received.filter(({ tenant, actor }) => tenant === 'acme' && actor === 'agent:omar')).toHaveLength(16),
  );
  expect(desk.about('acme/handover/tier-1:tier-2')).toMatchObject([{ data: small.handovers[0] }]);
});

it('refuses management that names nobody whom it knows, in a whole document and in a part of one', async () => {
  const naming = (...management: object[]) => ({ management });
  const bad = naming({ personId: 'tom' }, { personId: 'una' }, { personId: 'pia', name: 'Pia', teams: ['nobody'] });
  const fields = [{ path: 'management.2.teams.0' }, { path: 'management.1.personId' }];
  expect(await replace({ ...small, ...bad })).toMatchObject({ status: 422, body: { code: 'desk_invalid', fields } });
  expect(await request('PUT', '/desk', bad)).toMatchObject({ status: 422, body: { code: 'desk_invalid', fields } });
  expect((await request('PUT', '/desk', naming({ personId: 'tom', tiers: ['tier-2'] }))).body).toMatchObject({
    sequence: 1,
    management: { named: 1, changed: 0 },
  });
});

it('lists whole parts', async () => {
  expect((await request('GET', '/agents', undefined, tom)).body).toMatchObject({ items: [small.agents[0]] });
  expect((await request('GET', '/queues?tier=tier-2', undefined, tom)).body).toMatchObject({
    items: [small.queues[2]],
  });
});

it('tells who changed what, when and why', async () => {
  const changed = { ...small, tiers: [{ ...small.tiers[0], bounceLimit: 5 }, small.tiers[1]] };
  expect((await replace(changed, { why: 'too many returns' })).body).toMatchObject({ sequence: 2 });
  expect((await request('GET', '/desk/versions', undefined, tom)).body).toMatchObject({
    items: [
      { number: 2, by: 'agent:omar', why: 'too many returns', changes: 1 },
      { number: 1, why: 'the first desk', changes: 16 },
    ],
    next: null,
  });
  expect((await request('GET', '/desk/versions?limit=1&after=2')).body).toMatchObject({ items: [{ number: 1 }] });
  expect((await request('GET', '/desk/versions/2')).body.differences).toEqual([
    { part: 'tiers', id: 'tier-1', what: 'changed', fields: [{ field: 'bounceLimit', from: 3, to: 5 }] },
  ]);
  expect(await request('GET', '/desk/versions/9')).toMatchObject({ status: 404, body: { code: 'version_absent' } });
});

it('refuses a change of a desk that changed meanwhile', async () => {
  expect(await replace(small, {}, admin, { 'if-match': '1' })).toMatchObject({
    status: 409,
    body: { code: 'changed_meanwhile', conflict: { expected: 1, sequence: 2 } },
  });
  expect((await replace(small, {}, admin, { 'if-match': '"2"' })).body).toMatchObject({ sequence: 3 });
});

it('refuses a bad document whole, with every path', async () => {
  const bad = {
    ...small,
    tiers: small.tiers.map((tier) => ({ ...tier, rank: 1 })),
    queues: [...small.queues, { queue: 'x', name: 'X', tier: 'tier-1', team: 'nobody' }],
    calendars: [{ ...small.calendars[0], zone: 'Mars/Base' }],
    rules: [{ name: 'R', then: { queue: 'nowhere' } }],
  };
  const refused = await replace(bad);
  expect(refused).toMatchObject({ status: 422, body: { code: 'desk_invalid' } });
  expect(refused.body.fields!.map(({ path }) => path)).toEqual([
    'queues.3.team',
    'rules.0.then.queue',
    'tiers.0.rank',
    'tiers.1.rank',
    'handovers.0.to',
    'calendars.0.zone',
  ]);
  expect((await request('POST', '/desk/plan?mode=replace', bad)).body.faults).toEqual(refused.body.fields);
  expect(await replace({ ...small, colour: 'red' })).toMatchObject({
    status: 400,
    body: { fields: [{ path: 'colour' }] },
  });
  expect((await request('GET', '/desk')).body).toMatchObject({ sequence: 3 });
});

it('does not let go of what open tickets use, and tells which', async () => {
  const id = uuidv7();
  const record = (fact: Parameters<typeof recordOf>[1]) => recordOf(service.prefix, fact, { subject: id });
  await send([
    record(TicketOpened({ ...TicketOpened.example, number: 4711 })),
    record(TicketRouted({ ...TicketRouted.example, tier: 'tier-1', queue: 'night' })),
  ]);
  await eventually(async () =>
    expect((await request('GET', `/tickets/${id}`, undefined, tom)).body).toMatchObject({ queue: 'night' }),
  );
  const withoutNight = { ...small, queues: small.queues.slice(1) };
  const inUse = { path: 'queues.night', message: 'cannot go: queue night has an open ticket: T-4711' };
  expect(await replace(withoutNight)).toMatchObject({
    status: 422,
    body: { code: 'desk_part_in_use', fields: [inUse] },
  });
  expect((await request('POST', '/desk/plan?mode=replace', withoutNight)).body.faults).toEqual([inUse]);
  expect((await request('POST', `/tickets/${id}/transfer`, { queue: 'phones', reason: 'closing' }, tom)).status).toBe(
    200,
  );
  expect((await replace(withoutNight)).body).toMatchObject({ sequence: 4, queues: { changed: 1 } });
  await eventually(() =>
    expect(desk.about('acme/queue/night')).toMatchObject([{ sequence: 1 }, { sequence: 2, data: { id: 'night' } }]),
  );
  expect((await replace(small)).body).toMatchObject({ sequence: 5 });
  await eventually(() =>
    expect(desk.about('acme/queue/night').at(-1)).toMatchObject({ sequence: 3, data: { name: 'Night' } }),
  );
});

it('lets tickets go up only as routing’s catalogue allows, as soon as it is told', async () => {
  const id = uuidv7();
  const about = (subject: string, fact: Parameters<typeof recordOf>[1]) => recordOf(service.prefix, fact, { subject });
  const wayUp = EscalationChanged({ from: 'tier-1', to: 'tier-2', reasons: ['needs access'] });
  await send([about('acme/escalation/tier-1:tier-2', wayUp)]);
  // Topics keep no order between them: without the way up the first try below would be allowed.
  await eventually(async () => {
    const known = await service.database.query(
      `SELECT 1 FROM desk_part WHERE tenant_id = 'acme' AND kind = 'escalation'`,
    );
    expect(known).toHaveLength(1);
  });
  await send([
    about(id, TicketOpened({ ...TicketOpened.example, number: 4712 })),
    about(id, TicketRouted({ ...TicketRouted.example, tier: 'tier-1', queue: 'phones' })),
  ]);
  const escalate = (reason: string) =>
    request('POST', `/tickets/${id}/escalate`, { tier: 'tier-2', reason, handover: {} }, tom);
  await eventually(async () =>
    expect(await escalate('no idea')).toMatchObject({
      status: 422,
      body: { code: 'escalation_not_allowed', fields: [{ path: 'reason' }] },
    }),
  );
  // One team works in both tiers: nobody is there to hand it over to.
  expect(await escalate('needs access to the servers')).toMatchObject({ status: 200 });
  expect((await request('GET', '/desk')).body.document).toEqual(small);
});

it('is each tenant’s own, changed by admins alone, and tells its shape', async () => {
  expect((await replace(small, {}, tom)).status).toBe(403);
  const other = { ...admin, tenant: 'globex' };
  expect((await request('GET', '/desk', undefined, other)).body).toEqual({ sequence: 0, document: { desk: 1 } });
  expect((await request('GET', '/desk/versions', undefined, other)).body).toMatchObject({ items: [] });
  expect((await request('GET', '/desk/schema', undefined, tom)).body).toMatchObject({ title: 'A Tierline desk' });
});
