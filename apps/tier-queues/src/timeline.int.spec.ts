import { RequesterReplied, TicketOpened, events, requesterKinds, type EventDefinition } from '@tierline/contracts';
import { eventually } from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { entryGroups } from './domain/timeline.ts';
import { handover, messaging, opened, phones, routed, serviceDesk } from './domain/example.ts';
import { person, startDesk, type WorkingDesk } from './testing/working-desk.ts';
import type { Seen } from './timeline.ts';

const tom = person('tom');
const una = person('una');
const ida = person('ida');
const anna = person('anna', 'requester');
const other = person('ben', 'requester');
const partner = person('una', 'partner-agent');

type Part = {
  items: Seen[];
  older: string | null;
  newer: string | null;
  moreNewer: boolean;
  firstUnread: string | null;
  unread: number;
};

let desk: WorkingDesk;
let id = '';

const part = async (query = '', as = tom, of = id) => {
  const { status, body } = await desk.get<Part>(`/tickets/${of}/timeline?${query}`, as);
  expect(status).toBe(200);
  return body;
};
const kindsOf = ({ items }: Part) => items.map(({ kind }) => kind);

beforeAll(async () => {
  desk = await startDesk();
  id = await desk.ticket(serviceDesk, TicketOpened({ ...opened.data, requesterId: 'anna' }), {
    actor: 'requester:anna',
  });
  await desk.act(id, 'claim', tom);
  await desk.act(id, 'reply', tom, { text: 'Good morning.' });
  await desk.act(id, 'note', tom, { text: 'secret: the quota is wrong' });
  await desk.act(id, 'hold', tom, { reason: 'CUSTOMER', note: 'secret: asked for a screenshot' });
  await desk.tell(id, RequesterReplied({ messageId: uuidv7(), text: 'Here it is.' }));
  await eventually(async () => expect(kindsOf(await part('limit=1'))).toEqual(['resumed']));
  await desk.act(id, 'escalate', tom, { tier: 'tier-2', reason: 'secret: mail servers', handover });
  await desk.tell(id, routed(messaging, 2));
  await eventually(async () => expect(kindsOf(await part('limit=1'))).toEqual(['queued']));
  await desk.act(id, 'claim', ida);
  await desk.act(id, 'resolve', ida, {
    code: 'no-fault-found',
    solution: 'Raised the quota.',
    lowerTierCouldHave: true,
  });
});
afterAll(() => desk?.service.stop());

it('tells one story for all tiers: what, who by name, when, newest first', async () => {
  const { items } = await part();
  expect(items.map(({ kind, group }) => [kind, group]).reverse()).toEqual([
    ['opened', 'conversation'],
    ['routed', 'routes'],
    ['queued', 'routes'],
    ['claimed', 'work'],
    ['work-started', 'work'],
    ['agent-replied', 'conversation'],
    ['note-added', 'notes'],
    ['held', 'holds'],
    ['requester-replied', 'conversation'],
    ['resumed', 'holds'],
    ['escalated', 'hand-overs'],
    ['routed', 'routes'],
    ['queued', 'routes'],
    ['claimed', 'work'],
    ['work-started', 'work'],
    ['resolved', 'outcome'],
  ]);
  expect(items.find(({ kind }) => kind === 'note-added')!.by).toEqual({ actor: 'agent:tom', name: 'tom' });
  expect(items.find(({ kind }) => kind === 'routed')!.data).toMatchObject({ explanation: [{ rule: 'matrix' }, {}] });
});

it('filters by groups and kinds', async () => {
  expect(kindsOf(await part('kinds=notes,holds'))).toEqual(['resumed', 'held', 'note-added']);
  expect(kindsOf(await part('kinds=escalated'))).toEqual(['escalated']);
  expect(kindsOf(await part('kinds=clocks'))).toEqual([]);
});

