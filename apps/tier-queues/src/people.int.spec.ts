import { TicketRouted } from '@tierline/contracts';
import { clock, eventually, everyDay, zone } from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { handover, messaging, opened, routed, serviceDesk } from './domain/example.ts';
import { person, startDesk, type WorkingDesk } from './testing/working-desk.ts';

const [tom, una, ida] = [person('tom'), person('una'), person('ida')];
const [lea, omar] = [person('lea', 'lead'), person('omar', 'admin')];
const foreigner = person('tom', 'agent', 'globex');

let desk: WorkingDesk;
const put = (parts: object) => desk.ask('PUT', '/desk', omar, parts);
const tomWith = (more: object = {}) =>
  put({ agents: [{ agentId: 'tom', name: 'Tom', teams: ['service-desk', 'phones'], ...more }] });

beforeAll(async () => {
  desk = await startDesk({ WATCHDOG_SECONDS: '3600' });
  const { status } = await put({
    skills: [{ skill: 'vpn', name: 'VPN' }],
    certifications: [{ certification: 'ccnp', name: 'Network professional', issuer: 'Cisco' }],
  });
  expect(status).toBe(200);
});
afterAll(() => desk?.service.stop());
beforeEach(() => desk.service.database.query(`UPDATE ticket SET state = 'CLOSED', owner = NULL`));

