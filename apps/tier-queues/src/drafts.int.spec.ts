import { v7 as uuidv7 } from 'uuid';
import { forgetDrafts, largestDraft, type Draft, type RemovedDraft } from './drafts.ts';
import { person, startDesk, type WorkingDesk } from './testing/working-desk.ts';

const tom = person('tom');
const una = person('una');
const anna = person('anna', 'requester');

let desk: WorkingDesk;
const ticket = uuidv7();

beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk?.service.stop());

type Written = Draft & { overwrote: Draft | null };
const put = (content: unknown, more: object = {}, path = `${ticket}/reply`, as = tom) =>
  desk.ask<Written>('PUT', `/drafts/${path}`, as, { content, ...more });
const one = (path = `${ticket}/reply`, as = tom) => desk.get<Draft>(`/drafts/${path}`, as);
const removed = async (as = tom) => (await desk.get<{ items: RemovedDraft[] }>('/drafts/removed', as)).body.items;

it('keeps a draft per person, ticket and kind, whatever it is made of', async () => {
  const content = { text: 'Größe \u0000 \ud83d 👩‍💻', ticked: [1, 2] };
  const { body: first } = await put(content, { device: 'laptop' });
  expect(first).toMatchObject({ ticket, kind: 'reply', overwrote: null });
  expect((await one()).body).toMatchObject({ content, device: 'laptop', version: first.version });
  const { body: second } = await put('shorter', { seen: first.version, device: 'laptop' });
  expect(second.version).toBeGreaterThan(first.version);
  expect(second.overwrote).toBeNull();
  await put('internal', {}, `${ticket}/note`);
  await put({ caller: 'ami' }, {}, 'new/phone');
  const { items } = (await desk.get<{ items: Draft[] }>('/drafts', tom)).body;
  expect(items.map(({ kind }) => kind)).toEqual(['phone', 'note', 'reply']);
  const ofTicket = (await desk.get<{ items: Draft[] }>(`/drafts?ticket=${ticket}`, tom)).body.items;
  expect(ofTicket).toHaveLength(2);
});

it('lets two devices see each other: the last one wins and is told what it wrote over', async () => {
  const { body: laptop } = await put('from the laptop', { device: 'laptop' }, 'new/portal');
  const { body: phone } = await put('from the phone', { device: 'phone' }, 'new/portal');
  expect(phone.overwrote).toMatchObject({ content: 'from the laptop', device: 'laptop', version: laptop.version });
  expect((await one('new/portal')).body).toMatchObject({ content: 'from the phone' });
  expect((await removed())[0]).toMatchObject({ content: 'from the laptop', cause: 'replaced' });
  const atOnce = await Promise.all(
    Array.from({ length: 8 }, (_, n) => put(`try ${n}`, { seen: phone.version }, 'new/portal')),
  );
  const versions = atOnce.map(({ body }) => body.version);
  expect(new Set(versions).size).toBe(8);
  expect(atOnce.filter(({ body }) => body.overwrote === null)).toHaveLength(1);
  expect((await one('new/portal')).body.version).toBe(Math.max(...versions));
});

it('gives a sent draft back for a day, not longer', async () => {
  const { body } = await put('sent by mistake', {}, `${ticket}/hand-over`);
  const sent = await desk.ask('DELETE', `/drafts/${ticket}/hand-over?cause=sent`, tom);
  expect(sent.body).toMatchObject({ cause: 'sent', recoverableForHours: 24 });
  expect((await one(`${ticket}/hand-over`)).body.code).toBe('draft_absent');
  await put('begun anew', {}, `${ticket}/hand-over`);
  const found = (await removed()).find(({ cause }) => cause === 'sent')!;
  expect(found).toMatchObject({ content: 'sent by mistake', version: body.version });
  const back = await desk.ask<Draft>('POST', `/drafts/removed/${found.id}/restore`, tom, {});
  expect(back.body).toMatchObject({ content: 'sent by mistake' });
  expect((await removed())[0]).toMatchObject({ content: 'begun anew', cause: 'replaced' });
  await desk.service.database.query(`UPDATE removed_draft SET removed_at = now() - interval '24 hours 1 second'`);
  expect(await removed()).toEqual([]);
  const again = await desk.ask('POST', `/drafts/removed/${found.id}/restore`, tom, {});
  expect(again).toMatchObject({ status: 404, body: { code: 'draft_absent' } });
  await forgetDrafts(desk.service.database);
  expect(await desk.service.database.query('SELECT 1 FROM removed_draft')).toEqual([]);
});

it('shows a draft to nobody else, in this tenant or another', async () => {
  await put('secret', {}, `${ticket}/note`);
  for (const other of [una, person('lea', 'lead'), person('omar', 'admin'), person('tom', 'agent', 'globex')]) {
    expect((await one(`${ticket}/note`, other)).status).toBe(404);
    expect((await desk.get<{ items: Draft[] }>('/drafts', other)).body.items).toEqual([]);
    expect(await removed(other)).toEqual([]);
    expect((await desk.ask('DELETE', `/drafts/${ticket}/note`, other)).status).toBe(404);
  }
  expect((await put('mine', {}, 'new/portal', anna)).status).toBe(200);
});

it('refuses what is too large or unknown, and names it', async () => {
  const large = await put('x'.repeat(largestDraft));
  expect(large).toMatchObject({ status: 422, body: { code: 'draft_too_large', fields: [{ path: 'content' }] } });
  expect((await put('x'.repeat(largestDraft - 2))).status).toBe(200);
  expect((await put('x', {}, `${ticket}/poem`)).body).toMatchObject({ fields: [{ path: 'kind' }] });
  expect((await put('x', {}, 'somewhere/reply')).body).toMatchObject({ fields: [{ path: 'ticket' }] });
  expect((await put('x', {}, 'new/portal', person('bot', 'integrator'))).status).toBe(403);
});
