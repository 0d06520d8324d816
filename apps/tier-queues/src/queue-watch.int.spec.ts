import { CatalogueChanged, CataloguePartRemoved, RulesChanged } from '@tierline/contracts';
import { eventually, recordOf, send, subscribe } from '@tierline/testing';
import { deskBody, messaging } from './domain/example.ts';
import { person, startDesk, type WorkingDesk } from './testing/working-desk.ts';

const [una, ida, lea, omar] = [person('una'), person('ida'), person('lea', 'lead'), person('omar', 'admin')];
const nils = person('nils');
const network = { ...messaging, queue: 'network', team: 'network' };
const now = {
  from: new Date(Date.now() - 3_600_000).toISOString(),
  until: new Date(Date.now() + 5 * 86_400_000).toISOString(),
};
const document = {
  ...deskBody,
  agents: [...deskBody.agents, { agentId: 'nils', name: 'Nils', teams: ['network'] }],
  teams: [{ team: 'network', name: 'Network', lead: 'una' }],
  management: [{ personId: 'nadia', name: 'Nadia' }],
};
type Unserved = { queue: string; detail: string; openTickets: number; mine: boolean };
type Attention = { items: object[]; queues: Unserved[] };

let desk: WorkingDesk;
let topic: Awaited<ReturnType<typeof subscribe>>;

const say = (as: typeof una, items: object[]) => desk.ask('PUT', '/me/absences', as, { items });
const told = (queue: string) =>
  topic
    .about(`acme/queue-service/${queue}`)
    .map(({ type, data, sequence }) => ({ type: type.split('.').at(-2), data, sequence }));
const attention = async (as = lea, query = '') => (await desk.get<Attention>(`/attention?limit=50${query}`, as)).body;
const isListed = async (queue: string, wanted: boolean) =>
  eventually(async () => expect((await attention()).queues.some((one) => one.queue === queue)).toBe(wanted));
const route = (fact: Parameters<typeof recordOf>[1], subject: string, sequence: number) =>
  send([recordOf(desk.service.prefix, fact, { subject, sequence })]);

beforeAll(async () => {
  desk = await startDesk({ QUEUE_WATCH_SECONDS: '0.3' });
  topic = await subscribe(desk.service.prefix, 'desk');
  expect((await desk.ask('PUT', '/desk', omar, document)).status).toBe(200);
});
afterAll(async () => {
  await topic?.close();
  await desk?.service.stop();
});

afterEach(async () => {
  for (const one of [una, nils]) await say(one, []);
  await isListed('network', false);
});

it('tells once of a queue with open tickets that nobody will serve, and when somebody is back', async () => {
  await say(nils, [now]);
  await desk.ticket(network);
  await isListed('network', true);
  const first = {
    type: 'queue-unserved',
    sequence: 1,
    data: {
      openTickets: 1,
      isTarget: false,
      detail: expect.stringContaining('nils is away until') as unknown,
      tell: [{ who: 'lead', agentId: 'una' }],
    },
  };
  await eventually(() => expect(told('network')).toMatchObject([first]));
  expect((await attention(una, '&mine=true')).queues).toMatchObject([{ queue: 'network', openTickets: 1, mine: true }]);
  expect((await attention(ida, '&mine=true')).queues).toEqual([]);
  expect((await attention(lea, '&tier=tier-1')).queues).toEqual([]);
  const { body } = await desk.get<{ items: { queue: string; unserved: object | null }[] }>('/queues', lea);
  const unserved = body.items.flatMap(({ queue, unserved: since }) => (since ? [queue] : []));
  expect(unserved).toEqual(['network']);
  const seen = await desk.get<{ items: { unserved: object | null }[] }>('/queues', person('pia', 'partner-agent'));
  expect(seen.body.items.filter((one) => one.unserved)).toEqual([]);
  const board = await desk.get<{ tiers: { queues: { queue: string; unserved: object | null }[] }[] }>('/board', lea);
  const all = board.body.tiers.flatMap(({ queues }) => queues);
  expect(all.filter((one) => one.unserved).map(({ queue }) => queue)).toEqual(['network']);
  await say(nils, []);
  await isListed('network', false);
  await eventually(() =>
    expect(told('network')).toMatchObject([{}, { type: 'queue-served', sequence: 2, data: { because: 'served' } }]),
  );
});

it('tells again each day while it lasts', async () => {
  await say(nils, [now]);
  await desk.ticket(network);
  await isListed('network', true);
  const [row] = await desk.service.database.query<{ sequence: number }>(
    `UPDATE unserved_queue SET told_at = now() - interval '25 hours' WHERE queue = 'network' RETURNING sequence`,
  );
  const again = () => told('network').filter(({ sequence }) => sequence > row!.sequence);
  await eventually(() => expect(again()).toHaveLength(1));
  expect(again()[0]).toMatchObject({
    type: 'queue-unserved',
    sequence: row!.sequence + 1,
    data: { since: expect.any(String) as unknown, tell: [{ who: 'lead', agentId: 'una' }] },
  });
});

it('tells whoever stands in for the lead, and management where nobody does', async () => {
  await say(una, [{ ...now, deputy: 'tom' }]);
  await say(nils, [now]);
  await eventually(() =>
    expect(told('network').at(-1)).toMatchObject({ data: { tell: [{ agentId: 'tom', standsInFor: 'una' }] } }),
  );
  await say(nils, []);
  await isListed('network', false);
  await say(una, [now]);
  await say(nils, [now]);
  await eventually(() =>
    expect(told('network').at(-1)).toMatchObject({
      data: { tell: [{ who: 'management', agentId: 'nadia' }] },
    }),
  );
});

it('finds a queue without tickets where tiers begin, and where categories or rules send some', async () => {
  await say(nils, [now]);
  await isListed('network', true);
  await desk.service.database.query(`UPDATE ticket SET state = 'CLOSED' WHERE queue = 'network'`);
  await isListed('network', false);
  await eventually(() => expect(told('network').at(-1)).toMatchObject({ data: { because: 'nothing-waits' } }));
  const rule = (enabled: boolean) =>
    RulesChanged({ rules: [{ name: 'VPN', when: {}, then: { queue: 'network' }, enabled }] });
  await route(rule(true), 'acme/rules/rules', 1);
  await isListed('network', true);
  await route(rule(false), 'acme/rules/rules', 2);
  await isListed('network', false);
  const category = CatalogueChanged({ ...CatalogueChanged.example, category: 'vpn', tier: 'tier-2', queue: 'network' });
  await route(category, 'acme/category/vpn', 1);
  await isListed('network', true);
  await route(CataloguePartRemoved({ kind: 'category', id: 'vpn' }), 'acme/category/vpn', 2);
  await isListed('network', false);
  await say(ida, [now]);
  await isListed('messaging', true);
  await say(ida, []);
  await isListed('messaging', false);
});
