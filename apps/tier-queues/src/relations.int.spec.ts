import {
  CatalogueChanged,
  RequesterAskedEscalation,
  RequesterReplied,
  TicketOpened,
  type Fact,
  type Problem,
} from '@tierline/contracts';
import {
  eventually,
  recordOf,
  send,
  startUnderTest,
  subscribe,
  type Envelope,
  type ServiceUnderTest,
  type TestPerson,
} from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { tierQueues } from './app.module.ts';
import { deskBody, handover, messaging, opened, routed, serviceDesk } from './domain/example.ts';
import type { Place } from './domain/desk.ts';
import type { Entry } from './ticket-view.ts';

const person = (subject: string, role: 'agent' | 'lead' | 'admin' = 'agent'): TestPerson => ({
  subject,
  roles: [role],
});
const [tom, una, ida, lea] = [person('tom'), person('una'), person('ida'), person('lea', 'lead')];
const foreigner: TestPerson = { ...lea, tenant: 'globex' };

let service: ServiceUnderTest;
let topic: Awaited<ReturnType<typeof subscribe>>;

beforeAll(async () => {
  service = await startUnderTest(tierQueues, { UNROUTED_AFTER_SECONDS: '600', REOPEN_WINDOW_DAYS: '0.00000001' });
  topic = await subscribe(service.prefix);
  await service.request('PUT', '/desk', { as: person('omar', 'admin'), body: deskBody });
});

afterAll(async () => {
  await topic?.close();
  await service?.stop();
});

type Shown = Problem & Record<string, never> & { state: string; sequence: number; timeline: Entry[] };

const get = async (path: string, as = lea) => {
  const answer = await service.request('GET', path, { as });
  return { ...answer, body: answer.body as Shown & { items: { id: string }[]; next: string | null } };
};
const tell = (id: string, fact: Fact, envelope: Partial<Envelope> = {}) =>
  send([recordOf(service.prefix, fact, { subject: id, actor: 'requester:anna', ...envelope })]);
const untilState = (id: string, expected: object) =>
  eventually(async () => expect((await get(`/tickets/${id}`)).body).toMatchObject(expected));

let number = 80_000;
const newTicket = async (more: object = {}, place: Place = serviceDesk) => {
  const id = uuidv7();
  await tell(id, TicketOpened({ ...opened.data, number: (number += 1), ...more }));
  await tell(id, routed(place));
  await untilState(id, { state: 'QUEUED' });
  return id;
};
const act = async (id: string, verb: string, as: TestPerson, body: unknown = {}, headers = {}) => {
  const answer = await service.request('POST', `/tickets/${id}/${verb}`, { as, body, headers });
  return { ...answer, body: answer.body as Shown };
};
const told = (id: string) =>
  topic
    .about(id)
    .filter(({ source }) => source === '/tier-queues')
    .map(({ type }) => type.split('.').at(-2));

