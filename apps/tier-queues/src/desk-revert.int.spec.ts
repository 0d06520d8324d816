import { deskBody, serviceDesk } from './domain/example.ts';
import { person, startDesk, type WorkingDesk } from './testing/working-desk.ts';

const [omar, tom] = [person('omar', 'admin'), person('tom')];
const office = { monday: [{ from: '08:00', to: '17:00' }] };
const first = {
  ...deskBody,
  teams: ['service-desk', 'phones', 'messaging', 'network', 'mail-servers'].map((team) => ({ team, name: team })),
  agents: [...deskBody.agents, { agentId: 'nils', name: 'Nils', teams: ['network'] }],
  calendars: [
    { calendar: 'office', name: 'Office', zone: 'Europe/Berlin', hours: office, publicHolidays: { country: 'DE' } },
  ],
  policies: [
    {
      policy: 'mail',
      name: 'Mail',
      order: 1,
      when: { category: ['mail'] },
      calendar: 'office',
      targets: { 'sla-resolution': { P1: 60 } },
    },
  ],
  absences: [{ personId: 'tom', from: '2026-01-01', until: '2026-01-02' }],
};
const categories = [{ category: 'mail', name: 'Mail', type: 'incident' }];
const second = {
  ...first,
  queues: first.queues.filter(({ queue }) => queue !== 'phones'),
  teams: first.teams.map((team) => (team.team === 'service-desk' ? { ...team, lead: 'tom' } : team)),
  calendars: [{ ...first.calendars[0], hours: { tuesday: office.monday } }],
  policies: [],
  absences: [],
};
type Version = {
  sequence: number;
  document: object;
  differences: { id: string }[];
  faults: object[];
  openTickets: object | null;
};

let desk: WorkingDesk;
const apply = async (document: object) => {
  const answer = await desk.ask<Version>('PUT', '/desk?mode=replace', omar, { ...document, categories });
  expect(answer).toMatchObject({ status: 200 });
  return answer.body.sequence;
};
const now = async () => (await desk.get<Version>('/desk', omar)).body;
const at = (number: number, what = 'document') => desk.get<Version>(`/desk/versions/${number}/${what}`, tom);
const revert = (number: number, body: object = {}, as = omar, headers = {}) =>
  desk.ask<Version>('POST', `/desk/versions/${number}/revert`, as, body, headers);

let start: number;

beforeAll(async () => {
  desk = await startDesk();
  start = await apply(first);
});
afterAll(() => desk?.service.stop());

it('goes back to what it was, as a new version that says so, after a plan', async () => {
  const before = await now();
  await apply(second);
  expect((await at(start)).body).toEqual({ sequence: start, document: before.document });
  const plan = await desk.ask<Version>('POST', `/desk/versions/${start}/plan`, tom);
  expect(plan).toMatchObject({ status: 200, body: { sequence: start + 1, faults: [], openTickets: {} } });
  expect(plan.body.differences.map(({ id }) => id).sort()).toEqual(
    ['phones', 'service-desk', 'office', 'mail', 'tom:2026-01-01'].sort(),
  );
  expect((await now()).sequence).toBe(start + 1);
  expect(await revert(start, { why: 'It was wrong.' })).toMatchObject({ status: 200, body: { sequence: start + 2 } });
  expect(await now()).toEqual({ sequence: start + 2, document: before.document });
  const { body } = await desk.get<{ items: object[] }>('/desk/versions?limit=1', omar);
  expect(body.items).toMatchObject([{ by: 'agent:omar', why: `Reverts to ${start}: It was wrong.`, changes: 5 }]);
  expect((await revert(start)).body).toMatchObject({ sequence: start + 2 });
  expect((await revert(start + 1)).body).toMatchObject({ sequence: start + 3 });
  expect((await revert(start + 2)).body).toMatchObject({ sequence: start + 4 });
  expect((await now()).document).toEqual(before.document);
});

it('is checked as any other change is, and seen by its tenant alone', async () => {
  const id = await desk.ticket({ ...serviceDesk, queue: 'phones', team: 'phones' });
  const inUse = { status: 422, body: { code: 'desk_part_in_use', fields: [{ path: 'queues.phones' }] } };
  expect(await revert(start + 1)).toMatchObject(inUse);
  const plan = await desk.ask<Version>('POST', `/desk/versions/${start + 1}/plan`, tom);
  expect(plan.body).toMatchObject({ faults: [{ path: 'queues.phones' }], openTickets: null });
  await desk.act(id, 'cancel', tom, { reason: 'done' });
  expect(await revert(start + 1, {}, tom)).toMatchObject({ status: 403 });
  expect(await revert(start + 1, {}, omar, { 'if-match': '1' })).toMatchObject({ body: { code: 'changed_meanwhile' } });
  expect(await revert(999)).toMatchObject({ status: 404, body: { code: 'version_absent' } });
  expect((await at(999)).body).toMatchObject({ code: 'version_absent' });
  const globex = person('omar', 'admin', 'globex');
  expect((await desk.get<Version>('/desk/versions/0/document', globex)).body).toMatchObject({ document: { desk: 1 } });
  expect((await desk.get<Version>('/desk/versions/1/document', globex)).status).toBe(404);
});

it('was empty before its first version, and is not guessed where the history does not tell', async () => {
  expect((await at(0)).body).toEqual({ sequence: 0, document: { desk: 1 } });
  await desk.service.database.query(
    `UPDATE desk_version SET differences = jsonb_set(differences, '{0,id}', '"nobody"') WHERE number = $1`,
    [start + 1],
  );
  expect(await revert(start)).toMatchObject({ status: 409, body: { code: 'version_inexact' } });
  expect((await at(start + 1)).status).toBe(200);
});
