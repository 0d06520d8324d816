import { CatalogueChanged, QueueChanged, TierChanged } from '@tierline/contracts';
import {
  eventually,
  recordOf,
  send,
  startUnderTest,
  subscribe,
  type ServiceUnderTest,
  type TestPerson,
} from '@tierline/testing';
import { routing } from './app.module.ts';

const admin: TestPerson = { subject: 'ada.admin', roles: ['admin'] };
const agent: TestPerson = { subject: 'tom.first', roles: ['agent'] };
const requester: TestPerson = { subject: 'anna.berg', roles: ['requester'] };
const stranger: TestPerson = { ...admin, tenant: 'globex' };

let service: ServiceUnderTest;
let published: Awaited<ReturnType<typeof subscribe>>;

const request = (method: string, path: string, as: TestPerson, body?: unknown, headers: Record<string, string> = {}) =>
  service.request(method, path, { as, body, headers });
const put = (path: string, body: unknown, as = admin, headers: Record<string, string> = {}) =>
  request('PUT', path, as, body, headers);
const get = async (path: string, as = admin) => (await request('GET', path, as)).body as Record<string, unknown>;

beforeAll(async () => {
  service = await startUnderTest(routing);
  published = await subscribe(service.prefix, 'desk');
  await send([
    recordOf(service.prefix, TierChanged(TierChanged.example), { subject: 'acme/tier/tier-1' }),
    recordOf(service.prefix, QueueChanged(QueueChanged.example), { subject: 'acme/queue/service-desk' }),
  ]);
  await eventually(async () => {
    const rules = [{ name: 'try', then: { tier: 'tier-1', queue: 'service-desk' } }];
    const { body } = await request('POST', '/simulate', admin, { rules });
    expect(body).toMatchObject({ fallback: false });
  });
});

afterAll(async () => {
  await published?.close();
  await service?.stop();
});

const mail = { name: 'E-mail account', type: 'incident', tier: 'tier-1', queue: 'service-desk' };

describe('a category', () => {
  it('is defined, published when it changed, and seen by its tenant alone', async () => {
    expect(await put('/categories/mail', mail)).toMatchObject({
      status: 200,
      body: { category: 'mail', ...mail, sequence: 1, changed: true, problem: null },
    });
    expect((await put('/categories/mail', mail)).body).toMatchObject({ sequence: 1, changed: false });
    expect((await put('/categories/mail', { name: 'Mail', type: 'incident', tier: 'tier-7' })).body).toMatchObject({
      sequence: 2,
      changed: true,
      queue: null,
      problem: 'tier tier-7 is not known',
    });
    await eventually(() =>
      expect(published.about('acme/category/mail')).toMatchObject([
        { type: CatalogueChanged.type, sequence: 1, actor: 'agent:ada.admin', data: { category: 'mail', ...mail } },
        { sequence: 2, data: { name: 'Mail', tier: 'tier-7', queue: null } },
      ]),
    );
    expect(await get('/categories', stranger)).toEqual({ items: [], next: null });
  });

  it('is one of many, all or none', async () => {
    const many = (names: readonly string[]) => ({
      categories: names.map((category) => ({ category, name: `Bulk ${category}`, type: 'service-request' })),
    });
    const names = Array.from({ length: 1_500 }, (_, index) => `bulk-${String(index).padStart(4, '0')}`);
    expect(await put('/categories', many(names))).toMatchObject({
      status: 200,
      body: { total: 1_500, changed: 1_500, problems: [] },
    });
    expect((await put('/categories', many([...names.slice(0, 10), 'bulk-new']))).body).toMatchObject({
      total: 11,
      changed: 1,
    });
    expect(await put('/categories', many(['bulk-a', 'bulk-b', 'bulk-a']))).toMatchObject({
      status: 400,
      body: { code: 'input_invalid', fields: [{ path: 'categories.2.category', message: 'bulk-a is named twice' }] },
    });
    expect(
      await put('/categories', { categories: [{ category: 'Not A Slug', name: 'x', type: 'wish' }] }),
    ).toMatchObject({
      status: 400,
      body: { fields: [{ path: 'categories.0.category' }, { path: 'categories.0.type' }] },
    });
    expect((await get('/categories?q=bulk-a')).items).toEqual([]);
  });

  it('is listed in pages, with its place for those who may read the desk', async () => {
    const first = await get('/categories?q=bulk&limit=2');
    expect(first).toEqual({
      items: ['bulk-0000', 'bulk-0001'].map((category) => ({
        category,
        name: `Bulk ${category}`,
        type: 'service-request',
        tier: null,
        queue: null,
        sequence: 1,
        problem: null,
      })),
      next: 'bulk-0001',
    });
    expect((await get(`/categories?q=bulk&limit=1&after=${String(first.next)}`, requester)).items).toEqual([
      { category: 'bulk-0002', name: 'Bulk bulk-0002', type: 'service-request' },
    ]);
    expect(await get('/categories?limit=2000', requester)).toMatchObject({ next: null });
  });

  it('is changed by admins alone', async () => {
    expect(await put('/categories/mail', mail, agent)).toMatchObject({ status: 403, body: { code: 'not_allowed' } });
    expect(await put('/categories/mail', { ...mail, colour: 'red' })).toMatchObject({
      status: 400,
      body: { fields: [{ path: 'colour' }] },
    });
  });
});