describe('who may take a ticket', () => {
  const asking = (more: object) =>
    put({ queues: [{ queue: 'phones', name: 'Phones', tier: 'tier-1', team: 'phones', ...more }] });
  const place = { ...serviceDesk, queue: 'phones', team: 'phones' };

  it('is checked against skills, certificates and capacity; a lead sets rules aside with a reason', async () => {
    await asking({ skills: [{ skill: 'vpn', level: 2 }], certifications: ['ccnp'], capacity: 1 });
    const id = await desk.ticket(place);
    expect(await desk.act(id, 'claim', tom)).toMatchObject({ status: 403, body: { code: 'skill_missing' } });
    await tomWith({
      skills: [{ skill: 'vpn', level: 3 }],
      certifications: [{ certification: 'ccnp', number: '1', expires: '2020-01-31' }],
    });
    expect(await desk.act(id, 'claim', tom)).toMatchObject({ status: 403, body: { code: 'certificate_expired' } });
    expect(await desk.ask('POST', '/claim-next', tom, { queues: ['phones'] })).toMatchObject({
      status: 403,
      body: { code: 'certificate_expired' },
    });
    expect(await desk.act(id, 'assign', lea, { agentId: 'tom' })).toMatchObject({
      status: 422,
      body: { code: 'certificate_expired', fields: [{ path: 'agentId' }] },
    });
    const override = 'He renewed it today.';
    expect(await desk.act(id, 'assign', lea, { agentId: 'tom', override })).toMatchObject({ status: 200 });
    const shown = await desk.get<{ timeline: { kind: string; data: object }[] }>(`/tickets/${id}`, lea);
    expect(shown.body.timeline).toContainEqual(
      expect.objectContaining({
        kind: 'claimed',
        data: expect.objectContaining({ override: { rules: ['certificate_expired'], reason: override } }) as object,
      }),
    );
    await asking({ capacity: 1 });
    const second = await desk.ticket(place);
    expect(await desk.act(second, 'claim', tom)).toMatchObject({ status: 409, body: { code: 'capacity_full' } });
    await asking({});
    await tomWith();
  });

  it('is checked where a hand-over is accepted, too', async () => {
    await put({ agents: [{ agentId: 'ida', name: 'Ida', teams: ['messaging'], capacity: 1 }] });
    const [first, second] = [await desk.ticket(messaging), await desk.ticket()];
    expect((await desk.act(first, 'claim', ida)).status).toBe(200);
    await desk.act(second, 'claim', tom);
    const up = { tier: 'tier-2', reason: 'needs the mail servers', handover };
    expect((await desk.act(second, 'escalate', tom, up)).status).toBe(200);
    await desk.tell(second, routed(messaging, 2));
    const accept = () => desk.act(second, 'accept-hand-over', ida);
    await eventually(async () =>
      expect(await accept()).toMatchObject({ status: 409, body: { code: 'capacity_full' } }),
    );
    await desk.act(first, 'release', ida);
    expect(await accept()).toMatchObject({ status: 200, body: { owner: 'ida' } });
    await put({ agents: [{ agentId: 'ida', name: 'Ida', teams: ['messaging'] }] });
  });

  it('weighs tickets by their priority, where the desk says so', async () => {
    await put({ limits: { capacityWeights: { P2: 3 } } });
    await tomWith({ capacity: 4 });
    const [first, second] = [await desk.ticket(), await desk.ticket()];
    expect(await desk.act(first, 'claim', tom)).toMatchObject({ status: 200 });
    expect(await desk.act(second, 'claim', tom)).toMatchObject({ status: 409, body: { code: 'capacity_full' } });
    const staff = await desk.get<{ items: object[] }>('/staff?team=service-desk', lea);
    expect(staff.body.items).toContainEqual(expect.objectContaining({ agentId: 'tom', load: 3, capacity: 4 }));
    const lighter = uuidv7();
    await desk.tell(lighter, opened);
    await desk.tell(lighter, TicketRouted({ ...routed(serviceDesk).data, priority: 'P4' }));
    await eventually(async () => expect(await desk.stateOf(lighter)).toBe('QUEUED'));
    expect(await desk.ask('POST', '/claim-next', tom, {})).toMatchObject({ body: { ticket: { id: lighter } } });
    await desk.act(lighter, 'cancel', tom, { reason: 'done' });
    await put({ limits: {} });
    expect(await desk.act(second, 'claim', tom)).toMatchObject({ status: 200 });
    await desk.act(first, 'cancel', tom, { reason: 'done' });
    await desk.act(second, 'cancel', tom, { reason: 'done' });
    await tomWith();
  });

  it('never goes beyond the capacity, however many are taken at once', async () => {
    await tomWith({ capacity: 3 });
    const ids = await Promise.all(Array.from({ length: 6 }, () => desk.ticket()));
    const answers = await Promise.all([
      ...ids.slice(0, 3).map((id) => desk.act(id, 'claim', tom)),
      ...ids.map(() => desk.ask('POST', '/claim-next', tom, {})),
    ]);
    const owned = await desk.service.database.query(`SELECT 1 FROM ticket WHERE owner = 'tom'`);
    expect(owned.length).toBe(3);
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
    await tomWith();
  });

  it('counts what the ticket’s own route asks for: others pass it over', async () => {
    const id = uuidv7();
    await desk.tell(id, opened);
    await desk.tell(id, TicketRouted({ ...routed(serviceDesk).data, priority: 'P1', skills: [{ skill: 'vpn' }] }));
    const plain = await desk.ticket();
    expect(await desk.ask('POST', '/claim-next', tom, {})).toMatchObject({ body: { ticket: { id: plain } } });
    expect(await desk.ask('POST', '/claim-next', tom, {})).toMatchObject({ body: { ticket: null } });
    await put({
      agents: [{ agentId: 'una', name: 'Una', teams: ['service-desk'], skills: [{ skill: 'vpn', level: 1 }] }],
    });
    expect(await desk.ask('POST', '/claim-next', una, {})).toMatchObject({ body: { ticket: { id } } });
  });
});