describe('merge', () => {
  it('carries the words of both requesters, and is undone as it was', async () => {
    const target = await newTicket();
    const id = await newTicket({ requesterId: 'ben' });
    await act(id, 'claim', tom);
    expect((await act(id, 'merge', tom, { into: id })).body).toMatchObject({ code: 'same_ticket' });
    expect((await act(id, 'merge', tom, { into: target })).body).toMatchObject({ state: 'MERGED', owner: null });
    expect((await get(`/tickets/${id}`)).body).toMatchObject({ mergedInto: { ticketId: target } });
    const messageId = uuidv7();
    await tell(id, RequesterReplied({ messageId, text: 'And mine?' }), { actor: 'requester:ben' });
    await eventually(async () => {
      const { timeline } = (await get(`/tickets/${target}`)).body;
      expect(timeline.filter(({ kind }) => kind === 'merged-reply-received')).toMatchObject([{ data: { messageId } }]);
    });
    await act(target, 'claim', tom);
    await act(target, 'reply', tom, { text: 'Both of you: soon.' });
    await eventually(() => expect(told(id)).toContain('agent-replied'));
    expect((await act(target, 'cancel', tom, { reason: 'no' })).body).toMatchObject({ code: 'carries_others' });
    expect((await act(id, 'unmerge', tom)).body).toMatchObject({ state: 'ASSIGNED', owner: 'tom' });
    expect((await get(`/tickets/${target}`)).body).toMatchObject({ parts: [] });
    await eventually(() => expect(told(target)).toContain('merge-withdrawn'));
  });

  it('is undone within ten seconds by who made it', async () => {
    const [target, id] = [await newTicket(), await newTicket()];
    await act(id, 'merge', tom, { into: target });
    expect((await get(`/tickets/${id}`)).body).toMatchObject({ undo: { act: 'merge', by: 'tom' } });
    expect((await act(id, 'undo', una)).body).toMatchObject({ code: 'undo_not_yours' });
    expect((await act(id, 'undo', tom)).body).toMatchObject({ state: 'QUEUED' });
    expect((await get(`/tickets/${target}`)).body).toMatchObject({ parts: [] });
    expect((await act(id, 'undo', tom)).body).toMatchObject({ code: 'nothing_to_undo' });
  });

  it('leads through several tickets', async () => {
    const [third, second, first] = [await newTicket(), await newTicket(), await newTicket({ requesterId: 'ben' })];
    await act(second, 'merge', tom, { into: third });
    expect((await act(first, 'merge', tom, { into: second })).body).toMatchObject({ code: 'target_ended' });
    await act(second, 'unmerge', tom);
    await act(first, 'merge', tom, { into: second });
    expect((await act(second, 'merge', tom, { into: third })).body).toMatchObject({ code: 'carries_others' });
  });

  it('knows nothing of another tenant', async () => {
    const [target, id] = [await newTicket(), await newTicket()];
    const theirs = await act(id, 'merge', foreigner, { into: target });
    expect(theirs).toMatchObject({ status: 404, body: { code: 'ticket_absent' } });
  });
});

