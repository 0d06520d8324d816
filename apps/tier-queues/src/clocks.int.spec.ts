import { RequesterReplied } from '@tierline/contracts';
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
import type { ClockView } from './clock-view.ts';
import { deskBody, opened, routed, serviceDesk } from './domain/example.ts';
import { look, patience } from './orphans.ts';

const tom: TestPerson = { subject: 'tom', roles: ['agent'] };
const lea: TestPerson = { subject: 'lea', roles: ['lead'] };
const omar: TestPerson = { subject: 'omar', roles: ['admin'] };
const anna: TestPerson = { subject: 'anna', roles: ['requester'] };

const wholeDay = [{ from: '00:00', to: '24:00' }];
const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const always = {
  calendar: 'always',
  name: 'Always',
  zone: 'Etc/UTC',
  hours: Object.fromEntries(days.map((day) => [day, wholeDay])),
};
const policy = {
  policy: 'standard',
  name: 'Standard',
  order: 90,
  when: {},
  calendar: 'always',
  targets: {
    'sla-first-response': { P2: 60 },
    'sla-next-response': { P2: 60 },
    'sla-resolution': { P2: 480 },
    'ola-waiting': { P2: 240 },
  },
  warnings: [75],
  onBreach: ['tell-lead'],
};
const minute = 60_000;

let service: ServiceUnderTest;
let tickets: Awaited<ReturnType<typeof subscribe>>;

beforeAll(async () => {
  service = await startUnderTest(tierQueues, { UNROUTED_AFTER_SECONDS: '600', WATCHDOG_SECONDS: '1' });
  tickets = await subscribe(service.prefix);
  const body = { ...deskBody, calendars: [always], policies: [policy] };
  expect((await service.request('PUT', '/desk', { as: omar, body })).status).toBe(200);
  await service.another();
});

afterAll(async () => {
  await tickets?.close();
  await service?.stop();
});

const sql = <R = Record<string, unknown>>(text: string, parameters: readonly unknown[] = []) =>
  service.database.query<R>(text, parameters);
const get = async (path: string, as = tom) => {
  const { status, body } = await service.request('GET', path, { as });
  return { status, body: body as { items: ClockView[]; lines: string[]; code: string; count: number } };
};
const act = async (id: string, verb: string, body: object = {}) => {
  const answer = await service.request('POST', `/tickets/${id}/${verb}`, { as: tom, body });
  expect(answer.status).toBe(200);
};
const told = (id: string, type: string) =>
  tickets.about(id).filter((event) => event.type === `tierline.ticket.${type}.v1`);

/** Tickets that wait in the service desk since so many milliseconds ago. */
const waiting = async (count: number, age = 0) => {
  const ids = Array.from({ length: count }, () => uuidv7());
  const time = new Date(Date.now() - age).toISOString();
  await send([
    ...ids.map((subject) => recordOf(service.prefix, opened, { subject, time })),
    ...ids.map((subject) => recordOf(service.prefix, routed(serviceDesk), { subject })),
  ]);
  await eventually(async () => {
    const rows = await sql(`SELECT 1 FROM ticket WHERE id = ANY($1::uuid[]) AND state = 'QUEUED'`, [ids]);
    expect(rows).toHaveLength(count);
  });
  return ids;
};

