import { readFile } from 'node:fs/promises';
import { deskDocument, deskSchema, readDesk } from '@tierline/contracts';
import { startUnderTest, type ServiceUnderTest, type TestPerson } from '@tierline/testing';
import { routing } from '../../../apps/routing/src/app.module.ts';
import { tierQueues } from '../../../apps/tier-queues/src/app.module.ts';
import { parseDocument, readDocument, writeDocument, type Document } from './document.ts';
import {
  applyDesk,
  documentAt,
  exportDesk,
  faultsIn,
  historyOf,
  planDesk,
  republishDesk,
  type Ask,
  type Keeper,
} from './services.ts';

const folder = new URL('../../presets/', import.meta.url).pathname;
const running = new Map<Keeper, ServiceUnderTest>();

beforeAll(async () => {
  const desk = await startUnderTest(tierQueues);
  running.set('tier-queues', desk);
  running.set('routing', await startUnderTest(routing, { TOPIC_PREFIX: desk.prefix }));
});

afterAll(async () => {
  for (const service of running.values()) await service.stop();
});

const askFor = (tenant: string): Ask => {
  const as: TestPerson = { subject: 'omar', roles: ['admin'], tenant };
  return async ({ service, method, path, body, expected }) => {
    const headers: Record<string, string> = expected === undefined ? {} : { 'if-match': String(expected) };
    const answer = await running.get(service)!.request(method, path, { as, body, headers });
    if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  };
};

const canonical = (document: Document): Document => {
  const read = readDesk(document);
  if (read.faults) throw new Error(JSON.stringify(read.faults));
  return deskDocument(read.parts);
};

const apply = async (ask: Ask, document: Document) => {
  const plans = await planDesk(ask, document);
  expect(faultsIn(plans)).toEqual([]);
  await applyDesk(ask, document, plans, 'try it');
};

const isEmpty = async (ask: Ask, document: Document) =>
  Object.values(await planDesk(ask, document)).every(({ differences }) => differences.length === 0);

describe.each(['small', 'medium', 'large'])('the preset %s', (name) => {
  const ask = askFor(`of-${name}`);

  it('is applied, exported as the same document, and then nothing is left to change', async () => {
    const document = await readDocument(`${folder}${name}.yaml`);
    await apply(ask, document);
    const exported = await exportDesk(ask);
    expect(exported).toEqual(canonical(document));
    const written = parseDocument(writeDocument(exported), 'export');
    expect(written).toEqual(exported);
    expect(await isEmpty(ask, written)).toBe(true);
    expect(await isEmpty(ask, document)).toBe(true);
  });
});

it('goes from one preset to another and back', async () => {
  const ask = askFor('moving');
  const [small, large] = await Promise.all(['small', 'large'].map((name) => readDocument(`${folder}${name}.yaml`)));
  for (const document of [small!, large!, small!]) {
    await apply(ask, document);
    expect(await exportDesk(ask)).toEqual(canonical(document));
  }
});

it('goes back to a version of the desk with the catalogue of that time, or with another', async () => {
  const ask = askFor('going-back');
  const [small, medium] = await Promise.all(['small', 'medium'].map((name) => readDocument(`${folder}${name}.yaml`)));
  const fewer = { ...small!, rules: [], categories: (small!['categories'] as object[]).slice(1) };
  for (const document of [small!, fewer, medium!]) await apply(ask, document);
  const history = await historyOf(ask, 10);
  expect(history.map(({ service, number }) => `${service} ${number}`)).toEqual([
    'routing 3',
    'tier-queues 2',
    'routing 2',
    'routing 1',
    'tier-queues 1',
  ]);
  expect(await documentAt(ask, 2)).toEqual(canonical(medium!));
  expect(await documentAt(ask, 1)).toEqual(canonical(fewer));
  expect(await documentAt(ask, 1, 1)).toEqual(canonical(small!));
  expect(await documentAt(ask, 0)).toEqual({ desk: 1 });
  await apply(ask, await documentAt(ask, 1, 1));
  expect(await exportDesk(ask)).toEqual(canonical(small!));
});

it('is completed by a second apply when the first ended between the services', async () => {
  const ask = askFor('halfway');
  const document = await readDocument(`${folder}medium.yaml`);
  const plans = await planDesk(ask, document);
  const failing: Ask = (asked) =>
    asked.service === 'routing' && asked.method === 'PUT' ? Promise.reject(new Error('gone')) : ask(asked);
  await expect(applyDesk(failing, document, plans, 'try it')).rejects.toThrow('gone');
  expect((await planDesk(ask, document))['tier-queues'].differences).toEqual([]);
  await apply(ask, document);
  expect(await exportDesk(ask)).toEqual(canonical(document));
});

it('is told again by both services, and stays what it is', async () => {
  const ask = askFor('of-large');
  const before = await exportDesk(ask);
  const count = (sorts: readonly string[]) => sorts.reduce((sum, sort) => sum + [before[sort] ?? []].flat().length, 0);
  const published = await republishDesk(ask);
  expect(published.routing).toBe(count(['categories', 'matrix', 'escalations']) + 1);
  const routings = ['desk', 'categories', 'matrix', 'rules', 'escalations'];
  expect(published['tier-queues']).toBe(count(Object.keys(before).filter((sort) => !routings.includes(sort))));
  expect(await exportDesk(ask)).toEqual(before);
});

it('has the schema beside the presets that the services serve', async () => {
  const beside: unknown = JSON.parse(await readFile(`${folder}desk.schema.json`, 'utf8'));
  expect(beside).toEqual(JSON.parse(JSON.stringify(deskSchema())));
});
