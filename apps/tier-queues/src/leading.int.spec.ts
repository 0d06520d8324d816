import { deskBody, messaging, serviceDesk } from './domain/example.ts';
import { person, startDesk, type WorkingDesk } from './testing/working-desk.ts';

const [una, tom, ida, omar] = [person('una'), person('tom'), person('ida'), person('omar', 'admin')];
const pia = person('pia', 'partner-agent');
const hour = 3_600_000;
const now = () => ({
  from: new Date(Date.now() - hour).toISOString(),
  until: new Date(Date.now() + hour).toISOString(),
});
const teams = [
  { team: 'service-desk', name: 'Service desk', lead: 'una' },
  { team: 'phones', name: 'Phones' },
  { team: 'messaging', name: 'Messaging', lead: 'max', leads: ['ida'] },
  { team: 'network', name: 'Network', lead: 'pia' },
  { team: 'mail-servers', name: 'Mail servers' },
];
const document = {
  ...deskBody,
  agents: [
    ...deskBody.agents,
    { agentId: 'pia', name: 'Pia', teams: [] },
    { agentId: 'nils', name: 'N', teams: ['network'] },
  ],
  teams,
};
type Led = { wholeDesk: boolean; items: { team: string; standsInFor: string | null; until: string | null }[] };

let desk: WorkingDesk;
const put = (body: object, mode = 'merge') => desk.ask<{ sequence: number }>('PUT', `/desk?mode=${mode}`, omar, body);
const say = (as: typeof una, who: string, items: object[]) => desk.ask('PUT', `${who}/absences`, as, { items });
const led = async (as: typeof una) => (await desk.get<Led>('/me/leading', as)).body;
const waitingForDecision = async (place = serviceDesk, by = tom) => {
  const id = await desk.ticket(place);
  expect((await desk.act(id, 'notify-up', by, { reason: 'The board waits.' })).status).toBe(200);
  return id;
};
const listed = async (as: typeof una, query: string) =>
  (await desk.get<{ items: { id: string; mine: boolean }[] }>(`/attention?limit=200&${query}`, as)).body.items;

beforeAll(async () => {
  desk = await startDesk();
  expect((await put(document)).status).toBe(200);
});
afterAll(() => desk?.service.stop());
afterEach(async () => {
  for (const one of [una, tom]) await say(one, '/me', []);
});

it('is the right of whom the desk names, in that team alone; the refusal names the team', async () => {
  const id = await desk.ticket();
  expect(await desk.act(id, 'assign', tom, { agentId: 'tom' })).toMatchObject({
    status: 403,
    body: {
      code: 'lead_only',
      detail: expect.stringContaining('team service-desk') as unknown,
      conflict: { team: 'service-desk' },
    },
  });
  expect((await desk.act(id, 'assign', una, { agentId: 'tom' })).status).toBe(200);
  const other = await desk.ticket(messaging);
  expect((await desk.act(other, 'assign', una, { agentId: 'ida' })).body).toMatchObject({
    conflict: { team: 'messaging' },
  });
  expect((await desk.act(other, 'assign', ida, { agentId: 'ida' })).status).toBe(200);
  expect(await led(una)).toMatchObject({ wholeDesk: false, items: [{ team: 'service-desk', standsInFor: null }] });
  expect(await led(person('lea', 'lead'))).toEqual({ wholeDesk: true, items: [] });
  const children = await desk.act(other, 'add-children', una, { ids: [id] });
  expect(children.body).toMatchObject({ code: 'lead_only' });
  expect(await desk.act(id, 'add-children', una, { ids: [other] })).toMatchObject({
    status: 200,
    body: { children: [{ done: true }] },
  });
});

it('goes to the deputy while the lead is away, and comes back with the end of it', async () => {
  const id = await waitingForDecision();
  const decide = () => desk.act(id, 'settle-attention', tom, { decision: 'Tom goes on.' });
  expect((await decide()).body).toMatchObject({ code: 'lead_only' });
  const absence = { ...now(), deputy: 'tom' };
  expect((await say(una, '/me', [absence])).status).toBe(200);
  expect((await led(tom)).items).toMatchObject([{ team: 'service-desk', standsInFor: 'una', until: absence.until }]);
  expect((await listed(tom, 'mine=true')).map((one) => one.id)).toContain(id);
  expect((await decide()).status).toBe(200);
  const [begun, over] = [-2, -1].map((hours) => new Date(Date.now() + hours * hour).toISOString());
  await say(una, '/me', [{ from: begun, until: over, deputy: 'tom' }]);
  expect((await led(tom)).items).toEqual([]);
  const next = await waitingForDecision();
  expect((await desk.act(next, 'settle-attention', tom, { decision: 'x' })).body).toMatchObject({ code: 'lead_only' });
  expect((await listed(tom, 'mine=true')).map((one) => one.id)).not.toContain(next);
  expect((await listed(tom, '')).find((one) => one.id === next)).toMatchObject({ mine: false });
  expect((await listed(una, 'mine=true')).map((one) => one.id)).toContain(next);
});

