import {
  AgentChanged,
  AgentReplied,
  NoteAdded,
  TicketClaimed,
  TicketEscalated,
  TicketQueued,
} from '@tierline/contracts';
import { eventually, recordOf, send } from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { forgetHints } from './stream/feed.ts';
import { anna, ben, foreigner, partner, startStreams, told, tom, una, type Streams } from './testing/open-streams.ts';

let streams: Streams;
let service: Streams['service'];
const open: Streams['open'] = (...asked) => streams.open(...asked);
const ticketOf: Streams['ticketOf'] = (requesterId) => streams.ticketOf(requesterId);

beforeAll(async () => {
  streams = await startStreams();
  ({ service } = streams);
});
afterEach(() => streams.closeAll());
afterAll(() => service?.stop());

const place = (team: string) => ({ tier: 'tier-1', rank: 1, queue: team, team });

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
