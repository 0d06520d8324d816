import { clock, eventually, everyDay, zone } from '@tierline/testing';
import { person, startDesk, type WorkingDesk } from './testing/working-desk.ts';

const [tom, omar] = [person('tom'), person('omar', 'admin')];
const minute = 60_000;

let desk: WorkingDesk;
const put = (parts: object) => desk.ask('PUT', '/desk', omar, parts);
const acceptIn = (acceptanceMinutes?: number) =>
  put({
    tiers: [{ tier: 'tier-1', name: 'Tier 1', rank: 1, defaultQueue: 'service-desk', acceptanceMinutes }],
  });
const worksBy = (calendar: string) =>
  put({ queues: [{ queue: 'service-desk', name: 'Service desk', tier: 'tier-1', team: 'service-desk', calendar }] });
const openFor = (from: number, to: number) =>
  put({ calendars: [{ calendar: 'rota', name: 'Rota', zone, hours: everyDay(clock(from), clock(to)) }] });

beforeAll(async () => {
  // Nothing but the change itself brings a timer forward.
  desk = await startDesk({ WATCHDOG_SECONDS: '3600' });
});
afterAll(() => desk?.service.stop());

it('has an owner begin by what the tier, the queue and its calendar say now', async () => {
  await acceptIn(30);
  const id = await desk.ticket();
  await desk.act(id, 'claim', tom);
  const timers = () =>
    desk.service.database.query<{ kind: string; due: Date; same: boolean }>(
      `SELECT m.kind, m.due, t.next_at = m.due AND t.timers = 1 AS same
       FROM timer m JOIN ticket t ON t.tenant_id = m.tenant_id AND t.id = m.ticket_id WHERE t.id = $1`,
      [id],
    );
  const begun = (await timers())[0]!.due.getTime() - 30 * minute;
  const untilDue = (inMinutes: number) =>
    eventually(async () => {
      const [timer, ...others] = await timers();
      expect(timer).toMatchObject({ kind: 'acceptance', same: true });
      expect(others).toEqual([]);
      expect(Math.abs(timer!.due.getTime() - begun - inMinutes * minute)).toBeLessThan(minute);
    });
  await acceptIn(45);
  await untilDue(45);
  await openFor(60, 120);
  await worksBy('rota');
  await untilDue(60 + 45);
  await openFor(70, 130);
  await untilDue(70 + 45);
  await acceptIn();
  await eventually(async () => expect(await timers()).toMatchObject([{ kind: 'stalled', same: true }]));
}, 60_000);

it('takes a ticket back at once that the new time has passed by', async () => {
  await acceptIn(30);
  await openFor(-60, 60);
  const id = await desk.ticket();
  await desk.act(id, 'claim', tom);
  await desk.service.database.query(
    `UPDATE ticket SET body = body || jsonb_build_object('assignedAt', to_jsonb(now() - interval '10 min')) WHERE id = $1`,
    [id],
  );
  await acceptIn(5);
  await eventually(async () =>
    expect(await desk.get(`/tickets/${id}`, omar)).toMatchObject({ body: { state: 'QUEUED', owner: null } }),
  );
}, 30_000);