it('reads on in both directions, and around an entry', async () => {
  const whole = (await part()).items.map(({ position }) => position);
  const seen: string[] = [];
  for (let older: string | null = ''; older !== null;) {
    const page: Part = await part(`limit=5${older ? `&older=${older}` : ''}`);
    seen.push(...page.items.map(({ position }) => position));
    older = page.older;
  }
  expect(seen).toEqual(whole);
  const middle = await part(`limit=5&around=${whole[8]}`);
  expect(middle.items.map(({ position }) => position)).toEqual(whole.slice(6, 11));
  expect(middle.moreNewer).toBe(true);
  const newer = await part(`limit=50&newer=${middle.newer}`);
  expect(newer.items.map(({ position }) => position)).toEqual(whole.slice(0, 6));
  expect(newer.moreNewer).toBe(false);
  const nothing = await part(`newer=${newer.newer}`);
  expect(nothing).toMatchObject({ items: [], newer: newer.newer, moreNewer: false });
  expect((await desk.get(`/tickets/${id}/timeline?older=x&around=1`, tom)).body.fields).toMatchObject([
    { path: 'around' },
  ]);
  expect((await desk.get(`/tickets/${id}/timeline?around=999999`, tom)).body.code).toBe('entry_absent');
});

it('knows what each person has not read', async () => {
  const before = await part('', una);
  expect(before.unread).toBe(16);
  expect(before.firstUnread).toBe(before.items.at(-1)!.position);
  const upTo = before.items[3]!.position;
  const read = (position: string, as = una) => desk.ask<Part>('PUT', `/tickets/${id}/read`, as, { position });
  expect((await read(upTo)).body).toMatchObject({ position: upTo, unread: 3, firstUnread: before.items[2]!.position });
  expect((await read(before.items.at(-1)!.position)).body).toMatchObject({ position: upTo, unread: 3 });
  expect((await part('', una)).items.filter(({ unread }) => unread)).toHaveLength(3);
  expect((await read(before.items[0]!.position)).body).toMatchObject({ unread: 0, firstUnread: null });
  const own = await part('', ida);
  expect(own.items[0]).toMatchObject({ kind: 'resolved', unread: false });
  expect((await read('999999')).body.code).toBe('entry_absent');
});

it('tells a composer who replied since the sequence it was opened on', async () => {
  const changes = async (since: number, as = una) =>
    (
      await desk.get<{ sequence: number; items: object[]; repliedSince: object | null }>(
        `/tickets/${id}/changes?since=${since}`,
        as,
      )
    ).body;
  const all = await changes(2);
  expect(all.repliedSince).toMatchObject({
    kind: 'agent-replied',
    sequence: 4,
    by: { actor: 'agent:tom', name: 'tom' },
  });
  expect(all.items[0]).toMatchObject({ sequence: 3, kind: 'work-started' });
  expect((await changes(2, tom)).repliedSince).toBeNull();
  expect(await changes(all.sequence)).toMatchObject({ items: [], repliedSince: null });
});

describe('what stays inside', () => {
  const publicOnes = ['agent-replied', 'opened', 'requester-replied', 'resolved'];

  it('is not shown to the requester, whatever is asked for', async () => {
    const queries = ['', 'limit=200', ...Object.keys(entryGroups).map((group) => `kinds=${group}`)];
    const internal = (await part()).items.filter((entry) => !entry.public);
    expect(internal.length).toBeGreaterThan(8);
    for (const query of [...queries, ...internal.map(({ kind }) => `kinds=${kind}`), 'kinds=other,notes']) {
      const told = await part(query, anna);
      expect(publicOnes).toEqual(expect.arrayContaining(kindsOf(told)));
      expect(JSON.stringify(told)).not.toMatch(/secret|lowerTier|no-fault|team|explanation|handover/);
    }
    for (const { position } of internal) {
      expect((await desk.get(`/tickets/${id}/timeline?around=${position}`, anna)).body.code).toBe('entry_absent');
      const read = await desk.ask('PUT', `/tickets/${id}/read`, anna, { position });
      expect(read.body.code).toBe('entry_absent');
    }
    expect(await part('', anna)).toMatchObject({ unread: 2 });
  });

  it('stays inside for every kind of event there is, also one that was stored as public by mistake', async () => {
    const ticket = await desk.ticket(serviceDesk, TicketOpened({ ...opened.data, requesterId: 'anna' }));
    const definitions: EventDefinition[] = [...events.values()].filter(({ topic }) => topic === 'tickets');
    const kinds = definitions.map(({ type }) => type.split('.').at(-2)!);
    for (const kind of [...kinds, 'clock-started', 'invented-tomorrow'])
      await desk.service.database.query(
        `INSERT INTO entry (tenant_id, ticket_id, at, kind, actor, public, data)
         VALUES ('acme', $1, now(), $2, 'agent:tom', true, '{"reason": "secret", "note": "secret"}')`,
        [ticket, kind],
      );
    const told = await part('limit=200', anna, ticket);
    const shown = [...new Set(kindsOf(told))].sort();
    expect(shown).toEqual([...requesterKinds].sort());
    const inside = kinds.filter((kind) => !(requesterKinds as readonly string[]).includes(kind));
    expect(inside.length).toBeGreaterThan(10);
    expect(
      told.items
        .filter(({ kind }) => kind !== 'requester-rejected')
        .every(({ data }) => !JSON.stringify(data).includes('secret')),
    ).toBe(true);
  });

  it('another requester, another tenant and a partner without the queue learn that there is no such ticket', async () => {
    for (const as of [other, person('anna', 'requester', 'globex'), person('tom', 'agent', 'globex'), partner]) {
      expect(await desk.get(`/tickets/${id}/timeline`, as)).toMatchObject({
        status: 404,
        body: { code: 'ticket_absent' },
      });
      expect((await desk.ask('PUT', `/tickets/${id}/read`, as, { position: '1' })).status).toBe(404);
      expect([403, 404]).toContain((await desk.get(`/tickets/${id}/changes?since=0`, as)).status);
    }
    expect((await desk.get(`/tickets/${id}/changes?since=0`, anna)).status).toBe(403);
    expect((await desk.get(`/tickets/${id}/timeline`, person('bot', 'integrator'))).status).toBe(403);
    expect((await part('', person('ida', 'partner-agent'))).items).toHaveLength(16);
  });
});

