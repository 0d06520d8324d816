import { type Fact } from '@tierline/contracts';
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
import { deskBody, handover, opened, routed, serviceDesk } from './domain/example.ts';
import type { TicketAnswer } from './tickets.ts';

const crew = Array.from({ length: 50 }, (_, n): TestPerson => ({ subject: `agent-${n}`, roles: ['agent'] }));
const lea: TestPerson = { subject: 'lea', roles: ['lead'] };
const body = {
  ...deskBody,
  agents: crew.map(({ subject }) => ({ agentId: subject, name: subject, teams: ['service-desk'] })),
};

let service: ServiceUnderTest;
let tickets: Awaited<ReturnType<typeof subscribe>>;

beforeAll(async () => {
  service = await startUnderTest(tierQueues, { UNROUTED_AFTER_SECONDS: '1', WATCHDOG_SECONDS: '3600' });
  tickets = await subscribe(service.prefix);
  await service.request('PUT', '/desk', { as: { subject: 'omar', roles: ['admin'] }, body });
});

afterAll(async () => {
  await tickets?.close();
  await service?.stop();
});

const sql = <R = Record<string, unknown>>(text: string, parameters: readonly unknown[] = []) =>
  service.database.query<R>(text, parameters);
const tell = (...told: { id: string; fact: Fact }[]) =>
  send(told.map(({ id, fact }) => recordOf(service.prefix, fact, { subject: id })));
const post = async (path: string, as: TestPerson, sent: unknown = {}) => {
  const answer = await service.request('POST', path, { as, body: sent });
  return { status: answer.status, body: answer.body as TicketAnswer & { code: string; ticket: TicketAnswer | null } };
};
const stateOf = async (id: string) =>
  (await sql<{ state: string; queue: string | null }>('SELECT state, queue FROM ticket WHERE id = $1', [id]))[0];
const untilState = (id: string, expected: object) =>
  eventually(async () => expect(await stateOf(id)).toMatchObject(expected));
const kindsOf = (id: string) => tickets.about(id).map(({ type }) => type.split('.').at(-2));

const waitingTickets = async (count: number) => {
  const ids = Array.from({ length: count }, () => uuidv7());
  await tell(...ids.map((id) => ({ id, fact: opened })), ...ids.map((id) => ({ id, fact: routed(serviceDesk) })));
  for (const id of ids) await untilState(id, { state: 'QUEUED' });
  return ids;
};

