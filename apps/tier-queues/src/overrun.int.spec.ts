import { SlaOverrun, type EventOf } from '@tierline/contracts';
import { eventually, subscribe } from '@tierline/testing';
import { opened, serviceDesk } from './domain/example.ts';
import { person, startDesk, type WorkingDesk } from './testing/working-desk.ts';

const [lea, omar] = [person('lea', 'lead'), person('omar', 'admin')];
const minute = 60_000;
const day = [{ from: '00:00', to: '24:00' }];
const names = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const hours = Object.fromEntries(names.map((name) => [name, day]));
const calendars = [{ calendar: 'always', name: 'Always', zone: 'Etc/UTC', hours }];
const management = [{ personId: 'nadia', name: 'Nadia' }];
const policy = {
  policy: 'standard',
  name: 'Standard',
  order: 10,
  when: {},
  calendar: 'always',
  targets: { 'sla-resolution': { P2: 60 } },
  afterBreach: [
    { share: 110, actions: ['notify-up'] },
    { share: 150, actions: ['tell-lead'] },
  ],
};

let desk: WorkingDesk;
let tickets: Awaited<ReturnType<typeof subscribe>>;
beforeAll(async () => {
  desk = await startDesk();
  tickets = await subscribe(desk.service.prefix);
  const { status } = await desk.ask('PUT', '/desk', omar, { calendars, management, policies: [policy] });
  expect(status).toBe(200);
});
afterAll(async () => {
  await tickets?.close();
  await desk?.service.stop();
});

const overruns = (id: string) =>
  tickets.about(id).filter(({ type }) => type === SlaOverrun.type) as unknown as EventOf<typeof SlaOverrun>[];
const stepsOf = async (id: string) => {
  const { body } = await desk.get<{ items: { kind: string; steps: { share: number }[] }[] }>(
    `/tickets/${id}/clocks`,
    lea,
  );
  return body.items[0]!.steps.map(({ share }) => share);
};

it('takes the next step in its moment, once and never early, also with two pods, and keeps the timer of the one after', async () => {
  await desk.service.another();
  const id = await desk.ticket(serviceDesk, opened, { time: new Date(Date.now() - 66 * minute + 3_000).toISOString() });
  await eventually(() =>
    expect(tickets.about(id).map(({ type }) => type)).toContain('tierline.ticket.sla-breached.v1'),
  );
  expect(await stepsOf(id)).toEqual([110, 150]);
  const [event] = await eventually(() => {
    expect(overruns(id)).toHaveLength(1);
    return overruns(id);
  });
  expect(event).toMatchObject({ data: { share: 110, tell: [{ who: 'management', agentId: 'nadia' }] } });
  expect(event!.data.consumed).toBeGreaterThanOrEqual(66 * minute);
  expect(event!.data.consumed).toBeLessThan(66 * minute + 10_000);
  expect(await stepsOf(id)).toEqual([150]);
  const timers = await desk.service.database.query('SELECT kind FROM timer WHERE ticket_id = $1', [id]);
  expect(timers).toEqual([{ kind: 'overrun' }]);
  const explained = await desk.get<{ lines: string[] }>(`/tickets/${id}/clocks/sla-resolution/explain`, lea);
  expect(explained.body.lines.join('\n')).toMatch(/Told further on .*: 110 % used/);
  expect(overruns(id)).toHaveLength(1);
});
