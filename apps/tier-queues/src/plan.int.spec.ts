import { eventually } from '@tierline/testing';
import { deskBody, phones, serviceDesk } from './domain/example.ts';
import type { PlanEffects } from './plan-effects.ts';
import { person, startDesk, type WorkingDesk } from './testing/working-desk.ts';

const [tom, una, lea, omar] = [person('tom'), person('una'), person('lea', 'lead'), person('omar', 'admin')];
const day = [{ from: '00:00', to: '24:00' }];
const names = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const always = {
  calendar: 'always',
  name: 'Always',
  zone: 'Etc/UTC',
  hours: Object.fromEntries(names.map((n) => [n, day])),
};
const promise = (minutes: number) => ({
  policies: [
    {
      policy: 'standard',
      name: 'Standard',
      order: 10,
      when: {},
      calendar: 'always',
      targets: { 'sla-resolution': { P1: minutes, P2: minutes, P3: minutes, P4: minutes } },
    },
  ],
});
const skills = [{ skill: 'phones', name: 'Phones' }];
const calendars = [always];
const queueOf = (queue: string, more: object) => ({ ...deskBody.queues.find((one) => one.queue === queue)!, ...more });

let desk: WorkingDesk;
const put = async (body: object) => expect((await desk.ask('PUT', '/desk', omar, body)).status).toBe(200);
const plan = async (body: object, as = lea) => {
  const answer = await desk.ask<{ openTickets: PlanEffects | null; sequence: number }>('POST', '/desk/plan', as, body);
  expect(answer.status).toBe(200);
  return answer.body.openTickets;
};
const clocks = () =>
  desk.service.database.query<{ number: number; due: string | null; version: number }>(
    `SELECT t.number::int AS number, c->>'due' AS due, (c->'policy'->>'version')::int AS version
     FROM ticket t CROSS JOIN LATERAL jsonb_array_elements(t.body->'clocks') AS c WHERE c->>'kind' = 'sla-resolution'
     ORDER BY t.number, t.id`,
  );

beforeAll(async () => {
  desk = await startDesk();
  await put({ ...promise(480), calendars, skills });
});
afterAll(() => desk?.service.stop());

it('says what becomes of deadlines of open tickets, as it then comes about', async () => {
  await desk.ticket(serviceDesk);
  const held = await desk.ticket(serviceDesk);
  await desk.act(held, 'claim', tom);
  await desk.act(held, 'hold', tom, { reason: 'CUSTOMER' });
  const ended = await desk.ticket(serviceDesk);
  await desk.act(ended, 'cancel', tom, { reason: 'no' });
  const before = await clocks();
  const planned = await plan(promise(240));
  expect(planned).toMatchObject({
    effects: [{ part: 'policies', id: 'standard', what: 'derived-anew', tickets: 2 }],
    deadlines: {
      open: 2,
      lookedAt: 2,
      earlier: { deadlines: 2 },
      later: { deadlines: 0 },
      overdue: { deadlines: 0 },
    },
  });
  expect(planned!.deadlines!.earlier.some).toHaveLength(2);
  expect(await clocks()).toEqual(before);
  expect((await plan({}))!.deadlines).toBeNull();
  await put(promise(240));
  await eventually(async () => {
    const now = await clocks();
    expect(now.filter(({ version }) => version === 2)).toHaveLength(2);
    expect(now.filter(({ due }, index) => due !== null && due < before[index]!.due!)).toHaveLength(1);
  });
});

it('says what moves with its queue, what nobody can serve any more, and who leaves a team with a ticket', async () => {
  const [waits, owned] = [await desk.ticket(phones), await desk.ticket(serviceDesk)];
  expect(waits).not.toBe(owned);
  await desk.act(owned, 'claim', una);
  const skilled = await plan({ queues: [queueOf('phones', { skills: [{ skill: 'phones' }] })] });
  expect(skilled!.effects).toMatchObject([{ part: 'queues', id: 'phones', what: 'nobody-able', tickets: 1 }]);
  const moved = await plan({ queues: [queueOf('phones', { team: 'service-desk' })] });
  expect(moved!.effects).toMatchObject([{ part: 'queues', id: 'phones', what: 'moves-with-queue', tickets: 1 }]);
  const left = await plan({ agents: [{ agentId: 'una', name: 'una', teams: ['phones'] }] });
  expect(left!.effects).toMatchObject([{ part: 'agents', id: 'una', what: 'owner-leaves-team', tickets: 1 }]);
  const renamed = await plan({ queues: [queueOf('phones', { name: 'Telephones' })] });
  expect(renamed).toMatchObject({ effects: [], deadlines: null });
});

it('says what a closed queue hands over at once', async () => {
  const now = new Date(Date.now() - 86_400_000).getUTCDay();
  const closed = { ...always, calendar: 'closed', hours: { [names[now]!]: day } };
  const handing = {
    calendars: [closed],
    queues: [queueOf('phones', { calendar: 'closed', handsOverTo: 'service-desk' })],
  };
  expect((await plan(handing))!.effects).toMatchObject([
    { part: 'queues', id: 'phones', what: 'handed-over', tickets: 1, some: [expect.stringMatching(/^T-/)] },
  ]);
});

it('says nothing of a change that would be refused', async () =>
  expect(await plan({ queues: [queueOf('phones', { tier: 'tier-9' })] })).toBeNull());