describe('link', () => {
  it('stands on both, refuses circles, and goes from both', async () => {
    const [a, b, c] = [await newTicket(), await newTicket(), await newTicket()];
    await act(a, 'link', tom, { kind: 'parent-of', to: b });
    await act(b, 'link', tom, { kind: 'parent-of', to: c });
    expect((await act(c, 'link', tom, { kind: 'parent-of', to: a })).body).toMatchObject({ code: 'cycle' });
    expect((await act(a, 'link', tom, { kind: 'child-of', to: c })).body).toMatchObject({ code: 'cycle' });
    expect((await act(a, 'link', tom, { kind: 'parent-of', to: c })).body).toMatchObject({ code: 'has_parent' });
    expect((await get(`/tickets/${b}`)).body).toMatchObject({
      links: [
        { kind: 'child-of', id: a, state: 'QUEUED' },
        { kind: 'parent-of', id: c },
      ],
    });
    expect((await act(a, 'cancel', tom, { reason: 'no' })).body).toMatchObject({ code: 'open_children' });
    expect((await act(b, 'undo', tom)).status).toBe(200);
    expect((await get(`/tickets/${c}`)).body).toMatchObject({ links: [] });
    await act(b, 'unlink', tom, { kind: 'child-of', to: a });
    expect((await get(`/tickets/${a}`)).body).toMatchObject({ links: [] });
    expect((await act(a, 'cancel', tom, { reason: 'no' })).body).toMatchObject({ state: 'CANCELLED' });
  });

  it('takes replies and solutions to the children, and names who refused', async () => {
    const parent = await newTicket();
    const [mine, other, solved] = [await newTicket(), await newTicket({}, messaging), await newTicket()];
    expect((await act(parent, 'add-children', tom, { ids: [mine] })).body).toMatchObject({ code: 'lead_only' });
    const added = await act(parent, 'add-children', lea, { ids: [mine, other, solved, parent, uuidv7()] });
    expect(added.body).toMatchObject({
      children: [{ done: true }, { done: true }, { done: true }, { code: 'same_ticket' }, { code: 'target_absent' }],
    });
    await act(solved, 'claim', tom);
    await act(solved, 'resolve', tom, { code: 'solved', solution: 'By itself.' });
    await act(parent, 'claim', tom);
    const replied = await act(parent, 'reply', tom, { text: 'We are on it.', children: true });
    const outcome = (children: unknown, id: string) => (children as { id: string }[]).find((one) => one.id === id);
    expect(outcome(replied.body.children, other)).toMatchObject({ done: true });
    expect(outcome(replied.body.children, solved)).toMatchObject({ done: false, code: 'wrong_state' });
    const body = { code: 'solved', solution: 'Moved the store.', children: true };
    const key = { 'idempotency-key': `resolve-${parent}` };
    const resolved = await act(parent, 'resolve', tom, body, key);
    expect(resolved.body).toMatchObject({ state: 'RESOLVED' });
    expect(outcome(resolved.body.children, mine)).toMatchObject({ done: true });
    expect((await act(parent, 'resolve', tom, body, key)).body).toEqual(resolved.body);
    await untilState(mine, { state: 'RESOLVED' });
    await untilState(other, { state: 'RESOLVED' });
    await eventually(() =>
      expect(told(other)).toEqual(expect.arrayContaining(['linked', 'agent-replied', 'resolved'])),
    );
  });

  it('finds the tickets of a major incident', async () => {
    const words = `mail of ${uuidv7()}`;
    const parent = await newTicket();
    const children = [await newTicket({ subject: `No ${words}` }), await newTicket({ subject: `Late ${words}` })];
    await newTicket();
    const declared = { commander: 'max', summary: 'No mail in Hamburg.', updateEvery: 5 };
    expect((await act(parent, 'declare-major', tom, declared)).body).toMatchObject({ code: 'lead_only' });
    expect((await act(parent, 'declare-major', lea, declared)).status).toBe(200);
    const { body } = await act(parent, 'add-children', lea, { words });
    expect((body.children as unknown as { id: string }[]).map(({ id }) => id)).toEqual(children);
    expect((await act(parent, 'update-stakeholders', person('max'), { text: 'Half works.' })).status).toBe(200);
    expect((await get(`/tickets/${parent}`)).body).toMatchObject({
      major: { commander: 'max', updateEvery: 5 },
      timers: [{ kind: 'stakeholder-update' }],
    });
    await service.database.query(`UPDATE timer SET next_try = now(), due = now() WHERE ticket_id = $1`, [parent]);
    await eventually(() => expect(told(parent)).toContain('stakeholder-update-due'));
    await untilState(parent, { timers: [{ kind: 'stakeholder-update' }] });
    expect((await act(parent, 'cancel', tom, { reason: 'no' })).body).toMatchObject({ code: 'major_incident' });
    expect((await act(parent, 'end-major', lea, { reason: 'All works.' })).status).toBe(200);
    expect((await get(`/tickets/${parent}`)).body).toMatchObject({
      major: null,
      timers: [{ kind: 'stalled' }],
    });
  });
});

describe('a ticket that goes on in another', () => {
  it('is split, and the answer names the new one', async () => {
    const id = await newTicket();
    const { body } = await act(id, 'split', tom, { subject: 'Printer', description: 'No paper.' });
    const { newTicketId } = body as unknown as { newTicketId: string };
    await eventually(() => expect(told(id)).toContain('opening-asked'));
    const origin = { kind: 'split' as const, ticketId: id, number: 1 };
    await tell(newTicketId, TicketOpened({ ...opened.data, number: (number += 1), origin }));
    await untilState(newTicketId, { origin: { ticketId: id } });
    expect((await get(`/tickets/${id}`)).body).toMatchObject({ offspring: [{ id: newTicketId, kind: 'split' }] });
  });

  it('is followed up when the requester writes long after its end, once for each message', async () => {
    const id = await newTicket();
    await act(id, 'claim', tom);
    await act(id, 'resolve', tom, { code: 'solved', solution: 'Done.' });
    await service.database.query(`UPDATE timer SET next_try = now(), due = now() WHERE ticket_id = $1`, [id]);
    await untilState(id, { state: 'CLOSED' });
    const message = RequesterReplied({ messageId: uuidv7(), text: 'It is back.' });
    const envelope = { id: uuidv7(), time: new Date().toISOString() };
    await tell(id, message, envelope);
    await tell(id, message, envelope);
    await eventually(() => expect(told(id).filter((kind) => kind === 'opening-asked')).toHaveLength(1));
    expect((await get(`/tickets/${id}`)).body).toMatchObject({ state: 'CLOSED', offspring: [{ kind: 'follow-up' }] });
  });
});

