import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNotes as readAllNotes, readRun, type Answer } from './run.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audit-'));
});
afterEach(() => rm(folder, { recursive: true }));

const databases = { intake: 'i', routing: 'r', 'tier-queues': 't', notifications: 'n', reporting: 'p' };
const run = {
  seed: 's',
  minutes: 1,
  prefix: 'tierline',
  brokers: 'a:1,b:2',
  databases,
  tenants: ['acme'],
  startedAt: '2026-01-05T08:00:00Z',
};
const readNotes = async (from: string) => {
  const answers: Answer[] = [];
  const rest = await readAllNotes(from, { answer: (answer) => answers.push(answer), call: () => undefined });
  return { answers, ...rest };
};
const writeRun = (different: object) => writeFile(join(folder, 'run.json'), JSON.stringify({ ...run, ...different }));
const line = { at: '2026-01-05T08:00:00Z', tenant: 'acme', person: 'eva', kind: 'open', status: 201 };

it('reads what a run says of itself', async () => {
  await writeRun({});
  expect(await readRun(folder)).toMatchObject({
    brokers: ['a:1', 'b:2'],
    startedAt: Date.parse('2026-01-05T08:00:00Z'),
  });
});

it('refuses a run without a field by its name', async () => {
  await expect(readRun(folder)).rejects.toThrow('There is no');
  await writeRun({ prefix: undefined });
  await expect(readRun(folder)).rejects.toThrow(/run\.json: prefix:/);
  await writeRun({ databases: { ...databases, routing: '' } });
  await expect(readRun(folder)).rejects.toThrow('databases.routing is missing');
});

it('refuses a line that cannot be read, but not a last one that was cut off', async () => {
  await writeFile(join(folder, 'clients.jsonl'), `${JSON.stringify(line)}\n{"at":"2026`);
  expect((await readNotes(folder)).answers).toHaveLength(1);
  await writeFile(join(folder, 'clients.jsonl'), `${JSON.stringify({ ...line, status: 'good' })}\n`);
  await expect(readNotes(folder)).rejects.toThrow(/clients\.jsonl, line 1: status/);
});

it('takes no promises for a mistake, no poison for none', async () => {
  await expect(readNotes(folder)).rejects.toThrow('There is no clients.jsonl');
  await writeFile(join(folder, 'clients.jsonl'), '');
  expect(await readNotes(folder)).toMatchObject({ answers: [], poison: [], samples: [] });
});

it('reads what was put in from outside', async () => {
  const poison = {
    at: '2026-01-05T08:00:00Z',
    topic: 'tierline.tickets.v1',
    partition: 3,
    offset: '17',
    key: null,
    kind: 'malformed JSON',
  };
  await writeFile(join(folder, 'clients.jsonl'), '');
  await writeFile(join(folder, 'poison.jsonl'), `${JSON.stringify({ ...poison, parkedIn: ['routing'] })}\n`);
  expect((await readNotes(folder)).poison).toMatchObject([{ offset: 17, key: null, parkedIn: ['routing'] }]);
});
