import { QueueChanged, TierChanged, type Problem } from '@tierline/contracts';
import { eventually, recordOf, send, startUnderTest, type ServiceUnderTest, type TestPerson } from '@tierline/testing';
import { routing } from './app.module.ts';

const admin: TestPerson = { subject: 'ada.admin', roles: ['admin'] };
type Body = Problem & {
  sequence: number;
  document: { rules: { name: string }[] };
  differences: object[];
  faults: object[];
};

let service: ServiceUnderTest;
const ask = async (method: string, path: string, body?: unknown) => {
  const answer = await service.request(method, path, { as: admin, body });
  return { ...answer, body: answer.body as Body };
};
const rule = (name: string, queue = 'service-desk') => ({ name, when: { keywords: [name] }, then: { queue } });
const put = async (...names: string[]) =>
  expect(await ask('PUT', '/rules', { rules: names.map((name) => rule(name)) })).toMatchObject({ status: 200 });
const names = async (path: string) => (await ask('GET', path)).body.document.rules.map(({ name }) => name);

beforeAll(async () => {
  service = await startUnderTest(routing);
  const queue = (name: string) =>
    recordOf(service.prefix, QueueChanged({ ...QueueChanged.example, queue: name }), { subject: `acme/queue/${name}` });
  await send([
    recordOf(service.prefix, TierChanged(TierChanged.example), { subject: 'acme/tier/tier-1' }),
    queue('service-desk'),
    queue('phones'),
  ]);
  await eventually(async () =>
    expect((await ask('GET', '/desk/known')).body).toMatchObject({
      queues: expect.arrayContaining(['phones']) as unknown,
    }),
  );
});
afterAll(() => service?.stop());

it('goes back to rules in their order, with what came and went between', async () => {
  await put('a', 'b', 'c');
  await put('c', 'd', 'a');
  await ask('PUT', '/categories/mail', { name: 'Mail', type: 'incident' });
  expect(await names('/desk/versions/1/document')).toEqual(['a', 'b', 'c']);
  const plan = await ask('POST', '/desk/versions/1/plan');
  expect(plan).toMatchObject({ status: 200, body: { sequence: 3, faults: [] } });
  expect(await ask('POST', '/desk/versions/1/revert', { why: 'wrong' })).toMatchObject({
    status: 200,
    body: { sequence: 4 },
  });
  expect(await names('/desk')).toEqual(['a', 'b', 'c']);
  const { body } = await service.request('GET', '/desk/versions?limit=1', { as: admin });
  expect(body).toMatchObject({ items: [{ why: 'Reverts to 1: wrong' }] });
  expect((await ask('POST', '/desk/versions/3/revert')).body).toMatchObject({ sequence: 5 });
  expect(await names('/desk')).toEqual(['c', 'd', 'a']);
});

it('refuses what the desk of today does not bear, and what the history does not tell exactly', async () => {
  expect(await ask('PUT', '/rules', { rules: [rule('p', 'phones')] })).toMatchObject({ status: 200 });
  await put('q');
  await service.database.query(`UPDATE desk_copy SET body = NULL WHERE kind = 'queue' AND id = 'phones'`);
  await service.database.query('UPDATE desk SET version = gen_random_uuid()');
  expect(await ask('POST', '/desk/versions/6/revert')).toMatchObject({
    status: 422,
    body: { code: 'desk_invalid', fields: [{ path: 'rules.0.then.queue' }] },
  });
  await service.database.query(
    `UPDATE desk_version SET differences = (SELECT jsonb_agg(one - 'place') FROM jsonb_array_elements(differences) one)`,
  );
  expect(await ask('POST', '/desk/versions/5/revert')).toMatchObject({
    status: 409,
    body: {
      code: 'version_inexact',
      fields: expect.arrayContaining([{ path: 'rules.p', message: expect.any(String) as unknown }]) as unknown,
    },
  });
  expect((await ask('GET', '/desk/versions/7/document')).status).toBe(200);
});
