import { randomUUID } from 'node:crypto';
import {
  AgentReplied,
  OpeningAsked,
  TicketHeld,
  TicketQueued,
  TicketResolved,
  TicketRouted,
  type Fact,
} from '@tierline/contracts';
import {
  eventually,
  recordOf,
  send,
  startUnderTest,
  subscribe,
  type ServiceUnderTest,
  type TestPerson,
} from '@tierline/testing';
import { intake } from './app.module.ts';

const anna: TestPerson = { subject: 'anna.berg', roles: ['requester'], name: 'Anna Berg' };
const ticket = { subject: 'Outlook asks for my password', description: 'Every few minutes since this morning.' };

let service: ServiceUnderTest;
let tickets: Awaited<ReturnType<typeof subscribe>>;

beforeAll(async () => {
  service = await startUnderTest(intake);
  tickets = await subscribe(service.prefix);
});

afterAll(async () => {
  await tickets?.close();
  await service?.stop();
});

type Opened = { id: string; number: number; reference: string; status: string; sequence: number };

const open = async (body: object = ticket, as: TestPerson = anna, headers: Record<string, string> = {}) => {
  const answer = await service.request('POST', '/tickets', { as, body, headers });
  return { ...answer, body: answer.body as Opened };
};
const read = async (id: string, as: TestPerson = anna) => service.request('GET', `/tickets/${id}`, { as });
const post = (path: string, body: unknown, as: TestPerson = anna, headers: Record<string, string> = {}) =>
  service.request('POST', path, { as, body, headers });

let sequence = 0;
const desk = (id: string, ...facts: readonly Fact[]) =>
  send(facts.map((fact) => recordOf(service.prefix, fact, { subject: id, sequence: (sequence += 1) })));

const untilStatus = (id: string, status: string) =>
  eventually(async () => expect((await read(id)).body).toMatchObject({ status }));

const resolve = async (id: string) => {
  await desk(id, TicketQueued(TicketQueued.example), TicketResolved(TicketResolved.example));
  await untilStatus(id, 'resolved');
};

const stored = async () => {
  const [row] = await service.database.query<{ n: string }>(
    'SELECT (SELECT count(*) FROM message) + (SELECT count(*) FROM journal) AS n',
  );
  return Number(row!.n);
};

/** Sends it and checks that it left nothing behind. */
const refused = async (send: () => Promise<{ status: number; body: unknown }>) => {
  const before = await stored();
  const answer = await send();
  expect(await stored()).toBe(before);
  return answer;
};

