import { randomUUID } from 'node:crypto';
import { AgentReplied, PersonChanged, TicketHeld, TicketOpened, TicketQueued, type Fact } from '@tierline/contracts';
import {
  eventually,
  recordOf,
  send,
  startUnderTest,
  subscribe,
  testParts,
  type ServiceUnderTest,
  type TestPerson,
} from '@tierline/testing';
import { SignJWT, importJWK, type JWK } from 'jose';
import { readFile } from 'node:fs/promises';
import { intake } from './app.module.ts';

const anna: TestPerson = { subject: 'anna.berg', roles: ['requester'], name: 'Anna Berg' };
const kim: TestPerson = { subject: 'kim.desk', roles: ['agent'], name: 'Kim Desk' };
const stranger: TestPerson = { subject: 'anna.berg', roles: ['requester'], tenant: 'globex' };
const ticket = { subject: 'Outlook asks for my password', description: 'Every few minutes since this morning.' };

let service: ServiceUnderTest;
let tickets: Awaited<ReturnType<typeof subscribe>>;
let contacts: Awaited<ReturnType<typeof subscribe>>;

beforeAll(async () => {
  service = await startUnderTest(intake);
  tickets = await subscribe(service.prefix);
  contacts = await subscribe(service.prefix, 'people');
});