describe('a queue that gives its tickets', () => {
  const giving = (assignment: string) =>
    put({
      tiers: [{ tier: 'tier-1', name: 'Tier 1', rank: 1, defaultQueue: 'service-desk', acceptanceMinutes: 30 }],
      queues: [{ queue: 'service-desk', name: 'Service desk', tier: 'tier-1', team: 'service-desk', assignment }],
    });
  const ownerOf = async (id: string) => (await desk.get<{ owner: string | null }>(`/tickets/${id}`, lea)).body.owner;
  const kindsOf = async (id: string) =>
    (await desk.get<{ timeline: { kind: string }[] }>(`/tickets/${id}`, lea)).body.timeline.map(({ kind }) => kind);
  const says = (who: typeof tom, presence: string) => desk.ask('PUT', '/me/presence', who, { presence });
  const waitingHere = async () => {
    const id = uuidv7();
    await desk.tell(id, opened);
    await desk.tell(id, routed(serviceDesk));
    return id;
  };

  beforeAll(async () => {
    await says(tom, 'away');
    await says(una, 'away');
    await giving('round-robin');
  });
  afterAll(async () => {
    await giving('pull');
    await says(tom, 'present');
  });

  it('notes once that nobody is there, and gives the ticket when somebody comes', async () => {
    const id = await waitingHere();
    await eventually(async () => expect(await kindsOf(id)).toContain('assignment-failed'));
    await says(una, 'present');
    await eventually(async () => expect(await ownerOf(id)).toBe('una'));
    expect((await kindsOf(id)).filter((kind) => kind === 'assignment-failed')).toHaveLength(1);
  });
  it('gives in turn, from two pods, each ticket once', async () => {
    const other = await desk.service.another();
    await says(tom, 'present');
    await says(una, 'present');
    const ids = await Promise.all(Array.from({ length: 8 }, waitingHere));
    const owners = () => Promise.all(ids.map(ownerOf));
    await eventually(async () => {
      const now = await owners();
      expect(now.every((owner) => owner === 'tom' || owner === 'una')).toBe(true);
    });
    expect((await owners()).sort()).toEqual([...Array<string>(4).fill('tom'), ...Array<string>(4).fill('una')]);
    for (const id of ids) expect((await kindsOf(id)).filter((kind) => kind === 'claimed')).toHaveLength(1);
    await other.stop();
  });
  it('takes a ticket back that nobody began, and gives it to somebody else', async () => {
    await says(una, 'away');
    const id = await waitingHere();
    await eventually(async () => expect(await ownerOf(id)).toBe('tom'));
    await says(una, 'present');
    await desk.service.database.query(
      `UPDATE ticket SET body = body || '{"assignedAt": "2026-01-05T08:00:00.000Z"}' WHERE id = $1`,
      [id],
    );
    await desk.service.database.query('UPDATE timer SET next_try = now(), due = now() WHERE ticket_id = $1', [id]);
    await eventually(async () => expect(await ownerOf(id)).toBe('una'));
    expect(await kindsOf(id)).toContain('acceptance-lapsed');
  });
});

