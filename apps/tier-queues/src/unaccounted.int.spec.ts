import { InboundUnaccounted, TicketOpened } from '@tierline/contracts';
import { eventually } from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { opened, routed, serviceDesk } from './domain/example.ts';
import { person, startDesk, type WorkingDesk } from './testing/working-desk.ts';

const lea = person('lea', 'lead');
type Orphans = { count: number; items: { id: string; kind: string }[]; mended: { items: { ticketId: string }[] } };

let desk: WorkingDesk;
let number = 90_000;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk?.service.stop());

const orphans = async (as = lea) => (await desk.get<Orphans>('/orphans', as)).body;
const onBoard = async (as = lea) => (await desk.get<{ orphans: number }>('/board', as)).body.orphans;
const gauge = async () =>
  Number(/^tierline_orphans (\d+)$/m.exec((await desk.service.request('GET', '/metrics')).body)?.[1]);
const ticket = () => {
  const data = { ...opened.data, number: (number += 1) };
  const missed = { number: data.number, subject: data.subject, openedAt: '2026-01-05T08:00:00.000Z' };
  return { id: uuidv7(), number: data.number, opening: TicketOpened(data), missed: InboundUnaccounted(missed) };
};

it('counts a ticket that was opened and never came for the lead, until it comes', async () => {
  const { id, number: known, opening, missed } = ticket();
  await desk.tell(id, missed);
  const item = { id, number: known, reference: `T-${known}`, subject: opened.data.subject, kind: 'unaccounted' };
  await eventually(async () => expect(await orphans()).toMatchObject({ count: 1, items: [item] }));
  expect(await onBoard()).toBe(1);
  expect(await gauge()).toBe(1);
  expect(await orphans(person('lea', 'lead', 'globex'))).toMatchObject({ count: 0, items: [] });
  expect(await onBoard(person('pia', 'partner-agent'))).toBe(0);
  await desk.tell(id, opening);
  await eventually(async () => expect(await orphans()).toMatchObject({ count: 0, items: [] }));
  expect(await onBoard()).toBe(0);
  expect(await gauge()).toBe(0);
});

it('tells of one that came when it was told again as mended, and in its timeline', async () => {
  const { id, number: known, opening, missed } = ticket();
  await desk.tell(id, opening);
  await desk.tell(id, missed);
  await desk.tell(id, routed(serviceDesk));
  await eventually(async () => expect(await desk.stateOf(id)).toBe('QUEUED'));
  const { count, mended } = await orphans();
  expect(count).toBe(0);
  expect(mended.items.filter(({ ticketId }) => ticketId === id)).toEqual([
    { at: expect.any(String), ticketId: id, reference: `T-${known}`, kind: 'unaccounted', repair: 'told-again' },
  ]);
  const timeline = await desk.get<{ items: { kind: string; group: string }[] }>(`/tickets/${id}/timeline`, lea);
  expect(timeline.body.items).toContainEqual(expect.objectContaining({ kind: 'inbound-unaccounted', group: 'work' }));
});
