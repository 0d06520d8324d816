import { RequesterReplied } from '@tierline/contracts';
import { keyHash } from '@tierline/messaging';
import { eventually, recordOf, send } from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { opened, routed, serviceDesk } from './domain/example.ts';
import { person, startDesk, type WorkingDesk } from './testing/working-desk.ts';

const [tom, omar] = [person('tom'), person('omar', 'admin')];
const partitions = 24;

let desk: WorkingDesk;

beforeAll(async () => {
  desk = await startDesk({ WATCHDOG_SECONDS: '3600' });
});
afterAll(() => desk?.service.stop());

/** Ids whose events come in one partition, and so in one piece of work when they are sent together. */
const neighbours = (count: number): string[] => {
  const first = uuidv7();
  const found = [first];
  while (found.length < count) {
    const id = uuidv7();
    if (keyHash(id) % partitions === keyHash(first) % partitions) found.push(id);
  }
  return found;
};

it('brings back to an owner no more than he or she has room for, however many come at once', async () => {
  const agent = { agentId: 'tom', name: 'Tom', teams: ['service-desk', 'phones'] };
  const ids = neighbours(4);
  const records = (fact: Parameters<typeof recordOf>[1]) =>
    ids.map((subject) => recordOf(desk.service.prefix, fact, { subject, actor: 'requester:anna' }));
  await send([...records(opened), ...records(routed(serviceDesk))]);
  for (const id of ids) {
    await eventually(async () => expect(await desk.stateOf(id)).toBe('QUEUED'));
    for (const verb of ['claim', 'start']) expect(await desk.act(id, verb, tom)).toMatchObject({ status: 200 });
    const solved = { code: 'solved', solution: 'Renewed the token.' };
    expect(await desk.act(id, 'resolve', tom, solved)).toMatchObject({ status: 200 });
  }
  expect(await desk.ask('PUT', '/me/presence', tom, { presence: 'present' })).toMatchObject({ status: 200 });
  expect(await desk.ask('PUT', '/desk', omar, { agents: [{ ...agent, capacity: 2 }] })).toMatchObject({ status: 200 });
  await send(
    ids.flatMap((subject) =>
      recordOf(desk.service.prefix, RequesterReplied({ messageId: uuidv7(), text: 'It is back.' }), {
        subject,
        actor: 'requester:anna',
      }),
    ),
  );
  await eventually(async () => {
    const states = await Promise.all(ids.map((id) => desk.stateOf(id)));
    expect(states.toSorted()).toEqual(['ASSIGNED', 'ASSIGNED', 'QUEUED', 'QUEUED']);
  });
});