afterAll(async () => {
  await tickets?.close();
  await contacts?.close();
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

const stored = async () => {
  const [row] = await service.database.query<{ n: string }>(
    `SELECT (SELECT count(*) FROM request) + (SELECT count(*) FROM journal) + (SELECT count(*) FROM person)
       + (SELECT count(*) FROM message) + (SELECT count(*) FROM idempotency_key) AS n`,
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

describe('opening a ticket', () => {
  it('stores it, answers its number, and publishes it with the contact data', async () => {
    const { status, body } = await open({ ...ticket, category: 'email-account' });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(String),
      number: expect.any(Number),
      reference: `T-${body.number}`,
      status: 'received',
      sequence: 1,
    });
    await eventually(() => expect(tickets.about(body.id)).toHaveLength(1));
    expect(tickets.about(body.id)[0]).toMatchObject({
      type: TicketOpened.type,
      source: '/intake',
      tenant: 'acme',
      sequence: 1,
      actor: 'requester:anna.berg',
      data: {
        number: body.number,
        requesterId: 'anna.berg',
        openedBy: 'anna.berg',
        channel: 'web',
        impact: 'low',
        urgency: 'medium',
        category: 'email-account',
        organisation: null,
        ...ticket,
      },
    });
    await eventually(() => expect(contacts.about('acme/anna.berg')).toHaveLength(1));
    expect(contacts.about('acme/anna.berg')[0]).toMatchObject({
      type: PersonChanged.type,
      data: { personId: 'anna.berg', name: 'Anna Berg', email: 'anna.berg@acme.example' },
    });
  });

  it('publishes contact data only when it changed', async () => {
    const requester = { id: 'ben.north', name: 'Ben North', email: 'ben@acme.example' };
    await open({ ...ticket, requester }, kim);
    await open({ ...ticket, requester: { id: 'ben.north', name: 'Ben North' } }, kim);
    const last = await open({ ...ticket, requester: { ...requester, name: 'Ben Norton' } }, kim);
    await eventually(() => expect(tickets.about(last.body.id)).toHaveLength(1));
    await eventually(() =>
      expect(
        contacts.about('acme/ben.north').map(({ data, sequence }) => [sequence, (data as { name: string }).name]),
      ).toEqual([
        [1, 'Ben North'],
        [2, 'Ben Norton'],
      ]),
    );
  });

  it('takes many first tickets of one person at once', async () => {
    const requester = { id: 'probe', name: 'Probe', email: null };
    const answers = await Promise.all(Array.from({ length: 20 }, () => open({ ...ticket, requester }, kim)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 201));
    expect(new Set(answers.map(({ body }) => body.number)).size).toBe(20);
    await eventually(() => expect(contacts.about('acme/probe')).toHaveLength(1));
  });

  it('with one key sent twice is one ticket with one answer', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const [first, second] = await Promise.all([open(ticket, anna, headers), open(ticket, anna, headers)]);
    const third = await open(ticket, anna, headers);
    expect(second.body).toEqual(first.body);
    expect(third).toMatchObject({ status: 201, body: first.body });
    const other = await refused(() => open({ ...ticket, subject: 'Another' }, anna, headers));
    expect(other).toMatchObject({ status: 409, body: { code: 'idempotency_key_reused' } });
  });

  it('in the name of somebody is for those whose roles allow it', async () => {
    const requester = { id: 'carla', name: 'Carla Sud', email: 'carla@acme.example' };
    const { status, body } = await open({ ...ticket, requester }, kim);
    expect(status).toBe(201);
    expect((await read(body.id, { subject: 'carla', roles: ['requester'] })).body).toMatchObject({
      channel: 'phone',
      requesterId: 'carla',
      openedBy: 'kim.desk',
    });
    expect((await read(body.id, kim)).status).toBe(200);
    expect((await read(body.id, { subject: 'lee.desk', roles: ['agent'] })).status).toBe(404);
    expect(await refused(() => open({ ...ticket, requester }))).toMatchObject({
      status: 403,
      body: { code: 'not_for_others', fields: [{ path: 'requester' }] },
    });
    expect(await refused(() => open({ ...ticket, channel: 'phone' }))).toMatchObject({
      status: 403,
      body: { code: 'not_for_others', fields: [{ path: 'channel' }] },
    });
  });
});

describe('what is not usable', () => {
  it.each([
    ['an unknown field', { ...ticket, priority: 'P1' }, 'priority'],
    ['a missing field', { subject: 'only this' }, 'description'],
    ['an empty subject', { ...ticket, subject: '  ' }, 'subject'],
    ['a word that does not exist', { ...ticket, urgency: 'extreme' }, 'urgency'],
    ['an unknown field inside', { ...ticket, requester: { id: 'a', name: 'A', phone: '1' } }, 'requester.phone'],
  ])('%s is refused by name and nothing is stored', async (_, body, path) => {
    expect(await refused(() => post('/tickets', body, kim))).toMatchObject({
      status: 400,
      body: { code: 'input_invalid', fields: [{ path, message: expect.any(String) }] },
    });
  });

  it('malformed JSON is refused and nothing is stored', async () => {
    expect(await refused(() => post('/tickets', '{"subject": "half'))).toMatchObject({
      status: 400,
      body: { code: 'request_malformed' },
    });
  });

  it('a body of more than 1 MB is refused and nothing is stored', async () => {
    expect(await refused(() => post('/tickets', { ...ticket, description: 'x'.repeat(1_025 * 1_024) }))).toMatchObject({
      status: 413,
      body: { code: 'body_too_large' },
    });
  });

  it('a ticket id that is none is refused by name', async () => {
    expect(await read('42')).toMatchObject({ status: 400, body: { fields: [{ path: 'id' }] } });
  });

  it('a cursor or status that is none is refused by name', async () => {
    expect(await service.request('GET', '/tickets?after=soon&status=lost', { as: anna })).toMatchObject({
      status: 400,
      body: { fields: [{ path: 'status' }, { path: 'after' }] },
    });
  });
});

describe('who may not', () => {
  it('is a caller without a token, or without a tenant: 401, nothing is stored', async () => {
    expect(await refused(() => service.request('POST', '/tickets', { body: ticket }))).toMatchObject({
      status: 401,
      body: { code: 'token_missing' },
    });
    const { issuer, keyFile } = testParts();
    const key = JSON.parse(await readFile(keyFile, 'utf8')) as JWK;
    const token = await new SignJWT({ roles: ['requester'], aud: 'tierline' })
      .setProtectedHeader({ alg: 'EdDSA', kid: key.kid! })
      .setIssuer(issuer)
      .setSubject('anna.berg')
      .setExpirationTime('1h')
      .sign(await importJWK(key, 'EdDSA'));
    const headers = { authorization: `Bearer ${token}` };
    expect(await refused(() => service.request('POST', '/tickets', { body: ticket, headers }))).toMatchObject({
      status: 401,
      body: { code: 'token_claims', detail: expect.stringContaining('tenant') },
    });
  });

  it('is an auditor: 403, nothing is stored', async () => {
    expect(await refused(() => open(ticket, { subject: 'audit', roles: ['auditor'] }))).toMatchObject({
      status: 403,
      body: { code: 'not_allowed' },
    });
  });

  it('is another tenant, even under the same name: the ticket does not exist', async () => {
    const { body } = await open();
    expect((await read(body.id, stranger)).status).toBe(404);
    expect((await service.request('GET', '/tickets', { as: stranger })).body).toEqual({ items: [], next: null });
    expect(await refused(() => post(`/tickets/${body.id}/replies`, { text: 'let me in' }, stranger))).toMatchObject({
      status: 404,
      body: { code: 'ticket_absent' },
    });
    await desk(body.id, TicketQueued(TicketQueued.example));
    await untilStatus(body.id, 'waiting');
    await send([
      recordOf(service.prefix, TicketHeld(TicketHeld.example), { subject: body.id, sequence: 900, tenant: 'globex' }),
      recordOf(service.prefix, AgentReplied(AgentReplied.example), { subject: body.id, sequence: 901 }),
    ]);
    await eventually(async () =>
      expect((await read(body.id)).body).toMatchObject({ conversation: [{}], status: 'waiting' }),
    );
  });
});
