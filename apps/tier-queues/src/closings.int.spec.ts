import { clock, eventually, everyDay, zone } from '@tierline/testing';
import { serviceDesk } from './domain/example.ts';
import { person, startDesk, type WorkingDesk } from './testing/working-desk.ts';

const [lea, omar] = [person('lea', 'lead'), person('omar', 'admin')];

let desk: WorkingDesk;
const put = (parts: object) => desk.ask('PUT', '/desk', omar, parts);
const hours = (from: string, to: string) =>
  put({ calendars: [{ calendar: 'rare', name: 'Rare', zone, hours: everyDay(from, to) }] });
const queueOf = async (id: string) => (await desk.get<{ queue: string }>(`/tickets/${id}`, lea)).body.queue;

beforeAll(async () => {
  desk = await startDesk({ WATCHDOG_SECONDS: '3600' });
});
afterAll(() => desk?.service.stop());

describe('a partner that holds Tier 1 for some hours', () => {
  const nora = person('nora', 'partner-agent');
  const place = { ...serviceDesk, queue: 'night', team: 'night' };

  it('sees and does its own alone, and hands over what is open when its hours end', async () => {
    const rare = { calendar: 'rare', name: 'Rare', zone, hours: everyDay('00:00', '24:00') };
    const night = { queue: 'night', name: 'Night', tier: 'tier-1', team: 'night', calendar: 'rare' };
    const parts = {
      calendars: [rare],
      partners: [{ partner: 'northcall', name: 'Northcall' }],
      teams: [{ team: 'night', name: 'Night', partner: 'northcall' }],
      agents: [{ agentId: 'nora', name: 'Nora', teams: ['night'] }],
    };
    const wrong = await put({ ...parts, queues: [{ ...night, handsOverTo: 'messaging' }] });
    expect(wrong).toMatchObject({
      status: 422,
      body: { code: 'desk_invalid', fields: [{ path: 'queues.0.handsOverTo' }] },
    });
    expect(await put({ ...parts, queues: [{ ...night, handsOverTo: 'service-desk' }] })).toMatchObject({ status: 200 });
    const [own, other] = [await desk.ticket(place), await desk.ticket()];
    expect(await desk.act(other, 'claim', nora)).toMatchObject({ status: 404, body: { code: 'ticket_absent' } });
    expect(await desk.get(`/tickets/${other}`, nora)).toMatchObject({ status: 404 });
    expect(await desk.act(own, 'claim', nora)).toMatchObject({ status: 200 });
    const text = 'The printer was off.';
    expect(await desk.act(own, 'note', nora, { text })).toMatchObject({ status: 200 });
    expect(await desk.act(own, 'start', nora)).toMatchObject({ status: 200 });
    await hours(clock(-60), clock(0));
    await eventually(async () =>
      expect(await desk.get(`/tickets/${own}`, lea)).toMatchObject({
        body: { state: 'QUEUED', queue: 'service-desk', owner: null },
      }),
    );
    const { body } = await desk.get<{ timeline: { kind: string; data: object }[] }>(`/tickets/${own}`, lea);
    expect(body.timeline).toContainEqual(expect.objectContaining({ kind: 'note-added' }));
    expect(body.timeline).toContainEqual(
      expect.objectContaining({
        kind: 'transferred',
        data: expect.objectContaining({
          reason: 'The hours of night ended; it was with nora, who worked on it.',
        }) as object,
      }),
    );
    expect(await desk.get(`/tickets/${own}`, nora)).toMatchObject({ status: 404 });
  }, 30_000);

  it('hands over when a change of the desk ends its hours, and not when it prolongs them', async () => {
    const closesAt = async () => {
      const sql = `SELECT closes_at > now() AS later FROM closing WHERE queue = 'night'`;
      return (await desk.service.database.query(sql)) as unknown;
    };
    await hours(clock(-60), clock(60));
    const id = await desk.ticket(place);
    expect(await closesAt()).toEqual([{ later: true }]);
    await desk.service.database.query(`UPDATE closing SET closes_at = now() WHERE queue = 'night'`);
    await hours('00:00', '24:00');
    expect(await closesAt()).toEqual([{ later: true }]);
    expect(await queueOf(id)).toBe('night');
    await hours(clock(-60), clock(0));
    await eventually(async () => expect(await queueOf(id)).toBe('service-desk'));
  }, 30_000);

  it('hands on what comes while it is closed, and keeps what comes while it is open', async () => {
    await hours(clock(-60), clock(0));
    const id = await desk.ticket(place);
    expect(await queueOf(id)).toBe('service-desk');
    const { body } = await desk.get<{ timeline: { kind: string; data: object }[] }>(`/tickets/${id}`, lea);
    expect(body.timeline).toContainEqual(
      expect.objectContaining({
        kind: 'transferred',
        data: expect.objectContaining({ reason: 'It came to night while that is closed.' }) as object,
      }),
    );
    await hours('00:00', '24:00');
    expect(await queueOf(await desk.ticket(place))).toBe('night');
  }, 30_000);

  it('hands over at once what waits in a closed queue that begins to hand over, and what is held when it goes on', async () => {
    const queue = (more: object) =>
      put({ queues: [{ queue: 'night', name: 'Night', tier: 'tier-1', team: 'night', calendar: 'rare', ...more }] });
    await queue({});
    await hours(clock(-60), clock(0));
    const [waiting, begun, held] = [await desk.ticket(place), await desk.ticket(place), await desk.ticket(place)];
    for (const id of [begun, held])
      for (const verb of ['claim', 'start']) expect(await desk.act(id, verb, nora)).toMatchObject({ status: 200 });
    const until = { reason: 'VENDOR', vendor: 'Contoso', until: new Date(Date.now() + 3_600_000).toISOString() };
    expect(await desk.act(held, 'hold', nora, until)).toMatchObject({ status: 200 });
    expect(await queueOf(waiting)).toBe('night');
    await queue({ handsOverTo: 'service-desk' });
    for (const id of [waiting, begun])
      await eventually(async () =>
        expect(await desk.get(`/tickets/${id}`, lea)).toMatchObject({
          body: { state: 'QUEUED', queue: 'service-desk', owner: null },
        }),
      );
    expect(await queueOf(held)).toBe('night');
    expect(await desk.act(held, 'vendor-answer', lea, { text: 'Fixed.' })).toMatchObject({ status: 200 });
    await eventually(async () => expect(await queueOf(held)).toBe('service-desk'));
  }, 30_000);
});
