import { Database, migrate } from '@tierline/persistence';
import { consumerMigrations } from '@tierline/messaging';
import { scratchDatabase } from '@tierline/testing';
import { ownMigrations } from './migrations.ts';
import { look, patience, slice, type Looked, type Orphan, type Place } from './orphans.ts';

let database: Database;
let drop: () => Promise<void>;

beforeAll(async () => {
  const scratch = await scratchDatabase('tier_queues_orphans');
  ({ drop } = scratch);
  const addresses = { app: scratch.appUrl, worker: scratch.workerUrl };
  await migrate(scratch.ownerUrl, addresses, [...consumerMigrations, ...ownMigrations]);
  database = await Database.open('tier-queues', addresses);
});

afterAll(async () => {
  await database?.close();
  await drop?.();
});

/** Of each tenant so many tickets that wait in a queue, each with two timers. */
const waiting = async (tenants: readonly string[], count: number) => {
  await database.query(
    `INSERT INTO queue (tenant_id, queue, name, tier, team)
     SELECT t, 'desk', 'Desk', 'tier-1', 'desk' FROM unnest($1::text[]) AS t`,
    [tenants],
  );
  await database.query(
    `INSERT INTO ticket (tenant_id, id, sequence, number, subject, requester_id, state, queue, opened_at, changed_at,
       timers, next_at, body)
     SELECT t, gen_random_uuid(), 1, n, 'Mail', 'anna', 'QUEUED', 'desk', now(), now(), 2, now() + interval '1 h', '{}'
     FROM unnest($1::text[]) AS t CROSS JOIN generate_series(1, $2) AS n`,
    [tenants, count],
  );
  await database.query(
    `INSERT INTO timer (tenant_id, ticket_id, kind, clock, due, generation, next_try)
     SELECT tenant_id, id, kind, '', now() + interval '1 h', 1, now() + interval '1 h'
     FROM ticket CROSS JOIN unnest(ARRAY['breach', 'stalled']) AS kind`,
  );
};

const nth = async (tenant: string, number: number): Promise<string> => {
  const [row] = await database.query<{ id: string }>('SELECT id FROM ticket WHERE tenant_id = $1 AND number = $2', [
    tenant,
    number,
  ]);
  return row!.id;
};

const lookAfter = (place: Place | null): Promise<Looked> =>
  database.inBackground((tx) => look(tx, place, patience), 'by key', 'with the work');

/** Slice after slice, as the watchdog does. */
const lookAtAll = async () => {
  const looks: Looked[] = [];
  do looks.push(await lookAfter(looks.at(-1)?.last ?? null));
  while (looks.at(-1)!.seen === slice);
  return { found: looks.flatMap(({ orphans }) => orphans), sizes: looks.map(({ seen }) => seen) };
};

it('finds each orphan of all tenants, slice after slice, and nothing else', async () => {
  expect(await lookAtAll()).toEqual({ found: [], sizes: [0] });
  const count = Math.ceil(0.8 * slice);
  await waiting(['acme', 'globex', 'initech'], count);
  const all = 3 * count;
  expect(await lookAtAll()).toEqual({ found: [], sizes: [slice, slice, all - 2 * slice] });
  const breaks: readonly [number, Orphan['kind'], string][] = [
    [1, 'no-queue', `UPDATE ticket SET queue = NULL WHERE id = $1`],
    [2, 'no-queue', `UPDATE ticket SET queue = 'gone' WHERE id = $1`],
    [3, 'no-wake-up', `UPDATE ticket SET state = 'PENDING' WHERE id = $1`],
    [4, 'unanswered', `UPDATE timer SET due = now() - interval '2 min' WHERE ticket_id = $1 AND kind = 'breach'`],
    [5, 'no-deadline', `UPDATE timer SET due = now() - interval '2 min' WHERE ticket_id = $1 AND kind = 'stalled'`],
    [6, 'no-deadline', `DELETE FROM timer WHERE ticket_id = $1 AND kind = 'stalled'`],
    [7, 'no-deadline', `DELETE FROM timer WHERE ticket_id = $1`],
    [8, 'no-deadline', `UPDATE ticket SET next_at = NULL WHERE id = $1`],
    [9, 'no-deadline', `UPDATE timer SET due = now() + interval '9 h' WHERE ticket_id = $1`],
    [count, 'no-deadline', `UPDATE ticket SET timers = 3 WHERE id = $1`],
  ];
  const sound = [
    `UPDATE ticket SET state = 'CLOSED', queue = NULL WHERE id = $1`,
    `UPDATE ticket SET owner = 'tom', queue = NULL WHERE id = $1`,
    `UPDATE timer SET due = now() - interval '30 s' WHERE ticket_id = $1`,
  ];
  const expected: Orphan[] = [];
  for (const tenant of ['acme', 'globex', 'initech']) {
    for (const [number, kind, sql] of breaks) {
      const id = await nth(tenant, number);
      await database.query(sql, [id]);
      expected.push({ tenant, id, kind });
    }
    for (const [index, sql] of sound.entries()) await database.query(sql, [await nth(tenant, 20 + index)]);
  }
  const { found, sizes } = await lookAtAll();
  const inOrder = (orphans: readonly Orphan[]) => orphans.toSorted((a, b) => a.id.localeCompare(b.id));
  expect(inOrder(found)).toEqual(inOrder(expected));
  expect(sizes).toEqual([slice, slice, all - 2 * slice - 3]);
});