describe('shifts', () => {
  const inTwoDays = new Date(Date.now() + 2 * 86_400_000).toLocaleDateString('en', {
    weekday: 'long',
    timeZone: 'UTC',
  });
  const calendar = (name: string, hours: object) => ({ calendar: name, name, zone: 'Etc/UTC', hours });
  const day = [{ from: '08:00', to: '16:00' }];

  it('end: what was not begun goes back, and what was said of the presence counts no longer', async () => {
    await put({ calendars: [calendar('rare', { [inTwoDays.toLowerCase()]: day })] });
    const id = await desk.ticket();
    expect(await desk.act(id, 'claim', tom)).toMatchObject({ status: 200 });
    await desk.ask('PUT', '/me/presence', tom, { presence: 'present' });
    await tomWith({ shifts: ['rare'] });
    await desk.service.database.query(`INSERT INTO shift VALUES ('acme', 'tom', now() + interval '1 s')`);
    await eventually(async () =>
      expect(await desk.get(`/tickets/${id}`, lea)).toMatchObject({ body: { state: 'QUEUED', owner: null } }),
    );
    expect(await desk.get('/me/presence', tom)).toMatchObject({ body: { presence: null } });
    expect(await desk.act(id, 'claim', tom)).toMatchObject({ status: 409, body: { code: 'off_shift' } });
  }, 30_000);

  it('end at once when a change of the desk cuts them short', async () => {
    const hours = (from: string, to: string) =>
      put({ calendars: [{ calendar: 'rota', name: 'Rota', zone, hours: everyDay(from, to) }] });
    await hours(clock(-60), clock(60));
    await tomWith({ shifts: ['rota'] });
    const id = await desk.ticket();
    expect(await desk.act(id, 'claim', tom)).toMatchObject({ status: 200 });
    const running = `SELECT 1 FROM shift WHERE agent_id = 'tom' AND ends_at > now()`;
    await eventually(async () => expect(await desk.service.database.query(running)).toHaveLength(1));
    await hours(clock(-60), clock(0));
    await eventually(async () =>
      expect(await desk.get(`/tickets/${id}`, lea)).toMatchObject({ body: { state: 'QUEUED', owner: null } }),
    );
  }, 30_000);

  it('are shown with load and presence, with the gaps that they leave, and with certificates that end', async () => {
    await put({ queues: [{ queue: 'phones', name: 'Phones', tier: 'tier-1', team: 'phones', calendar: 'rare' }] });
    await tomWith({
      shifts: ['rare'],
      certifications: [{ certification: 'ccnp', number: '7', expires: '2020-01-31' }],
    });
    type Staff = { items: { agentId: string }[] };
    const staff = await desk.get<Staff>('/staff?team=service-desk', lea);
    expect(staff.body.items).toContainEqual(
      expect.objectContaining({ agentId: 'tom', presence: null, onShift: false, shiftEnds: null, load: 0 }),
    );
    const covered = { items: [{ queue: 'phones', team: 'phones', gaps: [] }] };
    expect((await desk.get('/coverage?team=phones', lea)).body).toMatchObject(covered);
    await put({ calendars: [calendar('hardly', { [inTwoDays.toLowerCase()]: [{ from: '08:00', to: '12:00' }] })] });
    await tomWith({
      shifts: ['hardly'],
      certifications: [{ certification: 'ccnp', number: '7', expires: '2020-01-31' }],
    });
    const gap = {
      from: expect.stringContaining('T12:00:00') as string,
      to: expect.stringContaining('T16:00') as string,
    };
    expect((await desk.get('/coverage?team=phones', lea)).body).toMatchObject({ items: [{ gaps: [gap] }] });
    expect((await desk.get('/certificates/expiring', lea)).body).toMatchObject({
      items: [{ agentId: 'tom', certification: 'ccnp', expires: '2020-01-31' }],
    });
    const foreign = await desk.get<Staff>('/staff', foreigner);
    expect(foreign.body.items).toEqual([]);
    const partner = await desk.get<Staff>('/staff', person('ida', 'partner-agent'));
    expect(partner.body.items.map(({ agentId }) => agentId)).toEqual(['ida']);
    await tomWith();
  });
});

describe('presence', () => {
  it('is what the agent says of himself or herself', async () => {
    expect(await desk.ask('PUT', '/me/presence', tom, { presence: 'away' })).toMatchObject({
      status: 200,
      body: { agentId: 'tom', presence: 'away' },
    });
    await desk.ticket();
    expect(await desk.ask('POST', '/claim-next', tom, {})).toMatchObject({ status: 409, body: { code: 'away' } });
    await desk.ask('PUT', '/me/presence', tom, { presence: 'present' });
    expect(await desk.get('/me/presence', tom)).toMatchObject({ body: { presence: 'present' } });
    await eventually(async () => expect(await desk.ask('POST', '/claim-next', tom, {})).toMatchObject({ status: 200 }));
  });
  it('is refused for who is not in the desk, and when it is none', async () => {
    expect(await desk.ask('PUT', '/me/presence', foreigner, { presence: 'away' })).toMatchObject({
      status: 422,
      body: { code: 'agent_absent' },
    });
    expect(await desk.ask('PUT', '/me/presence', tom, { presence: 'asleep' })).toMatchObject({ status: 400 });
    expect(await desk.get('/me/presence', foreigner)).toMatchObject({ body: { presence: null } });
  });
});