describe('the way of a ticket', () => {
  it('is seen by its requester in plain words, with the conversation', async () => {
    const { body } = await open();
    const { id } = body;
    await desk(
      id,
      TicketQueued(TicketQueued.example),
      AgentReplied({ ...AgentReplied.example, text: 'Which version?' }),
      TicketHeld(TicketHeld.example),
    );
    await untilStatus(id, 'waiting-for-you');
    const replied = await post(`/tickets/${id}/replies`, { text: 'Version 16.' });
    expect(replied).toMatchObject({ status: 200, body: { id, sequence: 2, status: 'in-progress' } });
    await resolve(id);
    const rejected = await post(`/tickets/${id}/reject`, { reason: 'It asks again.' });
    expect(rejected).toMatchObject({ status: 200, body: { id, sequence: 3, status: 'waiting' } });
    expect(await post(`/tickets/${id}/reject`, { reason: 'again' })).toMatchObject({
      status: 422,
      body: { code: 'not_resolved' },
    });
    await resolve(id);
    expect(await post(`/tickets/${id}/confirm`, { comment: 'Thank you!' })).toMatchObject({
      status: 200,
      body: { id, sequence: 4, status: 'closed' },
    });
    expect(await service.request('POST', `/tickets/${id}/confirm`, { as: anna })).toMatchObject({
      status: 200,
      body: { id, sequence: 4, status: 'closed' },
    });
    const whole = (await read(id)).body as Record<string, unknown>;
    expect(JSON.stringify(whole)).not.toMatch(/tom\.first|ida\.second/);
    expect(whole).toMatchObject({ ...ticket, tierRank: 1, sequence: 4, closedAt: expect.any(String) });
    expect(whole.conversation).toEqual(
      [
        ['desk', 'message', 'Which version?'],
        ['requester', 'message', 'Version 16.'],
        ['desk', 'solution', TicketResolved.example.solution],
        ['requester', 'rejection', 'It asks again.'],
        ['desk', 'solution', TicketResolved.example.solution],
        ['requester', 'confirmation', 'Thank you!'],
      ].map(([from, kind, text]) => ({ from, kind, text, at: expect.any(String) })),
    );
    await eventually(() =>
      expect(
        tickets
          .about(id)
          .filter(({ source }) => source === '/intake')
          .map(({ sequence }) => sequence),
      ).toEqual([1, 2, 3, 4]),
    );
  });

  it('takes an event that comes twice once', async () => {
    const { body } = await open();
    const record = recordOf(service.prefix, AgentReplied(AgentReplied.example), { subject: body.id });
    await send([record, record]);
    await send([record]);
    await desk(body.id, TicketQueued(TicketQueued.example));
    await untilStatus(body.id, 'waiting');
    expect((await read(body.id)).body).toMatchObject({ conversation: [{}] });
  });

  it('shows what the ticket turned out to be about', async () => {
    const { body } = await open();
    await desk(body.id, TicketQueued(TicketQueued.example));
    await desk(body.id, TicketRouted({ ...TicketRouted.example, category: 'printer' }));
    await eventually(async () =>
      expect((await read(body.id)).body).toMatchObject({ status: 'waiting', category: 'printer' }),
    );
  });

  it('opens the ticket that the desk asks for, once, and shows each what belongs to it', async () => {
    const { body } = await open();
    const newTicketId = randomUUID();
    const asked = OpeningAsked({
      newTicketId,
      kind: 'follow-up',
      subject: 'Follow-up: Outlook',
      description: 'It is back.',
      category: null,
      agentId: null,
    });
    const record = recordOf(service.prefix, asked, { subject: body.id });
    await send([record, record]);
    await untilStatus(newTicketId, 'received');
    expect((await read(newTicketId)).body).toMatchObject({
      subject: 'Follow-up: Outlook',
      description: 'It is back.',
      requesterId: 'anna.berg',
      cameFrom: { id: body.id, reference: body.reference, kind: 'follow-up' },
      wentOnIn: [],
    });
    expect((await read(body.id)).body).toMatchObject({
      cameFrom: null,
      wentOnIn: [{ id: newTicketId, kind: 'follow-up' }],
    });
  });

  it('asks for somebody in charge, every four hours', async () => {
    const { body } = await open();
    expect(await post(`/tickets/${body.id}/ask-escalation`, { reason: 'Payroll runs tonight.' })).toMatchObject({
      status: 200,
      body: { sequence: 2 },
    });
    expect(await refused(() => post(`/tickets/${body.id}/ask-escalation`, {}))).toMatchObject({
      status: 409,
      body: { code: 'asked_already' },
    });
  });

  it('is refused to one who looked at an older version', async () => {
    const { body } = await open();
    const old = { 'if-match': '"1"' };
    expect((await post(`/tickets/${body.id}/replies`, { text: 'one' }, anna, old)).status).toBe(200);
    expect(await refused(() => post(`/tickets/${body.id}/replies`, { text: 'two' }, anna, old))).toMatchObject({
      status: 409,
      body: { code: 'changed_meanwhile', conflict: { expected: 1, sequence: 2 } },
    });
  });

  it('says a reply once that was sent twice', async () => {
    const { body } = await open();
    const key = { 'idempotency-key': randomUUID() };
    const first = await post(`/tickets/${body.id}/replies`, { text: 'hello' }, anna, key);
    const second = await post(`/tickets/${body.id}/replies`, { text: 'hello' }, anna, key);
    expect(second.body).toEqual(first.body);
    expect((await read(body.id)).body).toMatchObject({ conversation: [{}], sequence: 2 });
  });
});

describe("a requester's list", () => {
  const dora: TestPerson = { subject: 'dora', roles: ['requester'] };
  const list = async (query: string, as = dora) =>
    (await service.request('GET', `/tickets${query}`, { as })).body as { items: Opened[]; next: string | null };

  it('is empty before the first ticket', async () => expect(await list('')).toEqual({ items: [], next: null }));

  it('has the newest first, in pages, and can be searched', async () => {
    const opened: Opened[] = [];
    for (const subject of ['VPN drops', '100% disk', 'Printer on floor 3', 'VPN slow', 'Badge lost'])
      opened.push((await open({ ...ticket, subject }, dora)).body);
    const numbers = opened.map(({ number }) => number).reverse();
    const first = await list('?limit=2');
    const second = await list(`?limit=2&after=${first.next}`);
    const third = await list(`?limit=2&after=${second.next}`);
    expect([first, second, third].flatMap(({ items }) => items.map(({ number }) => number))).toEqual(numbers);
    expect(third.next).toBeNull();
    expect((await list('?q=vpn')).items).toHaveLength(2);
    expect((await list('?q=0%25')).items).toHaveLength(1);
    expect((await list(`?q=${opened[2]!.reference}`)).items).toMatchObject([{ number: opened[2]!.number }]);
    await desk(opened[0]!.id, TicketQueued(TicketQueued.example));
    await eventually(async () =>
      expect((await list('?status=waiting')).items).toMatchObject([{ number: numbers.at(-1)! }]),
    );
    expect((await list('?status=open')).items).toHaveLength(5);
    expect((await list('?status=done')).items).toHaveLength(0);
  });
});

it('counts requests by status', async () => {
  const { body } = await open();
  expect((await read(body.id)).status).toBe(200);
  const metrics = (await service.request('GET', '/metrics')).body as string;
  expect(metrics).toMatch(/tierline_requests\{status="received"\} \d+/);
});

it('keeps everything over a restart', async () => {
  const { body } = await open();
  await service.restart();
  expect((await read(body.id)).body).toMatchObject({ number: body.number });
  await desk(body.id, TicketQueued(TicketQueued.example));
  await untilStatus(body.id, 'waiting');
});