describe('the clocks of a ticket', () => {
  it('are shown to who works on it, and to its requester what was promised to her', async () => {
    const [id] = await waiting(1, 10 * minute);
    const { body } = await get(`/tickets/${id}/clocks`);
    expect(body.items.map(({ clock, state, target }) => [clock, state, target / minute])).toEqual([
      ['sla-first-response', 'running', 60],
      ['sla-resolution', 'running', 480],
      ['ola-waiting:tier-1/service-desk#0', 'running', 240],
    ]);
    expect(body.items[0]!.consumed).toBeGreaterThanOrEqual(10 * minute);
    const own = (await get(`/tickets/${id}/clocks`, anna)).body.items;
    expect(own.map(({ kind }) => kind)).toEqual(['sla-first-response', 'sla-resolution']);
    expect(own[0]).toMatchObject({ due: body.items[0]!.due, why: 'the service agreement', warnings: [], steps: [] });
    expect(JSON.stringify(own)).not.toMatch(/Standard|service-desk|tier-1|every ticket/);
    expect(await get(`/tickets/${id}/clocks`, { ...anna, subject: 'bert' })).toMatchObject({ status: 404 });
    expect(await get(`/tickets/${id}/clocks`, { ...tom, tenant: 'globex' })).toMatchObject({ status: 404 });
  });

  it('explain themselves, the desk’s own to the desk alone', async () => {
    const [id] = await waiting(1);
    await act(id!, 'claim');
    await act(id!, 'hold', { reason: 'CUSTOMER' });
    await send([recordOf(service.prefix, RequesterReplied({ messageId: uuidv7(), text: 'Here' }), { subject: id! })]);
    await eventually(async () => {
      const { lines } = (await get(`/tickets/${id}/clocks/sla-resolution/explain`, anna)).body;
      expect(lines.join(' ')).toMatch(/^Due .*Solution within 8 h of working time: at any hour.*Went on from/);
    });
    const own = `/tickets/${id}/clocks/${encodeURIComponent('ola-waiting:tier-1/service-desk#0')}/explain`;
    expect((await get(own)).body.lines.join(' ')).toContain('(policy Standard, version ');
    expect(await get(own, anna)).toMatchObject({ status: 404, body: { code: 'clock_absent' } });
    const told = await get(`/tickets/${id}/clocks/sla-resolution/explain`, anna);
    expect(JSON.stringify(told.body)).not.toMatch(/Standard|service-desk|tier-1|every ticket|"tell"/);
    expect(await get(`/tickets/${id}/clocks/none/explain`)).toMatchObject({ body: { code: 'clock_absent' } });
  });

  it('put the soonest deadline into the lists', async () => {
    const [id] = await waiting(1, 30 * minute);
    const rows = (await get('/tickets?q=mail')).body.items as unknown as {
      id: string;
      dueClock: string;
      late: string[];
    }[];
    const row = rows.find((one) => one.id === id);
    expect(row).toMatchObject({ id, dueClock: 'sla-first-response', late: [] });
    const page = async (after = '') => {
      const { body } = await get(`/queues/service-desk/tickets?sort=due&limit=1${after}`);
      const { items, next } = body as unknown as { items: { dueAt: string }[]; next: string | null };
      return { due: items.map(({ dueAt }) => dueAt), next };
    };
    const due: string[] = [];
    for (let after: string | null = ''; after !== null;) {
      const shown: Awaited<ReturnType<typeof page>> = await page(after);
      due.push(...shown.due);
      after = shown.next && `&after=${shown.next}`;
    }
    expect(due.length).toBeGreaterThan(1);
    expect(due).toEqual(due.toSorted());
  });
});

it('misses each deadline once and never early, whichever of two pods fires it', async () => {
  const ids = await waiting(40, 60 * minute - 1_500);
  await eventually(() => {
    for (const id of ids) expect(told(id, 'sla-breached')).toHaveLength(1);
  });
  for (const id of ids) {
    const [breached] = told(id, 'sla-breached') as { time: string; data: { due: string; tell: unknown } }[];
    expect(Date.parse(breached!.time)).toBeGreaterThanOrEqual(Date.parse(breached!.data.due));
    expect(breached!.data.tell).toMatchObject([{ who: 'lead', team: 'service-desk' }]);
  }
  const rows = await sql<{ late: string[]; n: number }>(
    `SELECT late, (SELECT count(*)::int FROM timer m WHERE m.ticket_id = t.id AND m.clock = 'sla-first-response') AS n
     FROM ticket t WHERE id = ANY($1::uuid[])`,
    [ids],
  );
  expect(rows).toEqual(Array(40).fill({ late: ['sla-first-response'], n: 0 }));
});

it('derives the deadlines of open tickets anew when a policy changes, and says why', async () => {
  const [id, held] = await waiting(2);
  await act(held!, 'claim');
  await act(held!, 'hold', { reason: 'CUSTOMER' });
  const changed = { ...policy, targets: { ...policy.targets, 'sla-resolution': { P2: 240 } } };
  await service.request('PUT', '/desk', { as: omar, body: { policies: [changed] } });
  await eventually(() => {
    for (const one of [id, held])
      expect(
        told(one!, 'clock-retargeted').filter(({ data }) => (data as { clock: string }).clock === 'sla-resolution'),
      ).toMatchObject([
        { actor: 'system:retiming', data: { cause: 'policy-changed', target: 240 * minute, policy: { version: 2 } } },
      ]);
  });
  await eventually(async () => expect(await sql('SELECT 1 FROM retiming')).toEqual([]));
  const { items } = (await get(`/tickets/${held}/clocks`)).body;
  expect(items.find(({ kind }) => kind === 'sla-resolution')).toMatchObject({ state: 'paused', target: 240 * minute });
});

