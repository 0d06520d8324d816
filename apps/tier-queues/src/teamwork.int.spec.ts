import { CatalogueChanged, RequesterAskedEscalation } from '@tierline/contracts';
import { eventually, recordOf, send } from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { handover, messaging, routed, serviceDesk } from './domain/example.ts';
import { foreigner, ida, lea, startDesk, tom, una } from './testing/desk-under-test.ts';

let desk: Awaited<ReturnType<typeof startDesk>>;
let { get, tell, untilState, newTicket, act, told } = {} as typeof desk;

beforeAll(async () => {
  desk = await startDesk();
  ({ get, tell, untilState, newTicket, act, told } = desk);
});

afterAll(() => desk?.stop());

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
      recordOf(desk.service.prefix, CatalogueChanged({ ...CatalogueChanged.example, category, runbook }), {
        subject: `acme/category/${category}`,
        actor: 'agent:omar',
      }),
    ]);
    const id = uuidv7();
    await desk.openTicket(id, { category });
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