it('brings the queues of the team among the deputy’s own, as long as that lasts', async () => {
  const id = await desk.ticket(messaging);
  const own = async (as: typeof tom) =>
    (await desk.get<{ items: { id: string }[]; queues: string[] }>('/windows?limit=200', as)).body;
  expect((await own(tom)).queues).not.toContain('messaging');
  expect((await say(ida, '/me', [{ ...now(), deputy: 'tom' }])).status).toBe(200);
  const during = await own(tom);
  expect(during.queues).toEqual(expect.arrayContaining(['messaging', 'service-desk']));
  expect(during.items.map((item) => item.id)).toContain(id);
  expect((await desk.get('/windows/counts', tom)).body).toMatchObject({
    queues: expect.arrayContaining(['messaging']) as unknown,
  });
  await say(ida, '/me', [{ ...now(), deputy: 'pia' }]);
  expect((await own(pia)).queues).toEqual(['network']);
  await say(ida, '/me', []);
  expect((await own(tom)).queues).not.toContain('messaging');
});

it('says when members are away, but hands no rights on that are not the own', async () => {
  const item = { ...now() };
  expect((await say(una, '/staff/tom', [{ ...item, deputy: 'una' }])).status).toBe(200);
  expect((await desk.get<{ items: object[] }>('/staff/tom/absences', una)).body.items).toMatchObject([
    { deputy: 'una' },
  ]);
  expect(await say(una, '/staff/nils', [item])).toMatchObject({ status: 403, body: { code: 'lead_only' } });
  expect(await desk.get('/staff/nils/absences', una)).toMatchObject({ status: 403, body: { code: 'lead_only' } });
  await say(tom, '/me', []);
  await say(una, '/me', [{ ...item, deputy: 'tom' }]);
  const longer = { ...item, until: '2099-01-01T00:00:00.000Z', deputy: 'tom' };
  expect((await say(tom, '/staff/una', [longer])).body).toMatchObject({
    code: 'lead_only',
    detail: expect.stringContaining('team service-desk') as unknown,
  });
});

it('changes views that the team shares, and shows which certificates end in it', async () => {
  const view = { name: 'Board', team: 'messaging', definition: {} };
  expect((await desk.ask('POST', '/views', una, view)).body).toMatchObject({ code: 'not_in_team' });
  const { body } = await desk.ask<{ id: string }>('POST', '/views', person('max'), view);
  expect(body.code).toBeUndefined();
  expect((await desk.ask('DELETE', `/views/${body.id}`, una)).body).toMatchObject({ code: 'view_absent' });
  expect((await desk.ask('DELETE', `/views/${body.id}`, ida)).status).toBe(200);
  expect((await desk.get('/certificates/expiring', una)).status).toBe(200);
  expect((await desk.get('/certificates/expiring', tom)).body).toMatchObject({ code: 'lead_only' });
});

it('lets who leads a team of a partner see and take what is in its queues, and nothing else', async () => {
  const place = { ...messaging, queue: 'network', team: 'network' };
  const [mine, other] = [await desk.ticket(place), await desk.ticket(messaging)];
  expect((await desk.act(mine, 'assign', pia, { agentId: 'nils' })).status).toBe(200);
  expect((await desk.act(other, 'assign', pia, { agentId: 'ida' })).body).toMatchObject({ code: 'ticket_absent' });
  const children = await desk.act(mine, 'add-children', pia, { ids: [other], words: 'mail' });
  expect(children.body).toMatchObject({ children: [{ id: other, done: false, number: null, code: 'target_absent' }] });
  expect((await say(pia, '/staff/nils', [now()])).status).toBe(200);
  await say(pia, '/staff/nils', []);
  await desk.ticket(place);
  expect(await desk.ask('POST', '/claim-next', pia, { queues: ['network'] })).toMatchObject({ status: 200 });
  expect((await desk.ask('POST', '/claim-next', pia, { queues: ['phones'] })).body).toMatchObject({
    code: 'not_in_team',
  });
});

it('does not go to a partner’s agent because a lead in the house goes on leave', async () => {
  const id = await waitingForDecision();
  expect((await say(una, '/me', [{ ...now(), deputy: 'pia' }])).status).toBe(200);
  expect((await led(pia)).items.map(({ team }) => team)).toEqual(['network']);
  expect((await desk.act(id, 'settle-attention', pia, { decision: 'x' })).body).toMatchObject({
    code: 'ticket_absent',
  });
  const taken = await desk.ask('POST', '/claim-next', pia, { queues: ['service-desk'] });
  expect(taken.body).toMatchObject({ code: 'not_in_team' });
  expect((await say(pia, '/staff/tom', [now()])).body).toMatchObject({ code: 'lead_only' });
  expect(await listed(pia, '')).not.toContainEqual(expect.objectContaining({ id }));
});

it('is written and read again as it is: further leads stay in their order', async () => {
  const { body } = await desk.get<{ sequence: number; document: { teams: object[] } }>('/desk', omar);
  expect(body.document.teams).toContainEqual(teams[2]);
  expect((await put(body.document, 'replace')).body).toMatchObject({ sequence: body.sequence });
  const leads = ['ida', 'max'];
  expect(await put({ teams: [{ team: 'messaging', name: 'M', lead: 'max', leads }] })).toMatchObject({
    status: 422,
    body: { code: 'desk_invalid', fields: [{ path: 'teams.0.leads.1' }] },
  });
});