describe('the watchdog', () => {
  const mended = (id: string, kind: string, repair: string) =>
    eventually(() =>
      expect(told(id, 'orphan-detected')).toMatchObject([
        { actor: 'system:watchdog', data: { kind, repair, tell: [{ who: 'lead' }] } },
      ]),
    );
  const timersOf = (id: string) => sql<{ kind: string }>('SELECT kind FROM timer WHERE ticket_id = $1', [id]);

  it('finds and mends what nobody would move, once, and tells the lead', async () => {
    const [lost, untimed, held, stuck] = await waiting(4);
    for (const id of [held, stuck]) {
      await act(id!, 'claim');
      await act(id!, 'hold', { reason: 'VENDOR', vendor: 'Cisco' });
    }
    await sql(`UPDATE ticket SET queue = NULL, body = body || '{"place": null}' WHERE id = $1`, [lost]);
    await sql(`DELETE FROM timer WHERE ticket_id = $1`, [untimed]);
    await sql(`DELETE FROM timer WHERE ticket_id = $1 AND kind = 'wake-up'`, [held]);
    await sql(`UPDATE timer SET due = 'infinity', next_try = 'infinity' WHERE ticket_id = $1 AND kind = 'wake-up'`, [
      stuck,
    ]);
    await sql(`UPDATE ticket SET body = jsonb_set(body, '{hold,until}', '"9999-01-01T00:00:00.000Z"') WHERE id = $1`, [
      stuck,
    ]);
    await mended(lost!, 'no-queue', 'default-queue');
    await mended(untimed!, 'no-deadline', 'timer-armed');
    await mended(held!, 'no-wake-up', 'timer-armed');
    await mended(stuck!, 'no-wake-up', 'resumed');
    expect(await timersOf(untimed!)).toHaveLength(6);
    expect(
      await sql('SELECT state, queue FROM ticket WHERE id = ANY($1::uuid[]) ORDER BY id', [[lost, stuck]]),
    ).toEqual([
      { state: 'QUEUED', queue: 'service-desk' },
      { state: 'IN_PROGRESS', queue: 'service-desk' },
    ]);
    const orphans = await get('/orphans', lea);
    expect(orphans.body).toMatchObject({ count: 0, items: [], lastRound: { endedAt: expect.any(String) } });
    const { mended: list } = orphans.body as unknown as { mended: { items: { ticketId: string }[] } };
    expect(new Set(list.items.map(({ ticketId }) => ticketId))).toEqual(new Set([lost, untimed, held, stuck]));
    expect((await get('/orphans', { ...lea, tenant: 'globex' })).body).toMatchObject({
      count: 0,
      mended: { items: [] },
    });
  });

  it('leaves a ticket that waits for its route alone while routes may stand among what was not read yet', async () => {
    const id = uuidv7();
    await send([recordOf(service.prefix, opened, { subject: id })]);
    await eventually(async () => expect(await timersOf(id)).toContainEqual({ kind: 'unrouted' }));
    await sql(
      `UPDATE timer SET due = now() - interval '5 min', next_try = 'infinity' WHERE ticket_id = $1 AND kind = 'unrouted'`,
      [id],
    );
    await sql(
      `INSERT INTO consumer_position (consumer_group, topic, partition, next_offset, remaining)
       VALUES ('tier-queues', 'far-behind', 0, 1, 100000)`,
    );
    const orphans = async () => {
      const looked = await service.database.inBackground((tx) => look(tx, null, patience));
      return looked.orphans.filter((orphan) => orphan.id === id);
    };
    expect(await orphans()).toEqual([]);
    expect((await get('/orphans', lea)).body).toMatchObject({ items: [{ id, kind: 'no-queue' }] });
    await sql(`DELETE FROM consumer_position WHERE topic = 'far-behind'`);
    expect(await orphans()).toMatchObject([{ kind: 'no-queue' }]);
    await sql('UPDATE timer SET due = now(), next_try = now() WHERE ticket_id = $1', [id]);
    await eventually(async () => expect((await get('/orphans', lea)).body).toMatchObject({ count: 0 }));
  });

  it('counts what it cannot mend, and goes on with the others', async () => {
    const [broken, sound] = await waiting(2);
    await sql(
      `UPDATE ticket SET body = jsonb_set(body, '{clocks,0,calendar}', '{"id": "gone", "version": 1}') WHERE id = $1`,
      [broken],
    );
    await sql('DELETE FROM timer WHERE ticket_id = ANY($1::uuid[])', [[broken, sound]]);
    await mended(sound!, 'no-deadline', 'timer-armed');
    await eventually(async () =>
      expect((await get('/orphans', lea)).body).toMatchObject({
        count: 1,
        items: [{ id: broken, kind: 'no-deadline' }],
      }),
    );
    expect(told(broken!, 'orphan-detected')).toEqual([]);
    await sql(`UPDATE ticket SET state = 'CLOSED' WHERE id = $1`, [broken]);
    expect((await get('/orphans', lea)).body).toMatchObject({ count: 0, items: [] });
    await eventually(async () => expect(await sql('SELECT FROM unmended')).toEqual([]));
  });
});