describe('attention', () => {
  it('is listed with its reasons until the lead has dealt with it', async () => {
    const id = await newTicket();
    await tell(id, RequesterAskedEscalation({ reason: 'payroll' }));
    await untilState(id, { attention: [{ reason: 'requester-asked' }] });
    await act(id, 'claim', tom);
    await act(id, 'notify-up', tom, { reason: 'The board waits.' });
    const mine = async (query = '', as = lea) =>
      (await get(`/attention?limit=200${query}`, as)).body.items.find((item) => item.id === id);
    expect(await mine()).toMatchObject({
      reasons: [
        { reason: 'requester-asked', detail: 'payroll' },
        { reason: 'notified-up', detail: 'The board waits.' },
      ],
    });
    expect(await mine('&reason=bounced')).toBeUndefined();
    expect(await mine('&reason=notified-up&tier=tier-1')).toBeDefined();
    expect(await mine('', foreigner)).toBeUndefined();
    expect((await get('/attention?reason=weather')).status).toBe(400);
    expect((await act(id, 'settle-attention', lea, { decision: 'Una takes it.' })).status).toBe(200);
    expect(await mine()).toBeUndefined();
  });

  it('is paged, the longest wait first', async () => {
    const ids = [await newTicket(), await newTicket(), await newTicket()];
    for (const id of ids) await act(id, 'notify-up', tom, { reason: 'Look.' });
    const seen: string[] = [];
    let after = '';
    do {
      const { items, next } = (await get(`/attention?reason=notified-up&limit=1${after}`)).body;
      seen.push(...items.map(({ id }) => id));
      after = next ? `&after=${next}` : '';
    } while (after);
    expect(seen.filter((id) => ids.includes(id))).toEqual(ids);
  });
});

describe('the hand-over', () => {
  it('is prefilled from opening, runbook and notes, accepted and rated', async () => {
    const category = `account-${uuidv7().slice(-8)}`;
    const runbook = [
      { step: 'unlock', text: 'Unlock the account' },
      { step: 'reset', text: 'Reset the password' },
    ];
    await send([
      recordOf(service.prefix, CatalogueChanged({ ...CatalogueChanged.example, category, runbook }), {
        subject: `acme/category/${category}`,
        actor: 'agent:omar',
      }),
    ]);
    const id = uuidv7();
    await tell(id, TicketOpened({ ...opened.data, number: (number += 1), category }));
    await tell(id, { ...routed(serviceDesk), data: { ...routed(serviceDesk).data, category } });
    await untilState(id, { state: 'QUEUED', runbook: [{ step: 'unlock', result: null }, { step: 'reset' }] });
    await act(id, 'claim', tom);
    expect((await act(id, 'runbook/dance', tom, { result: 'x' })).body).toMatchObject({ code: 'step_absent' });
    await act(id, 'runbook/unlock', tom, { result: 'locked again' });
    await act(id, 'note', tom, { text: '! restarted Outlook -> same error' });
    const form = await get(`/tickets/${id}/hand-over?to=tier-2`, tom);
    expect(form.body).toMatchObject({
      needed: true,
      missing: ['since', 'asked'],
      completeness: { required: 6, ready: 4 },
      fields: expect.arrayContaining([
        expect.objectContaining({
          field: 'tried',
          source: 'runbook',
          value: [
            { step: 'Unlock the account', result: 'locked again' },
            { step: 'restarted Outlook', result: 'same error' },
          ],
        }),
        expect.objectContaining({ field: 'since', required: true, value: null }),
      ]),
    });
    expect((await get(`/tickets/${id}/hand-over?to=tier-9`, tom)).body).toMatchObject({ code: 'tier_absent' });
    await act(id, 'escalate', tom, { tier: 'tier-2', reason: 'up', handover });
    await tell(id, routed(messaging, 2));
    await untilState(id, { queue: 'messaging', handover: { from: 'tom', accepted: null } });
    expect((await act(id, 'accept-hand-over', ida)).body).toMatchObject({ state: 'ASSIGNED', owner: 'ida' });
    expect((await act(id, 'rate-hand-over', ida, { score: 2 })).body).toMatchObject({ code: 'reason_required' });
    expect((await act(id, 'rate-hand-over', ida, { score: 4 })).status).toBe(200);
    expect((await act(id, 'return', ida, { reason: 'no log' })).body).toMatchObject({ code: 'missing_item_required' });
    expect((await get(`/tickets/${id}/hand-over?to=tier-3`, ida)).body).toMatchObject({
      missing: ['asked', 'analysis', 'hypothesis'],
    });
    await eventually(() => expect(told(id)).toEqual(expect.arrayContaining(['handover-accepted', 'handover-rated'])));
  });

  it('is recalled until somebody claims', async () => {
    const id = await newTicket();
    await act(id, 'claim', tom);
    await act(id, 'escalate', tom, { tier: 'tier-2', reason: 'up', handover });
    await tell(id, routed(messaging, 2));
    await untilState(id, { queue: 'messaging', undo: { act: 'escalate', until: null } });
    expect((await act(id, 'recall', ida)).body).toMatchObject({ code: 'undo_not_yours' });
    expect((await act(id, 'recall', tom)).body).toMatchObject({
      state: 'ASSIGNED',
      queue: 'service-desk',
      owner: 'tom',
    });
  });
});