describe('claims at once', () => {
  it('give twenty tickets to twenty of fifty agents', async () => {
    const ids = await waitingTickets(20);
    const answers = await Promise.all(crew.map((agent) => post('/claim-next', agent)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const taken = answers.flatMap(({ body: { ticket } }) => (ticket ? [ticket.id] : []));
    expect(taken.sort()).toEqual(ids.sort());
  });

  it('give one ticket to one of ten agents', async () => {
    const [id] = await waitingTickets(1);
    const answers = await Promise.all(crew.slice(0, 10).map((agent) => post(`/tickets/${id}/claim`, agent)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const losers = answers.filter(({ status }) => status !== 200);
    expect(losers.map(({ status, body: { code } }) => `${status} ${code}`)).toEqual(
      Array(9).fill('409 already_claimed'),
    );
  });

  it('take the more urgent first, then the older', async () => {
    const [first] = await waitingTickets(1);
    const [second] = await waitingTickets(1);
    const urgent = uuidv7();
    const route = routed(serviceDesk);
    await tell(
      { id: urgent, fact: opened },
      { id: urgent, fact: { ...route, data: { ...route.data, priority: 'P1' } } },
    );
    await untilState(urgent, { state: 'QUEUED' });
    const order: (string | undefined)[] = [];
    for (let n = 0; n < 4; n += 1) order.push((await post('/claim-next', crew[0]!)).body.ticket?.id);
    expect(order).toEqual([urgent, first, second, undefined]);
  });

  it('keep to the caller’s queues', async () => {
    await waitingTickets(1);
    expect((await post('/claim-next', crew[0]!, { queues: ['phones'] })).body).toMatchObject({ code: 'not_in_team' });
    expect((await post('/claim-next', crew[0]!, { queues: ['cellar'] })).body).toMatchObject({ code: 'queue_absent' });
    expect((await post('/claim-next', lea)).body).toEqual({ ticket: null });
    expect((await post('/claim-next', lea, { queues: ['service-desk'] })).body.ticket).toMatchObject({ owner: 'lea' });
  });
});

describe('timers', () => {
  const overdue = (id: string) => sql(`UPDATE timer SET due = now(), next_try = now() WHERE ticket_id = $1`, [id]);
  const work = async () => {
    const [id] = await waitingTickets(1);
    await post(`/tickets/${id}/claim`, crew[0]!);
    return id!;
  };

  it('bring a ticket without a route into the default queue, and take the late route', async () => {
    const id = uuidv7();
    await tell({ id, fact: opened });
    await untilState(id, { state: 'QUEUED', queue: 'service-desk' });
    await eventually(() => expect(kindsOf(id)).toEqual(['opened', 'orphan-detected', 'queued']));
    await tell({ id, fact: routed({ ...serviceDesk, queue: 'phones' }) });
    await untilState(id, { state: 'QUEUED', queue: 'phones' });
  });

  it('leave a ticket without a route alone while routes may stand among what was not read yet', async () => {
    const reads = (remaining: number) =>
      sql(
        `INSERT INTO consumer_position (consumer_group, topic, partition, next_offset, remaining)
         VALUES ('tier-queues', 'far-behind', 0, 1, $1)
         ON CONFLICT (consumer_group, topic, partition) DO UPDATE SET remaining = $1, moved_at = now()`,
        [remaining],
      );
    await reads(100_000);
    const id = uuidv7();
    await tell({ id, fact: opened });
    await eventually(async () =>
      expect(
        await sql(
          `SELECT 1 FROM timer WHERE ticket_id = $1 AND kind = 'unrouted' AND due < now() AND next_try > now() + interval '5 s'`,
          [id],
        ),
      ).toHaveLength(1),
    );
    await reads(0);
    await sql('UPDATE timer SET next_try = now() WHERE ticket_id = $1', [id]);
    await untilState(id, { state: 'QUEUED', queue: 'service-desk' });
    await eventually(() => expect(kindsOf(id)).toEqual(['opened', 'orphan-detected', 'queued']));
  });

  it('bring an escalated ticket without a route into the default queue of its new tier', async () => {
    const id = await work();
    await post(`/tickets/${id}/escalate`, crew[0]!, { tier: 'tier-2', reason: 'up', handover });
    await untilState(id, { state: 'QUEUED', queue: 'messaging' });
  });

  it('wake a held ticket and close a resolved one', async () => {
    const id = await work();
    await post(`/tickets/${id}/hold`, crew[0]!, { reason: 'VENDOR' });
    await overdue(id);
    await untilState(id, { state: 'IN_PROGRESS' });
    await post(`/tickets/${id}/resolve`, crew[0]!, { code: 'solved', solution: 'Done.' });
    await overdue(id);
    await untilState(id, { state: 'CLOSED' });
    expect(await sql('SELECT 1 FROM timer WHERE ticket_id = $1', [id])).toEqual([]);
  });

  it('go on with others when one ticket fails, and tell it as an orphan', async () => {
    const [broken, sound] = [await work(), await work()];
    for (const id of [broken, sound]) await post(`/tickets/${id}/hold`, crew[0]!, { reason: 'VENDOR' });
    await sql(`UPDATE ticket SET body = jsonb_set(body, '{place,rank}', '"one"') WHERE id = $1`, [broken]);
    await sql(`UPDATE ticket SET body = jsonb_set(body, '{place,queue}', '"gone"') WHERE id = $1`, [broken]);
    await sql(`UPDATE timer SET due = now() - interval '2 min', next_try = now() WHERE ticket_id = ANY($1::uuid[])`, [
      [broken, sound],
    ]);
    await untilState(sound, { state: 'IN_PROGRESS' });
    await eventually(async () => {
      const [timer] = await sql<{ failures: number }>('SELECT failures FROM timer WHERE ticket_id = $1', [broken]);
      expect(timer?.failures).toBeGreaterThan(0);
    });
    expect((await service.request('GET', '/board', { as: lea })).body).toMatchObject({ orphans: 1 });
  });

  it('fire after a restart', async () => {
    const id = await work();
    await post(`/tickets/${id}/hold`, crew[0]!, { reason: 'VENDOR' });
    await service.restart();
    await overdue(id);
    await untilState(id, { state: 'IN_PROGRESS' });
  });
});
