import { eventually, type TestPerson } from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { anna, foreigner, partner, startStreams, tom, una, type Streams } from './testing/open-streams.ts';
import type { OpenStream } from './testing/stream-reader.ts';

let streams: Streams;
let service: Streams['service'];
const open: Streams['open'] = (...asked) => streams.open(...asked);

beforeAll(async () => {
  streams = await startStreams();
  ({ service } = streams);
});
afterEach(() => streams.closeAll());
afterAll(() => service?.stop());

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