describe('a partner’s agent', () => {
  const [pia, leadOfAll] = [person('pia', 'partner-agent'), person('lea', 'lead')];
  const management = [
    { personId: 'nadia', name: 'Nadia' },
    { personId: 'omar.head', name: 'Omar' },
  ];
  const agent = (agentId: string, team: string) => ({
    agentId,
    name: agentId,
    teams: [team],
    email: `${agentId}@x.example`,
  });
  const told = async (as: typeof pia, of: string) => {
    const { items } = await part('kinds=notified-up', as, of);
    const whole = await desk.get<{ timeline: Seen[] }>(`/tickets/${of}`, as);
    const shown = whole.body.timeline.find(({ kind }) => kind === 'notified-up')!.data;
    expect(shown).toEqual(items[0]!.data);
    return (shown as { tell: object[] }).tell;
  };

  beforeAll(async () => {
    const partners = [{ partner: 'northcall', name: 'Northcall' }];
    const teams = ['phones', 'night'].map((team) => ({ team, name: team, partner: 'northcall' }));
    const agents = [agent('pia', 'phones'), agent('pete', 'night')];
    const leads = { ...teams[0]!, lead: 'pete' };
    const queues = [{ queue: 'night', name: 'Night', tier: 'tier-1', team: 'night' }];
    const body = { partners, teams: [leads, teams[1]!], agents, management, queues };
    const { status } = await desk.ask('PUT', '/desk', person('boss', 'admin'), body);
    expect(status).toBe(200);
  });

  it('sees who of the own organisation was told, and of others how many in which role', async () => {
    const of = await desk.ticket(phones);
    expect((await desk.act(of, 'notify-up', pia, { reason: 'The line is dead.' })).status).toBe(200);
    const all = await told(leadOfAll, of);
    expect(all).toMatchObject([{ agentId: 'pete' }, { agentId: 'nadia' }, { agentId: 'omar.head' }]);
    expect(await told(pia, of)).toEqual([all[0], { who: 'management', team: 'phones', count: 2 }]);
    const { items } = await part('limit=200', pia, of);
    expect(JSON.stringify(items)).not.toMatch(/nadia|omar/);
  });

  it('finds own colleagues in the list of agents, and may read no document of the whole desk', async () => {
    const { body } = await desk.get<{ items: { agentId: string }[] }>('/agents', pia);
    expect(body.items.map(({ agentId }) => agentId)).toEqual(['pete', 'pia', 'tom']);
    for (const path of ['/desk', '/desk/versions', '/desk/versions/1'])
      expect((await desk.get(path, pia)).status).toBe(403);
    for (const what of ['clocks', 'hand-over?to=tier-3'])
      expect(await desk.get(`/tickets/${id}/${what}`, pia)).toMatchObject({
        status: 404,
        body: { code: 'ticket_absent' },
      });
    expect((await desk.get('/orphans', pia)).status).toBe(403);
    expect((await desk.ask('POST', '/desk/plan', pia, { tiers: [] })).status).toBe(403);
    expect((await desk.get('/desk', tom)).status).toBe(200);
  });
});
