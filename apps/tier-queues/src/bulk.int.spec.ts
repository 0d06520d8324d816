import { v7 as uuidv7 } from 'uuid';
import { foreigner, startDesk, tom, una } from './testing/desk-under-test.ts';
import type { BulkOutcome } from './bulk.ts';

let desk: Awaited<ReturnType<typeof startDesk>>;
let { get, newTicket, act } = {} as typeof desk;

beforeAll(async () => {
  desk = await startDesk();
  ({ get, newTicket, act } = desk);
});

afterAll(() => desk?.stop());

type Answer = { tickets: BulkOutcome[]; code: string; fields: { path: string }[] };

const bulk = async (body: object, as = tom, headers = {}) => {
  const answer = await desk.service.request('POST', '/tickets/bulk', { as, body, headers });
  return { status: answer.status, body: answer.body as Answer };
};

const named = (...ids: string[]) => ids.map((id) => ({ id }));
const until = () => new Date(Date.now() + 3_600_000).toISOString();
const notesOf = async (id: string) =>
  (await get(`/tickets/${id}`)).body.timeline.filter(({ kind }) => kind === 'note-added').length;

it('does the same with many, names what refused, and takes it back at once', async () => {
  const [own, other, waiting] = [await newTicket(), await newTicket(), await newTicket()];
  await act(other, 'claim', una);
  const claimed = await bulk({ tickets: named(own, other, waiting), act: { type: 'claim' } });
  expect(claimed).toMatchObject({
    status: 200,
    body: {
      tickets: [
        { id: own, done: true, code: null, ticket: { id: own, state: 'ASSIGNED', owner: 'tom' } },
        {
          ...{ id: other, done: false, code: 'already_claimed', ticket: null },
          detail: expect.stringContaining('una') as string,
        },
        { id: waiting, done: true, code: null, ticket: { id: waiting, state: 'ASSIGNED', owner: 'tom' } },
      ],
    },
  });
  const { sequence, number } = (await get(`/tickets/${waiting}`)).body;
  expect(claimed.body.tickets[2]).toMatchObject({ number, ticket: { sequence } });
  const hold = { type: 'hold', reason: 'VENDOR', until: until() };
  const held = (await bulk({ tickets: named(own, other, waiting), act: hold })).body.tickets;
  expect(held.map(({ code, ticket }) => [code, ticket?.state])).toEqual([
    [null, 'PENDING'],
    ['not_owner', undefined],
    [null, 'PENDING'],
  ]);
  const undone = (await bulk({ tickets: named(own, waiting), act: { type: 'undo', act: 'hold' } })).body.tickets;
  expect(undone.map(({ ticket }) => ticket?.state)).toEqual(['ASSIGNED', 'ASSIGNED']);
});

it('reaches the children of one, whoever of them agrees', async () => {
  const [parent, child, ended] = [await newTicket(), await newTicket(), await newTicket()];
  for (const to of [child, ended]) await act(parent, 'link', tom, { kind: 'parent-of', to });
  await act(ended, 'cancel', tom, { reason: 'opened twice' });
  const transfer = { type: 'transfer', queue: 'phones', reason: 'It is the exchange.' };
  const { tickets } = (await bulk({ childrenOf: parent, act: transfer })).body;
  expect(tickets).toMatchObject([
    { id: child, done: true, ticket: { queue: 'phones' } },
    { id: ended, done: false, code: 'wrong_state' },
  ]);
  const note = { type: 'note', text: 'Known.' };
  expect((await bulk({ childrenOf: child, act: note })).body).toEqual({ tickets: [] });
  for (const [id, as] of [[parent, foreigner] as const, [uuidv7(), tom] as const])
    expect(await bulk({ childrenOf: id, act: note }, as)).toMatchObject({
      status: 404,
      body: { code: 'ticket_absent' },
    });
});

it('judges each by what the caller saw of it, and tells nothing of what is not there for him', async () => {
  const [id, absent] = [await newTicket(), uuidv7()];
  const { sequence } = (await get(`/tickets/${id}`)).body;
  await act(id, 'transfer', una, { queue: 'phones', reason: 'It is the exchange.' });
  const tickets = [{ id, sequence }, { id: absent }];
  const back = { type: 'transfer', queue: 'service-desk', reason: 'It is the mail.' };
  expect((await bulk({ tickets, act: back })).body.tickets).toMatchObject([
    { done: false, code: 'changed_meanwhile' },
    { id: absent, number: null, done: false, code: 'ticket_absent' },
  ]);
  expect((await bulk({ tickets: named(id), act: back }, foreigner)).body.tickets).toMatchObject([
    { number: null, code: 'ticket_absent' },
  ]);
});

it('does under its key what it was kept from doing before, and nothing twice', async () => {
  const [first, second] = [await newTicket(), await newTicket()];
  await act(second, 'spam', una);
  const body = { tickets: named(first, second), act: { type: 'note', text: 'Seen.' } };
  const key = { 'idempotency-key': uuidv7() };
  const begun = await bulk(body, tom, key);
  expect(begun.body.tickets).toMatchObject([{ done: true }, { done: false, code: 'wrong_state' }]);
  await act(second, 'undo', una);
  const again = await bulk(body, tom, key);
  expect(again.body.tickets).toMatchObject([begun.body.tickets[0], { id: second, done: true }]);
  expect(await bulk(body, tom, key)).toEqual(again);
  expect([await notesOf(first), await notesOf(second)]).toEqual([1, 1]);
  expect(await bulk({ ...body, tickets: named(second) }, tom, key)).toMatchObject({
    status: 409,
    body: { code: 'idempotency_key_reused' },
  });
});

it.each([
  ['nothing', {}, 'tickets'],
  ['tickets and children', { tickets: named(uuidv7()), childrenOf: uuidv7() }, 'tickets'],
  ['what is no ticket', { tickets: named('T-1') }, 'tickets.0.id'],
  ['an act that it does not know', { tickets: named(uuidv7()), act: { type: 'escalate' } }, 'act.type'],
  ['an act without what it needs', { tickets: named(uuidv7()), act: { type: 'hold' } }, 'act.reason'],
])('refuses %s by its field', async (_what, body, path) => {
  const answer = await bulk({ act: { type: 'release' }, ...body });
  expect(answer).toMatchObject({ status: 400, body: { fields: [{ path }] } });
});

it('refuses a ticket that is named twice', async () => {
  const id = uuidv7();
  expect(await bulk({ tickets: named(id, id), act: { type: 'release' } })).toMatchObject({
    status: 400,
    body: { fields: [{ path: 'tickets' }] },
  });
});