describe('the rules', () => {
  const vip = { name: 'VIP', when: { requesterId: 'ceo' }, then: { priority: 'P1' }, enabled: true };
  const desk = {
    name: 'Desk',
    when: { keywords: ['vpn'] },
    then: { tier: 'tier-1', queue: 'service-desk' },
    enabled: true,
  };

  it('are empty at first, replaced as a whole, and seen by their tenant alone', async () => {
    expect(await get('/rules')).toEqual({ sequence: 0, changedAt: null, changedBy: null, rules: [] });
    const { body } = await put('/rules', { rules: [vip, desk] });
    expect(body).toEqual({
      sequence: 1,
      changedAt: expect.any(String),
      changedBy: 'agent:ada.admin',
      rules: [vip, desk],
    });
    expect((await put('/rules', { rules: [vip, desk] })).body).toEqual(body);
    expect((await put('/rules', { rules: [desk] })).body).toMatchObject({ sequence: 2, rules: [desk] });
    expect(await get('/rules', agent)).toMatchObject({ sequence: 2 });
    expect(await get('/rules', stranger)).toMatchObject({ sequence: 0, rules: [] });
    expect((await request('GET', '/rules', requester)).status).toBe(403);
  });

  it('are refused when they name what is not known, each by path, and nothing changes', async () => {
    const before = await get('/rules');
    const rules = [vip, { ...desk, then: { queue: 'netwrok' } }, { ...desk, then: { tier: 'tier-9' } }];
    expect(await put('/rules', { rules })).toMatchObject({
      status: 422,
      body: {
        code: 'rule_place_unknown',
        detail: 'rule "Desk": queue netwrok is not known (and 1 more); nothing was changed.',
        fields: [
          { path: 'rules.1.then.queue', message: 'rule "Desk": queue netwrok is not known' },
          { path: 'rules.2.then.tier', message: 'rule "Desk": tier tier-9 is not known' },
        ],
      },
    });
    expect(await get('/rules')).toEqual(before);
  });

  it.each([
    ['an empty result', { ...vip, then: {} }, 'rules.0.then'],
    ['an unknown condition', { ...vip, when: { colour: 'red' } }, 'rules.0.when.colour'],
    ['no name', { then: { priority: 'P1' } }, 'rules.0.name'],
  ])('are refused by path for %s', async (_, rule, path) =>
    expect(await put('/rules', { rules: [rule] })).toMatchObject({ status: 400, body: { fields: [{ path }] } }),
  );

  it('are not replaced by one who saw older ones', async () => {
    const { sequence } = await get('/rules');
    const old = { 'if-match': String(Number(sequence) - 1) };
    expect(await put('/rules', { rules: [] }, admin, old)).toMatchObject({
      status: 409,
      body: { code: 'changed_meanwhile', conflict: { sequence } },
    });
    expect((await put('/rules', { rules: [vip] }, admin, { 'if-match': String(sequence) })).status).toBe(200);
  });
});

describe('the simulator', () => {
  it('says where a ticket would go and why, with the rules in force or a draft', async () => {
    const inForce = await request('POST', '/simulate', agent, { requesterId: 'ceo', impact: 'high', urgency: 'low' });
    expect(inForce).toMatchObject({
      status: 200,
      body: { priority: 'P1', tier: 'tier-1', queue: 'service-desk', fallback: true, type: 'incident' },
    });
    const draft = await request('POST', '/simulate', agent, { requesterId: 'ceo', rules: [], category: 'nothing' });
    expect(draft.body).toMatchObject({
      priority: 'P3',
      explanation: [
        { rule: 'matrix' },
        { rule: 'category nothing', why: 'it is not in the catalogue' },
        { rule: 'fallback' },
      ],
    });
    expect((await request('POST', '/simulate', requester, {})).status).toBe(403);
  });
});