it('takes acts back, and says why not', async () => {
  const id = await newTicket();
  await act(id, 'claim', tom);
  expect((await act(id, 'undo', tom)).body).toMatchObject({ state: 'QUEUED', owner: null });
  await act(id, 'spam', tom);
  expect((await act(id, 'undo', tom)).body).toMatchObject({ state: 'QUEUED' });
  await act(id, 'claim', tom);
  await act(id, 'note', una, { text: 'Hm' });
  expect(await act(id, 'undo', tom)).toMatchObject({
    status: 409,
    body: { code: 'undo_overtaken', conflict: { act: 'claim', since: 'given a note' } },
  });
});

it('lets experts in', async () => {
  const id = await newTicket();
  await act(id, 'claim', tom);
  const swarm = await act(id, 'swarm', tom, { agents: ['ida', 'nobody'], question: 'Why?' });
  expect(swarm.body).toMatchObject({ code: 'agent_absent', fields: [{ path: 'agents.1' }] });
  await act(id, 'swarm', tom, { agents: ['ida'], question: 'Why?' });
  expect((await act(id, 'join', ida)).status).toBe(200);
  expect((await act(id, 'note', ida, { text: 'Because.' })).status).toBe(200);
  expect((await get(`/tickets/${id}`)).body).toMatchObject({ owner: 'tom', swarm: { experts: ['ida'] } });
  await act(id, 'leave', ida);
  expect((await act(id, 'note', ida, { text: 'Still.' })).body).toMatchObject({ code: 'not_in_team' });
});

it('refuses what somebody else has changed meanwhile, and does the rest', async () => {
  const id = await newTicket();
  await act(id, 'claim', tom);
  await act(id, 'reply', una, { text: 'Theirs.' });
  expect(await act(id, 'reply', tom, { text: 'Mine.' }, { 'if-match': '2' })).toMatchObject({
    status: 409,
    body: {
      code: 'changed_meanwhile',
      conflict: { conversation: { yours: 'Mine.', theirs: 'Theirs.' }, by: 'agent:una', at: expect.any(String) },
    },
  });
  expect((await act(id, 'note', tom, { text: 'Late.' }, { 'if-match': '2' })).status).toBe(200);
  expect((await act(id, 'note', tom, { text: 'Late.' }, { 'if-match': '99' })).body).toMatchObject({
    code: 'changed_meanwhile',
  });
});

it('waits for a vendor and goes on with the answer', async () => {
  const id = await newTicket();
  await act(id, 'claim', tom);
  await act(id, 'hold', tom, { reason: 'VENDOR', vendor: 'Contoso' });
  expect((await get(`/tickets/${id}`)).body).toMatchObject({ hold: { vendor: 'Contoso' } });
  expect((await act(id, 'vendor-answer', tom, { text: 'Fixed.' })).body).toMatchObject({ state: 'IN_PROGRESS' });
});
