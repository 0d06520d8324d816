import { AgentChanged, TicketQueued } from '@tierline/contracts';
import { eventually, recordOf, send, tokenFor } from '@tierline/testing';
import { request as httpRequest } from 'node:http';
import { v7 as uuidv7 } from 'uuid';
import { ben, partner, startStreams, told, tom, una, type Streams } from './testing/open-streams.ts';

let streams: Streams;
let service: Streams['service'];
const open: Streams['open'] = (...asked) => streams.open(...asked);

beforeAll(async () => {
  streams = await startStreams();
  ({ service } = streams);
});
afterEach(() => streams.closeAll());
afterAll(() => service?.stop());

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

it('of a partner’s agent ends when he or she comes into other teams, and goes on with those', async () => {
  const moves = async (...teams: string[]) => {
    const agent = { agentId: 'pat', name: 'Pat', teams };
    await send([recordOf(service.prefix, AgentChanged(agent), { subject: 'acme/agent/pat' })]);
    await eventually(async () =>
      expect(await service.database.query('SELECT teams FROM agent_team WHERE agent_id = $1', ['pat'])).toEqual([
        { teams },
      ]),
    );
  };
  const queuedAt = (team: string) =>
    TicketQueued({ tier: 'tier-1', rank: 1, queue: team, team, cause: 'routed', priority: 'P2' });
  await moves('phones');
  const before = await open(partner);
  await moves('night');
  await eventually(() => expect(before.of('reconnect')).toMatchObject([{ reason: 'teams-changed' }]), 15_000);
  const after = await open(partner, before.position());
  const [theirs, ours] = [streams.ticketOf('ben'), streams.ticketOf('ben')];
  for (const [ticket, team] of [
    [theirs, 'phones'],
    [ours, 'night'],
  ] as const) {
    await ticket.opened();
    await ticket.tell(queuedAt(team));
  }
  await eventually(() => expect(told(after, ours.id)).toEqual(['queued']));
  expect(told(after, theirs.id)).toEqual([]);
});

it('lets nobody open streams without end', async () => {
  const many = await Promise.all(Array.from({ length: 20 }, () => open(ben)));
  expect(many.every(({ status }) => status === 200)).toBe(true);
  const more = await open(ben);
  expect(await more.problem()).toMatchObject({ code: 'too_many_streams' });
});
