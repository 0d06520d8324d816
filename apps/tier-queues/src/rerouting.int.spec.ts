import { CatalogueChanged, TicketRouted } from '@tierline/contracts';
import { eventually, recordOf, send } from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { phones, routed } from './domain/example.ts';
import { foreigner, lea, startDesk, tom } from './testing/desk-under-test.ts';

let desk: Awaited<ReturnType<typeof startDesk>>;

beforeAll(async () => {
  desk = await startDesk();
});

afterAll(() => desk?.stop());

type Answer = { tickets: { id: string; done: boolean; code: string | null }[] };

const reroute = async (body: object, as = lea) => {
  const answer = await desk.service.request('POST', '/reroute', { as, body: { reason: 'New rules.', ...body } });
  return { status: answer.status, body: answer.body as Answer & { code: string; fields: { path: string }[] } };
};

const toPhones = () =>
  TicketRouted({ ...routed(phones).data, asked: { by: 'lea', reason: 'New rules.', at: new Date().toISOString() } });

it('has what waits routed again, and moves it when the route comes, unless somebody has it by then', async () => {
  const [moving, taken] = [await desk.newTicket(), await desk.newTicket()];
  const { status, body } = await reroute({ ids: [moving, taken] });
  expect(status).toBe(200);
  expect(body.tickets).toMatchObject([{ done: true }, { done: true }]);
  await eventually(() => expect(desk.told(moving)).toContain('route-asked'));
  await desk.untilState(moving, { state: 'QUEUED', queue: 'service-desk' });
  await desk.act(taken, 'claim', tom);
  for (const id of [taken, moving]) await desk.tell(id, toPhones());
  await desk.untilState(moving, { state: 'QUEUED', queue: 'phones' });
  await desk.untilState(taken, { state: 'ASSIGNED', queue: 'service-desk', owner: 'tom' });
  expect((await reroute({ ids: [taken] })).body.tickets).toMatchObject([{ done: false, code: 'wrong_state' }]);
});

it('finds what waits in a queue, or of a category', async () => {
  const id = await desk.newTicket({}, phones);
  const found = async (by: object) => (await reroute(by)).body.tickets.map((ticket) => ticket.id);
  expect(await found({ queue: 'phones' })).toContain(id);
  expect(await found({ queue: 'phones', category: 'email-account' })).toContain(id);
  expect(await found({ queue: 'service-desk' })).not.toContain(id);
  expect(await found({ category: 'weather' })).toEqual([]);
});

it('follows what a ticket turned out to be about, and leaves it with who has it', async () => {
  const category = `printer-${uuidv7().slice(-8)}`;
  const runbook = [{ step: 'paper', text: 'Look for paper' }];
  await send([
    recordOf(desk.service.prefix, CatalogueChanged({ ...CatalogueChanged.example, category, runbook }), {
      subject: `acme/category/${category}`,
      actor: 'agent:omar',
    }),
  ]);
  const id = await desk.newTicket();
  await desk.act(id, 'claim', tom);
  const body = { category, reason: 'It is the printer.' };
  await eventually(async () => expect((await desk.act(id, 'recategorise', tom, body)).status).toBe(200));
  await eventually(() => expect(desk.told(id)).toContain('route-asked'));
  await desk.tell(id, TicketRouted({ ...toPhones().data, category }));
  await desk.untilState(id, { queue: 'service-desk', owner: 'tom', category, runbook: [{ step: 'paper' }] });
  expect((await desk.act(id, 'recategorise', tom, { ...body, category: 'weather' })).body).toMatchObject({
    code: 'category_absent',
    fields: [{ path: 'category' }],
  });
});

it('is for leads, for what is there, and for what is named', async () => {
  const id = await desk.newTicket();
  expect((await reroute({ ids: [id] }, tom)).body.tickets).toMatchObject([{ done: false, code: 'lead_only' }]);
  expect(await reroute({})).toMatchObject({ status: 400, body: { fields: [{ path: 'ids' }] } });
  const absent = { status: 404, body: { code: 'ticket_absent', fields: [{ path: 'ids.0' }] } };
  expect(await reroute({ ids: [uuidv7()] })).toMatchObject(absent);
  expect(await reroute({ ids: [id] }, foreigner)).toMatchObject(absent);
});
