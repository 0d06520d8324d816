import {
  AgentChanged,
  AgentReplied,
  NoteAdded,
  TicketClaimed,
  TicketEscalated,
  TicketOpened,
  TicketQueued,
  type Fact,
} from '@tierline/contracts';
import {
  eventually,
  recordOf,
  send,
  startUnderTest,
  testParts,
  tokenFor,
  type ServiceUnderTest,
  type TestPerson,
} from '@tierline/testing';
import { request as httpRequest } from 'node:http';
import { v7 as uuidv7 } from 'uuid';
import { notifications } from './app.module.ts';
import { forgetHints } from './stream/feed.ts';
import { readStream, type OpenStream } from './testing/stream-reader.ts';

const mail = () => ({ SMTP_URL: testParts().smtpUrl, MAIL_FROM: 'Desk <desk@acme.example>' });
const tom: TestPerson = { subject: 'tom', roles: ['agent'] };
const una: TestPerson = { subject: 'una', roles: ['agent'] };
const partner: TestPerson = { subject: 'pat', roles: ['partner-agent'] };
const anna: TestPerson = { subject: 'anna', roles: ['requester'] };
const ben: TestPerson = { subject: 'ben', roles: ['requester'] };
const foreigner: TestPerson = { subject: 'tom', roles: ['agent'], tenant: 'globex' };

let service: ServiceUnderTest;
const streams: OpenStream[] = [];

beforeAll(async () => {
  service = await startUnderTest(notifications, { ...mail(), STREAM_HEARTBEAT_SECONDS: '0.3' });
});
afterEach(async () => {
  for (const stream of streams.splice(0)) await stream.close();
});
afterAll(() => service?.stop());

const open = async (as: TestPerson, from?: string, url = service.url) => {
  const stream = await readStream(`${url}/stream`, as, from);
  streams.push(stream);
  if (stream.status === 200) await eventually(() => expect(stream.of('hello')).toHaveLength(1));
  return stream;
};

const ticketOf = (requesterId: string) => {
  const id = uuidv7();
  let sequence = 0;
  const tell = (...facts: Fact[]) =>
    send(facts.map((fact) => recordOf(service.prefix, fact, { subject: id, sequence: (sequence += 1) })));
  return { id, tell, opened: () => tell(TicketOpened({ ...TicketOpened.example, requesterId })) };
};
const place = (team: string) => ({ tier: 'tier-1', rank: 1, queue: team, team });
const told = (stream: OpenStream, id: string) =>
  stream
    .of('ticket')
    .filter(({ ticket }) => ticket === id)
    .map(({ type }) => type);

it('tells agents of their tenant what happens, and what of a row changed', async () => {
  const [mine, theirs] = [await open(tom), await open(foreigner)];
  const ticket = ticketOf('anna');
  await ticket.opened();
  await ticket.tell(
    TicketQueued({ ...place('phones'), cause: 'routed', priority: 'P2' }),
    NoteAdded(NoteAdded.example),
  );
  await ticket.tell(TicketClaimed({ ...place('phones'), agentId: 'tom' }));
  await eventually(() => expect(told(mine, ticket.id)).toEqual(['opened', 'queued', 'note-added', 'claimed']));
  expect(mine.of('ticket').at(-1)).toMatchObject({
    ticket: ticket.id,
    source: 'tier-queues',
    sequence: 4,
    changed: { state: 'ASSIGNED', owner: 'tom', team: 'phones' },
  });
  expect(JSON.stringify(mine.events)).not.toContain(NoteAdded.example.text);
  expect(theirs.of('ticket')).toEqual([]);
  expect(mine.headers.get('content-type')).toBe('text/event-stream');
  expect(mine.headers.get('x-accel-buffering')).toBe('no');
});

