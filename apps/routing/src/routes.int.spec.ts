import {
  QueueChanged,
  RouteAsked,
  TicketCancelled,
  TicketEscalated,
  TicketOpened,
  TicketRouted,
  TierChanged,
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
import { v7 as uuidv7 } from 'uuid';
import { routing } from './app.module.ts';

const admin: TestPerson = { subject: 'ada.admin', roles: ['admin'] };
const agent: TestPerson = { subject: 'tom.first', roles: ['agent'] };

let service: ServiceUnderTest;
let tickets: Awaited<ReturnType<typeof subscribe>>;

beforeAll(async () => {
  service = await startUnderTest(routing, { WAITING_INTERVAL_MS: '100' });
  tickets = await subscribe(service.prefix);
});

afterAll(async () => {
  await tickets?.close();
  await service?.stop();
});

const tierFact = (rank: number, defaultQueue: string) =>
  TierChanged({ tier: `tier-${rank}`, name: `Tier ${rank}`, rank, defaultQueue });
const queueFact = (queue: string, tier: string) => QueueChanged({ queue, name: queue, tier, team: queue });
const desk = [
  tierFact(1, 'service-desk'),
  tierFact(2, 'systems'),
  queueFact('service-desk', 'tier-1'),
  queueFact('systems', 'tier-2'),
  queueFact('network', 'tier-2'),
];

let sequence = 0;
const keyOf = (tenant: string, { type, data }: Fact) => {
  const { tier, queue } = data as { tier: string; queue?: string };
  return type === TierChanged.type ? `${tenant}/tier/${tier}` : `${tenant}/queue/${queue}`;
};
const tell = (tenant: string, ...facts: readonly Fact[]) =>
  send(
    facts.map((fact) =>
      recordOf(service.prefix, fact, { subject: keyOf(tenant, fact), tenant, sequence: (sequence += 1) }),
    ),
  );
const about = (id: string, fact: Fact, tenant = 'acme') =>
  recordOf(service.prefix, fact, { subject: id, tenant, sequence: (sequence += 1) });
const opened = (more: object = {}) => TicketOpened({ ...TicketOpened.example, category: null, ...more });

const routedAbout = (id: string) => tickets.about(id).filter(({ type }) => type === TicketRouted.type);
const untilRouted = (id: string, times = 1) =>
  eventually(() => {
    const routed = routedAbout(id);
    expect(routed).toHaveLength(times);
    return routed.at(-1)!;
  });

const request = async (method: string, path: string, as: TestPerson, body?: unknown) =>
  service.request(method, path, { as, body });

const unrouted = async () => {
  const metrics = (await service.request('GET', '/metrics')).body as string;
  return Number(/^tierline_tickets_unrouted (\d+)/m.exec(metrics)?.[1]);
};

const parkedTopics = async () =>
  (await service.database.query<{ topic: string }>('SELECT topic FROM parked_message')).map(({ topic }) => topic);

/** A tenant of its own with a known desk. */
const knownDesk = async (tenant: string): Promise<TestPerson> => {
  await tell(tenant, ...desk);
  const own = { ...admin, tenant };
  await eventually(async () => {
    const rules = [
      { name: 'try', then: { queue: 'network' } },
      { name: 'try', then: { tier: 'tier-1' } },
    ];
    expect((await request('POST', '/simulate', own, { rules })).body).toMatchObject({
      explanation: [{}, { matched: true }, { matched: true }, {}],
    });
  });
  return own;
};

describe('a ticket', () => {
  it('is routed when it is opened and when it goes up, with its explanation', async () => {
    const own = await knownDesk('way');
    expect(
      await request('PUT', '/rules', own, {
        rules: [{ name: 'VPN', when: { keywords: ['vpn'] }, then: { priority: 'P2' } }],
      }),
    ).toMatchObject({ status: 200, body: { sequence: 1 } });
    const id = uuidv7();
    const opening = about(id, opened({ subject: 'VPN drops' }), 'way');
    await send([opening]);
    const first = await untilRouted(id);
    expect(first).toMatchObject({
      source: '/routing',
      tenant: 'way',
      sequence: 1,
      actor: 'system:routing',
      causationId: opening.headers.ce_id,
      correlationId: opening.headers.ce_correlationid,
      data: { hop: 1, priority: 'P2', tier: 'tier-1', queue: 'service-desk', fallback: true },
    });
    await send([about(id, TicketEscalated({ ...TicketEscalated.example, toQueue: 'network' }), 'way')]);
    expect(await untilRouted(id, 2)).toMatchObject({
      sequence: 2,
      data: { hop: 2, priority: 'P2', tier: 'tier-2', queue: 'network', fallback: false },
    });
    const { body } = await request('GET', `/tickets/${id}/route`, { ...agent, tenant: 'way' });
    expect(body).toMatchObject({
      id,
      waiting: null,
      routes: [
        {
          hop: 1,
          at: expect.any(String),
          explanation: [
            { rule: 'matrix' },
            { rule: 'rule 1: VPN', matched: true, why: 'the text has "vpn": sets priority P2' },
            { rule: 'category' },
            { rule: 'fallback' },
          ],
        },
        { hop: 2, explanation: [{ rule: 'escalation' }, { rule: 'queue asked for', matched: true }] },
      ],
    });
  });

  it('is routed again by the rules of today when a lead asks', async () => {
    const own = await knownDesk('again');
    const id = uuidv7();
    await send([about(id, opened({ subject: 'VPN drops' }), 'again')]);
    expect(await untilRouted(id)).toMatchObject({ data: { hop: 1, queue: 'service-desk' } });
    await request('PUT', '/rules', own, {
      rules: [{ name: 'VPN', when: { keywords: ['vpn'] }, then: { queue: 'network', priority: 'P4' } }],
    });
    const reason = 'VPN goes to the network.';
    await send([about(id, RouteAsked({ ...RouteAsked.example, reason }), 'again')]);
    expect(await untilRouted(id, 2)).toMatchObject({
      sequence: 2,
      data: { hop: 1, queue: 'network', priority: 'P3', asked: { by: 'lea.lead', reason } },
    });
    const { body } = await request('GET', `/tickets/${id}/route`, { ...agent, tenant: 'again' });
    expect(body).toMatchObject({
      routes: [
        { hop: 1 },
        {
          hop: 1,
          explanation: [
            { rule: 'routed again', why: `lea.lead asks for it: ${reason}` },
            { rule: 'matrix' },
            { rule: 'rule 1: VPN', matched: true },
            { rule: 'category' },
            { rule: 'priority', why: 'it stays P3: routed again, nothing becomes less urgent' },
          ],
        },
      ],
    });
  });

  it('is routed once when its event comes twice', async () => {
    await knownDesk('twice');
    const id = uuidv7();
    const record = about(id, opened(), 'twice');
    await send([record, record]);
    await untilRouted(id);
    const later = uuidv7();
    await send([record, about(later, opened(), 'twice'), about(id, TicketEscalated(TicketEscalated.example), 'twice')]);
    await untilRouted(later);
    expect(await untilRouted(id, 2)).toMatchObject({ sequence: 2, data: { hop: 2 } });
  });

  it('of another tenant does not exist', async () => {
    await knownDesk('mine');
    const id = uuidv7();
    await send([about(id, opened(), 'mine')]);
    await untilRouted(id);
    expect(await request('GET', `/tickets/${id}/route`, { ...agent, tenant: 'theirs' })).toMatchObject({
      status: 404,
      body: { code: 'ticket_absent' },
    });
    expect(
      await request('GET', `/tickets/${id}/route`, { subject: 'anna', roles: ['requester'], tenant: 'mine' }),
    ).toMatchObject({
      status: 403,
      body: { code: 'not_allowed' },
    });
    expect(await request('GET', '/tickets/42/route', agent)).toMatchObject({
      status: 400,
      body: { fields: [{ path: 'id' }] },
    });
    await send([about(id, TicketEscalated(TicketEscalated.example), 'theirs')]);
    const other = uuidv7();
    await send([about(other, opened(), 'mine')]);
    await untilRouted(other);
    expect(routedAbout(id)).toHaveLength(1);
    // It was never opened there: put aside, visible, and in nobody's way.
    expect(await parkedTopics()).toEqual([`${service.prefix}.tickets.v1`]);
  });
});

describe('tickets whose desk is not known', () => {
  it('wait, are counted, and are routed when the lowest tier arrives, unless they ended', async () => {
    const ids = Array.from({ length: 620 }, () => uuidv7());
    const [ended] = ids.splice(0, 1);
    await send([...ids, ended!].map((id) => about(id, opened(), 'late')));
    await send([about(ended!, TicketCancelled(TicketCancelled.example), 'late')]);
    await eventually(async () => expect(await unrouted()).toBe(ids.length));
    expect((await request('GET', `/tickets/${ids[0]}/route`, { ...agent, tenant: 'late' })).body).toMatchObject({
      routes: [],
      waiting: { hop: 1, since: expect.any(String), why: 'no tier of the desk is known yet' },
    });
    expect(await request('POST', '/simulate', { ...admin, tenant: 'late' }, {})).toMatchObject({
      status: 422,
      body: { code: 'desk_unknown' },
    });
    await tell('late', tierFact(2, 'systems'));
    await tell('late', tierFact(1, 'service-desk'));
    await eventually(async () => expect(await unrouted()).toBe(0));
    await eventually(() => expect(ids.filter((id) => routedAbout(id).length === 1)).toHaveLength(ids.length));
    expect(new Set(ids.map((id) => (routedAbout(id)[0]!.data as { tier: string }).tier))).toEqual(new Set(['tier-1']));
    expect(routedAbout(ended!)).toEqual([]);
    const [first] = tickets.about(ids[0]!);
    expect(routedAbout(ids[0]!)[0]).toMatchObject({ causationId: first!.id, correlationId: first!.correlationId });
  });

  it('wait for the tier that they go up to', async () => {
    await tell('grow', tierFact(1, 'service-desk'));
    const id = uuidv7();
    await send([about(id, opened(), 'grow')]);
    await untilRouted(id);
    await send([about(id, TicketEscalated(TicketEscalated.example), 'grow')]);
    await eventually(async () =>
      expect((await request('GET', `/tickets/${id}/route`, { ...agent, tenant: 'grow' })).body).toMatchObject({
        waiting: { hop: 2, why: 'tier tier-2 is not known yet' },
      }),
    );
    await tell('grow', tierFact(2, 'systems'));
    expect(await untilRouted(id, 2)).toMatchObject({ data: { hop: 2, tier: 'tier-2', queue: 'systems' } });
  });

  it('still wait after a restart', async () => {
    const id = uuidv7();
    await send([about(id, opened(), 'night')]);
    await eventually(async () => expect(await unrouted()).toBe(1));
    await service.restart();
    expect(await unrouted()).toBe(1);
    await tell('night', tierFact(1, 'service-desk'));
    expect(await untilRouted(id)).toMatchObject({ data: { hop: 1, queue: 'service-desk' } });
  });
});

describe('the copy of the desk', () => {
  it('takes the newest of each tier and queue, whatever comes late', async () => {
    const own = await knownDesk('order');
    const before = about('order/queue/network', queueFact('network', 'tier-1'), 'order');
    await tell('order', tierFact(1, 'front'), tierFact(1, 'new-front'));
    await send([{ ...before, headers: { ...before.headers, ce_sequence: '0' } }]);
    await eventually(async () =>
      expect((await request('POST', '/simulate', own, {})).body).toMatchObject({ queue: 'new-front' }),
    );
    await tell('order', queueFact('marker', 'tier-1'));
    await eventually(async () =>
      expect(
        (await request('POST', '/simulate', own, { rules: [{ name: 'm', then: { queue: 'marker' } }] })).body,
      ).toMatchObject({ queue: 'marker' }),
    );
    expect(
      (await request('POST', '/simulate', own, { rules: [{ name: 'n', then: { queue: 'network' } }] })).body,
    ).toMatchObject({
      tier: 'tier-2',
    });
  });

  it('is not confused by the events of the own catalogue', async () => {
    const own = await knownDesk('own');
    expect((await request('PUT', '/categories/mail', own, { name: 'Mail', type: 'incident' })).status).toBe(200);
    const id = uuidv7();
    await send([about(id, opened({ category: 'mail' }), 'own')]);
    expect(await untilRouted(id)).toMatchObject({ data: { category: 'mail', fallback: true } });
    expect(await parkedTopics()).not.toContain(`${service.prefix}.desk.v1`);
  });
});
