import type { Received } from '@tierline/contracts';
import { eventually, everyDay, subscribe, zone } from '@tierline/testing';
import { person, startDesk, type WorkingDesk } from './testing/working-desk.ts';

const [lea, omar] = [person('lea', 'lead'), person('omar', 'admin')];

let desk: WorkingDesk;
let topic: Awaited<ReturnType<typeof subscribe>>;

beforeAll(async () => {
  desk = await startDesk({ WATCHDOG_SECONDS: '3600' });
  topic = await subscribe(desk.service.prefix, 'desk');
});
afterAll(async () => {
  await topic?.close();
  await desk?.service.stop();
});

type Answer = { sequence: number; published: number };

const put = (parts: object, mode = 'merge') => desk.ask<Answer>('PUT', `/desk?mode=${mode}`, omar, parts);
const republish = (as = omar, headers = {}) => desk.ask<Answer>('POST', '/desk/republish', as, undefined, headers);
const latest = (subject: string): Received | undefined => topic.about(`acme/${subject}`).at(-1);
const sequencesOf = (subject: string) => topic.about(`acme/${subject}`).map(({ sequence }) => sequence);

const promise = {
  calendars: [{ calendar: 'office', name: 'Office', zone, hours: everyDay('00:00', '24:00') }],
  policies: [
    { policy: 'std', name: 'Std', order: 1, when: {}, calendar: 'office', targets: { 'sla-resolution': { P2: 600 } } },
  ],
};
const gone = { queue: 'gone', name: 'Gone', tier: 'tier-1', team: 'phones' };

it('tells every part again as it is, and what is gone, and changes nothing', async () => {
  await put({ queues: [gone], agents: [{ agentId: 'nina', name: 'Nina', teams: ['network'] }] });
  const { document } = (await desk.get<{ document: { queues: { queue: string }[] } }>('/desk', omar)).body;
  const whole = { ...document, queues: document.queues.filter(({ queue }) => queue !== 'gone') };
  expect(await put({ ...whole, ...promise, why: 'without it' }, 'replace')).toMatchObject({ status: 200 });
  const id = await desk.ticket();
  const clocks = () => desk.service.database.query(`SELECT body->'clocks' AS clocks FROM ticket WHERE id = $1`, [id]);
  const [counted, before] = [await clocks(), (await desk.get<Answer>('/desk', omar)).body];

  const answer = await republish();
  expect(answer).toMatchObject({ status: 200, body: { sequence: before.sequence } });
  await eventually(() => expect(sequencesOf('policy/std')).toEqual([1, 2]));
  const { correlationId } = latest('policy/std')!;
  await eventually(() =>
    expect(topic.received.filter((event) => event.correlationId === correlationId)).toHaveLength(answer.body.published),
  );
  expect(latest('policy/std')).toMatchObject({ data: { ...promise.policies[0], version: 1 } });
  expect(latest('calendar/office')).toMatchObject({ sequence: 2, data: { version: 1, closedOn: [] } });
  expect(latest('agent/tom')).toMatchObject({ sequence: 2, data: { teams: ['phones', 'service-desk'] } });
  expect(latest('queue/gone')).toMatchObject({ sequence: 3, data: { kind: 'queue', id: 'gone' } });
  expect((await desk.get<Answer>('/desk', omar)).body).toEqual(before);
  expect(await clocks()).toEqual(counted);
});

it('leaves no gap: the next change of a part comes after it', async () => {
  await put({ policies: [{ ...promise.policies[0], name: 'Standard' }] });
  await eventually(() => expect(sequencesOf('policy/std')).toEqual([1, 2, 3]));
  expect(latest('policy/std')).toMatchObject({ data: { name: 'Standard', version: 2 } });
});

it('is done once for a request that comes twice, and by admins alone', async () => {
  const once = { 'idempotency-key': 'after-the-release' };
  const [first, again] = [await republish(omar, once), await republish(omar, once)];
  expect(again.body).toEqual(first.body);
  await republish();
  await eventually(() => expect(sequencesOf('policy/std')).toEqual([1, 2, 3, 4, 5]));
  expect(await republish(lea)).toMatchObject({ status: 403 });
  expect(await republish(person('omar', 'admin', 'globex'))).toMatchObject({ status: 200, body: { published: 0 } });
});