it('tells requesters of public events of their own tickets, partners of their teams’ tickets, integrators nothing', async () => {
  const agent = { agentId: 'pat', name: 'Pat', teams: ['phones'] };
  await send([recordOf(service.prefix, AgentChanged(agent), { subject: 'acme/agent/pat' })]);
  await eventually(async () =>
    expect(await service.database.query('SELECT 1 FROM agent_team WHERE agent_id = $1', ['pat'])).toHaveLength(1),
  );
  const [own, other, external] = [await open(anna), await open(ben), await open(partner)];
  const [ours, foreign] = [ticketOf('anna'), ticketOf('ben')];
  for (const [ticket, team] of [
    [ours, 'phones'],
    [foreign, 'network'],
  ] as const) {
    await ticket.opened();
    await ticket.tell(TicketQueued({ ...place(team), cause: 'routed', priority: 'P2' }), NoteAdded(NoteAdded.example));
    await ticket.tell(AgentReplied(AgentReplied.example));
    await ticket.tell(TicketEscalated({ ...TicketEscalated.example, from: place(team) }), NoteAdded(NoteAdded.example));
  }
  await eventually(() => expect(told(other, foreign.id)).toEqual(['opened', 'agent-replied']));
  await eventually(() => expect(told(own, ours.id)).toEqual(['opened', 'agent-replied']));
  await eventually(() =>
    expect(told(external, ours.id)).toEqual(['queued', 'note-added', 'agent-replied', 'escalated']),
  );
  expect([told(own, foreign.id), told(other, ours.id), told(external, foreign.id)]).toEqual([[], [], []]);
  expect(JSON.stringify(own.events)).not.toMatch(/changed|"team|"queue"|P2/);
  const integrator = await open({ subject: 'bot', roles: ['integrator'] });
  expect(integrator.status).toBe(403);
});

it('beats with the time of the server, and is gone on where it was cut, also in another process', async () => {
  const second = await service.another();
  const elsewhere = second.url;
  const first = await open(tom);
  const ticket = ticketOf('anna');
  await ticket.opened();
  await eventually(() => expect(told(first, ticket.id)).toEqual(['opened']));
  await eventually(() => expect(first.of('heartbeat').length).toBeGreaterThan(0));
  const beat = first.of('heartbeat').at(-1)!;
  expect(Math.abs(Date.parse(beat.now as string) - Date.now())).toBeLessThan(5_000);
  expect(beat.lagMilliseconds).toBeLessThan(2_000);
  expect(beat).toHaveProperty('eventsBehind');
  const from = first.position()!;
  await first.close();
  const live = await open(una, undefined, elsewhere);
  for (let n = 0; n < 20; n += 1) await ticket.tell(NoteAdded(NoteAdded.example));
  await eventually(() => expect(told(live, ticket.id)).toHaveLength(20));
  const resumed = await open(tom, from, elsewhere);
  await ticket.tell(AgentReplied(AgentReplied.example));
  await eventually(() => expect(told(resumed, ticket.id).filter((type) => type !== 'opened')).toHaveLength(21));
  const sequences = resumed
    .of('ticket')
    .filter(({ ticket: id }) => id === ticket.id)
    .map(({ sequence }) => sequence as number);
  expect([...new Set(sequences)].sort((a, b) => a - b).slice(-21)).toEqual(Array.from({ length: 21 }, (_, n) => n + 2));
  expect(resumed.of('hello')[0]).toMatchObject({ resumed: expect.any(Number) });
  await second.stop();
  await eventually(() => expect(resumed.of('reconnect')).toMatchObject([{ reason: 'shutdown' }]));
  await eventually(() => expect(resumed.reader.ended).toBe(true));
});

it('loses nothing that commits late, and gives nothing twice, in whatever order transactions end', async () => {
  const stream = await open(tom);
  const insert = (ticket: string, sequence: number) =>
    `INSERT INTO hint (tenant_id, ticket_id, kind, teams, body) VALUES ('acme', '${ticket}', 'ticket', '{}',
       '{"ticket": "${ticket}", "source": "x", "sequence": ${sequence}, "type": "late", "at": "${new Date().toISOString()}", "changed": {}}')`;
  const ticket = uuidv7();
  let letGo = () => {};
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  const late = service.database.inBackground(async (tx) => {
    await tx.query(insert(ticket, 1));
    await gate;
  });
  await service.database.query(insert(ticket, 2));
  await eventually(() => expect(told(stream, ticket)).toHaveLength(1));
  const from = stream.position()!;
  const resumedBefore = await open(una, from);
  letGo();
  await late;
  await eventually(() => expect(told(stream, ticket)).toHaveLength(2));
  await eventually(() => expect(told(resumedBefore, ticket).length).toBeGreaterThanOrEqual(1));
  const resumedAfter = await open(una, from);
  const seen = resumedAfter
    .of('ticket')
    .filter((hint) => hint.ticket === ticket)
    .map(({ sequence }) => sequence);
  expect(seen).toContain(1);
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(told(stream, ticket)).toHaveLength(2);
});

it('answers 410 when the window has passed or the position is of no database of ours, 400 when it is none', async () => {
  const stream = await open(tom);
  const from = stream.position()!;
  const ticket = ticketOf('anna');
  await ticket.opened();
  await eventually(() => expect(told(stream, ticket.id)).toHaveLength(1));
  await service.database.query(`UPDATE hint SET written_at = now() - interval '11 minutes'`);
  expect(await forgetHints(service.database, { minutes: 10, hints: 100 })).toBeGreaterThan(0);
  const passed = await open(tom, from);
  expect([passed.status, passed.headers.get('content-type')]).toEqual([410, 'application/problem+json; charset=utf-8']);
  expect(await passed.problem()).toMatchObject({ status: 410, code: 'stream_window_passed' });
  expect((await open(tom, '999999999999')).status).toBe(410);
  expect((await open(tom, 'yesterday')).status).toBe(400);
  await eventually(async () => expect((await open(tom, stream.position())).status).toBe(200));
  expect((await open(foreigner, from)).status).toBe(200);
});

it('keeps only so many of a tenant', async () => {
  const stream = await open(tom);
  const from = stream.position()!;
  const ticket = ticketOf('anna');
  await ticket.opened();
  for (let n = 0; n < 5; n += 1) await ticket.tell(NoteAdded(NoteAdded.example));
  await eventually(() => expect(told(stream, ticket.id)).toHaveLength(6));
  await forgetHints(service.database, { minutes: 10, hints: 3 });
  const [{ n }] = (await service.database.query(`SELECT count(*)::int AS n FROM hint WHERE tenant_id = 'acme'`)) as [
    { n: number },
  ];
  expect(n).toBeLessThanOrEqual(3);
  expect((await open(tom, from)).status).toBe(410);
});

it('forgets among many hints of one tenant in one pass over them', async () => {
  await service.database.query(
    `INSERT INTO hint (tenant_id, ticket_id, kind, teams) SELECT 'busy', gen_random_uuid(), 'ticket', '{}' FROM generate_series(1, 20000)`,
  );
  const began = performance.now();
  await forgetHints(service.database, { minutes: 10, hints: 50_000 });
  // Looked at once for each of them it takes a minute.
  expect(performance.now() - began).toBeLessThan(3_000);
  await service.database.query(
    `UPDATE hint SET xid = pg_current_xact_id() WHERE tenant_id = 'busy' AND position % 2 = 0`,
  );
  expect(await forgetHints(service.database, { minutes: 10, hints: 12_000 })).toBe(10_000);
  await service.database.query(`DELETE FROM hint WHERE tenant_id = 'busy'`);
});

it('ends the stream of a reader that does not read, and tells others on', async () => {
  const [authorization, quick] = [`Bearer ${await tokenFor(una)}`, await open(tom)];
  const slow = httpRequest(`${service.url}/stream`, { headers: { authorization } });
  slow.on('response', (response) => response.socket.pause());
  slow.on('error', () => undefined);
  slow.end();
  const ticket = uuidv7();
  const text = 'x'.repeat(20_000);
  for (let n = 0; n < 5; n += 1)
    await service.database.query(
      `INSERT INTO hint (tenant_id, ticket_id, kind, teams, body)
       SELECT 'acme', $1::uuid, 'ticket', '{}', json_build_object('ticket', $1::uuid, 'type', 'big', 'sequence', n, 'source', 'x',
         'at', now(), 'changed', $2::text) FROM generate_series(1, 100) n`,
      [ticket, text],
    );
  await eventually(() => expect(told(quick, ticket)).toHaveLength(500));
  const openNow = async () => /^tierline_streams (\d+)$/m.exec((await service.request('GET', '/metrics')).body)![1];
  await eventually(async () => expect(await openNow()).toBe('1'));
  slow.destroy();
});

it('stops in time although a reader does not read', async () => {
  const another = await service.another();
  const authorization = `Bearer ${await tokenFor(una)}`;
  const slow = httpRequest(`${another.url}/stream`, { headers: { authorization } });
  slow.on('error', () => undefined);
  await new Promise((resolve) => {
    slow.on('response', (response) => {
      response.socket.pause();
      resolve(response);
    });
    slow.end();
  });
  const began = Date.now();
  await another.stop();
  expect(Date.now() - began).toBeLessThan(9_000);
  slow.destroy();
});

it('ends with the token that it was opened with', async () => {
  const stream = await open({ ...tom, expiresIn: '2s' });
  await eventually(() => expect(stream.of('reconnect')).toMatchObject([{ reason: 'token-expired' }]));
  await eventually(() => expect(stream.reader.ended).toBe(true));
});

it('lets nobody open streams without end', async () => {
  const many = await Promise.all(Array.from({ length: 20 }, () => open(ben)));
  expect(many.every(({ status }) => status === 200)).toBe(true);
  const more = await open(ben);
  expect(await more.problem()).toMatchObject({ code: 'too_many_streams' });
});

describe('presence', () => {
  type Present = { ticket: string; person: string; doing: string; kind: string | null };
  const connectionOf = (stream: OpenStream) => stream.of('hello')[0]!.connection as string;
  const show = (ticket: string, as: TestPerson, stream: OpenStream, doing: string, kind?: string) =>
    service.request('PUT', `/presence/${ticket}`, { as, body: { connection: connectionOf(stream), doing, kind } });
  const present = async (ticket: string, as = tom) => {
    const { body } = await service.request('GET', `/presence?ticket=${ticket}`, { as });
    return (body as { items: Present[] }).items.map(({ person, doing, kind }) => ({ person, doing, kind }));
  };
  const lastSeen = (stream: OpenStream, id: string) =>
    (stream.of('presence').findLast(({ ticket }) => ticket === id)?.people as Present[] | undefined)?.map(
      ({ person, doing }) => `${person} ${doing}`,
    );

  it('tells those at a ticket who else looks, writes, is away, and leaves with the connection', async () => {
    const [one, two, elsewhere] = [await open(tom), await open(una), await open({ subject: 'ida', roles: ['agent'] })];
    const ticket = uuidv7();
    await show(ticket, tom, one, 'looking');
    await show(ticket, una, two, 'writing', 'reply');
    await eventually(() => expect(lastSeen(one, ticket)).toEqual(['tom looking', 'una writing']));
    await eventually(() => expect(lastSeen(two, ticket)).toEqual(['tom looking', 'una writing']));
    expect(await present(ticket)).toEqual([
      { person: 'tom', doing: 'looking', kind: null },
      { person: 'una', doing: 'writing', kind: 'reply' },
    ]);
    await show(ticket, una, two, 'away');
    await eventually(() => expect(lastSeen(one, ticket)).toContain('una away'));
    await two.close();
    await eventually(() => expect(lastSeen(one, ticket)).toEqual(['tom looking']));
    expect(elsewhere.of('presence')).toEqual([]);
    const left = await service.request('DELETE', `/presence/${ticket}?connection=${connectionOf(one)}`, { as: tom });
    expect(left.status).toBe(200);
    expect(await present(ticket)).toEqual([]);
  });

  it('of a process that vanished is gone within thirty seconds by the database’s clock', async () => {
    const stream = await open(tom);
    const [ticket, process] = [uuidv7(), uuidv7()];
    await show(ticket, tom, stream, 'looking');
    await service.database.query(`INSERT INTO stream_process VALUES ($1, now() + interval '20 s')`, [process]);
    const connection = uuidv7();
    await service.database.query(`INSERT INTO stream_connection VALUES ($1, 'acme', 'wei', 'Wei', $2)`, [
      connection,
      process,
    ]);
    await service.database.query(`INSERT INTO presence VALUES ('acme', $1, $2, 'writing', 'reply', now())`, [
      ticket,
      connection,
    ]);
    expect(await present(ticket)).toHaveLength(2);
    await service.database.query(`UPDATE stream_process SET expires_at = now() - interval '1 s' WHERE process = $1`, [
      process,
    ]);
    expect(await present(ticket)).toHaveLength(1);
    const before = stream.of('presence').length;
    await eventually(() => expect(stream.of('presence').length).toBeGreaterThan(before));
    await eventually(() => expect(lastSeen(stream, ticket)).toEqual(['tom looking']));
    await eventually(async () =>
      expect(await service.database.query('SELECT 1 FROM presence WHERE connection = $1', [connection])).toEqual([]),
    );
  });

  it('is refused on another’s connection, to requesters, and of tickets that a partner does not have', async () => {
    const [one, two] = [await open(tom), await open(partner)];
    const ticket = uuidv7();
    expect(await show(ticket, una, one, 'looking')).toMatchObject({ status: 404, body: { code: 'connection_absent' } });
    expect(await show(ticket, tom, one, 'looking', 'reply')).toMatchObject({
      status: 400,
      body: { fields: [{ path: 'kind' }] },
    });
    expect(await show(ticket, partner, two, 'looking')).toMatchObject({ status: 404, body: { code: 'ticket_absent' } });
    await show(ticket, tom, one, 'looking');
    expect(await present(ticket, partner)).toEqual([]);
    expect(await present(ticket, foreigner)).toEqual([]);
    expect((await service.request('GET', `/presence?ticket=${ticket}`, { as: anna })).status).toBe(403);
  });
});
