import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Evidence } from '../evidence.ts';
import { changed, healthy, solved, without } from '../example.ts';
import { judge, judgeSpilled } from '../invariants/index.ts';
import { noRows, partsOf } from './scratch.ts';
import { openSpill, type OfTickets } from './spill.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audit-'));
});
afterEach(() => rm(folder, { recursive: true }));

const ofTickets: readonly OfTickets[] = [
  'requests',
  'messages',
  'routes',
  'tickets',
  'timers',
  'entries',
  'correspondents',
  'deliveries',
  'facts',
  'history',
];

/** Spills evidence into several parts, and judges those. */
const judgedInParts = async (evidence: Evidence) => {
  const spill = await openSpill(join(folder, 'scratch'), 300_000);
  evidence.journal.forEach(spill.event);
  evidence.inbox.forEach(spill.taken);
  evidence.records.forEach(spill.record);
  evidence.answers.forEach(spill.answer);
  evidence.calls.forEach(spill.call);
  for (const kind of ofTickets) for (const row of evidence[kind]) spill.ofTicket(kind, row);
  for (const kind of ['standings', 'copies'] as const) for (const row of evidence[kind]) spill.ofAggregate(kind, row);
  if (evidence.rebuilt && 'before' in evidence.rebuilt)
    for (const when of ['before', 'after'] as const)
      for (const [key, digest] of evidence.rebuilt[when]) spill.digest(when, key, digest);
  const whole = { ...evidence, ...noRows() };
  expect([...partsOf(whole, spill.scratch)].filter(({ journal }) => journal.length > 0).length).toBeGreaterThan(2);
  const verdicts = await judgeSpilled({ ...whole, rebuilt: null }, spill.scratch, Promise.resolve(whole.rebuilt));
  await spill.scratch.close();
  return verdicts;
};

const sorted = (verdicts: ReturnType<typeof judge>) =>
  verdicts.map((verdict) => ({ ...verdict, named: verdict.named.toSorted() }));

it('judges parts as it judges the whole', async () => {
  const digests = new Map([
    ['history of acme/ticket-1', 'a'],
    ['fact of acme/ticket-2', 'b'],
  ]);
  const good = healthy({ rebuilt: { before: digests, after: digests } });
  const verdicts = await judgedInParts(good);
  expect(verdicts.map(({ state }) => state)).toEqual(Array.from({ length: 14 }, () => 'ok'));
  expect(verdicts).toEqual(judge(good, () => [good]));
});

it('finds in parts what it finds in the whole', async () => {
  const good = healthy();
  const { tickets, inbox, records, answers, journal } = good;
  const mail = { ...journal[2]!, service: 'notifications' as const, type: 'tierline.ticket.notification-sent.v1' };
  const broken = healthy({
    journal: [
      ...journal,
      ...[1, 2].map((sequence) => ({ ...mail, id: `m${sequence}`, sequence, said: { delivery: 'd' } })),
    ],
    tickets: changed(tickets, ({ ticket }) => ticket === solved, { owner: 'nobody' }),
    inbox: [...inbox, inbox[0]!],
    records: without(records, ({ id }) => id === `${solved}#4`),
    answers: [...answers, { ...answers[0]!, ticket: 'ticket-3' }],
    timers: [],
    rebuilt: { before: new Map([['a', '1']]), after: new Map([['b', '1']]) },
    subscriptions: changed(good.subscriptions, () => true, { types: null, state: 'enabled' }),
    history: good.history.slice(1),
  });
  const verdicts = await judgedInParts(broken);
  expect(verdicts.filter(({ state }) => state === 'violated').length).toBeGreaterThanOrEqual(7);
  expect(sorted(verdicts)).toEqual(sorted(judge(broken, () => [broken])));
});

it('leaves nothing behind', async () => {
  const { scratch } = await openSpill(join(folder, 'scratch'), 1);
  scratch.add(0, 'inbox', { service: 'intake', event: 'e', tenant: 'acme' });
  await scratch.close();
  await expect(rm(join(folder, 'scratch'))).rejects.toThrow('ENOENT');
});
