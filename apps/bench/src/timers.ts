import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@tierline/persistence';
import { agents, ask, columnsOf, openPattern, setUpDesk, tenant, ticketColumns, untilRows } from './desk.ts';
import { percentile, type Figure } from './figure.ts';
import { asAdmin, type Parts } from './parts.ts';
import type { Sizes } from './sizes.ts';
import { prepareSystem, type System } from './system.ts';

/** Puts the pattern ticket on hold, so that it has a timer. */
const hold = async (system: System, url: string, id: string): Promise<void> => {
  const token = await system.token(agents[0]!, tenant, ['agent']);
  await ask('POST', `${url}/tickets/${id}/claim`, token, {});
  await ask('POST', `${url}/tickets/${id}/start`, token, {});
  const until = new Date(Date.now() + 24 * 60 * 60 * 1_000).toISOString();
  await ask('POST', `${url}/tickets/${id}/hold`, token, { reason: 'CUSTOMER', note: 'waits for the answer', until });
};

/** Timers that fall due long after the run, copied from the pattern's. */
const armFar = (database: Database, pattern: string, count: number) =>
  database.query(
    `INSERT INTO timer SELECT copy.* FROM timer t CROSS JOIN generate_series(1, $2::int) AS n
     CROSS JOIN LATERAL jsonb_populate_record(t, jsonb_build_object('ticket_id', gen_random_uuid(),
       'due', t.due + n * interval '1 s', 'next_try', t.due + n * interval '1 s')) AS copy
     WHERE t.ticket_id = $1 AND t.kind = 'wake-up'`,
    [pattern, count],
  );

/** Held tickets, the n-th with its timer due at `start` and n times `step`. */
const armSoon = async (
  database: Database,
  pattern: string,
  { count, start, step }: { count: number; start: number; step: number },
): Promise<void> => {
  const columns = await ticketColumns(database);
  await database.query(
    `WITH made AS (
       SELECT gen_random_uuid() AS id, to_timestamp($3::float8 / 1000) + n * $4::float8 * interval '1 ms' AS due
       FROM generate_series(1, $2::int) AS n
     ), tickets AS (
       INSERT INTO ticket (${columns}) SELECT ${columnsOf('copy', columns)} FROM ticket t CROSS JOIN made CROSS JOIN LATERAL jsonb_populate_record(t,
         jsonb_build_object('id', made.id, 'body', jsonb_set(t.body, '{hold,until}', to_jsonb(
           to_char(made.due AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))))) AS copy
       WHERE t.id = $1
     )
     INSERT INTO timer SELECT copy.* FROM timer t CROSS JOIN made CROSS JOIN LATERAL jsonb_populate_record(t,
       jsonb_build_object('ticket_id', made.id, 'due', made.due, 'next_try', made.due)) AS copy
     WHERE t.ticket_id = $1 AND t.kind = 'wake-up'`,
    [pattern, count, start, step],
  );
};

/** Waits until all timers that are due have fired; gives milliseconds from due to fired of each since the mark. */
const latenesses = async (database: Database, mark: string, due: number, expected: number, step: number) => {
  const end = performance.now() + 120_000;
  for (;;) {
    const rows = await database.query<{ at: Date }>(
      `SELECT at FROM entry WHERE position > $1 AND kind = 'resumed' ORDER BY at`,
      [mark],
    );
    if (rows.length >= expected) return rows.map(({ at }, index) => at.getTime() - (due + (index + 1) * step));
    if (performance.now() > end) throw new Error(`of ${expected} timers only ${rows.length} fired`);
    await sleep(250);
  }
};

const markOf = async (database: Database): Promise<string> =>
  (await database.query<{ mark: string }>('SELECT coalesce(max(position), 0) AS mark FROM entry'))[0]!.mark;

/** What one look costs when nothing is due. */
const pollCost = async (database: Database): Promise<number> => {
  const took: number[] = [];
  for (let look = 0; look < 200; look += 1) {
    const begin = performance.now();
    await database.query('SELECT ticket_id FROM timer WHERE next_try <= now() ORDER BY next_try LIMIT 500');
    took.push(performance.now() - begin);
  }
  return percentile(took, 0.5);
};

/** How late timers fire, and how many a second, with very many armed. */
export const benchTimers = async (parts: Parts, { armedTimers, firedTimers, flags }: Sizes): Promise<Figure[]> => {
  const system = await prepareSystem(parts);
  try {
    const [tierQueues, intake, routing] = await Promise.all([
      system.start('tier-queues', flags),
      system.start('intake'),
      system.start('routing'),
    ]);
    await setUpDesk(system, tierQueues);
    const database = await system.open('tier-queues');
    const pattern = await openPattern(system, intake, database);
    await hold(system, tierQueues.url, pattern);
    await untilRows(database, `SELECT 1 FROM timer WHERE ticket_id = $1 AND kind = 'wake-up'`, [pattern]);
    await Promise.all([intake.stop(), routing.stop()]);
    for (let armed = 0; armed < armedTimers; armed += 20_000) await armFar(database, pattern, 20_000);
    await asAdmin(parts, system.urls['tier-queues'].database, 'VACUUM ANALYZE');
    const poll = await pollCost(database);
    const steady = { count: 1_000, start: Date.now() + 5_000, step: 10 };
    let mark = await markOf(database);
    await armSoon(database, pattern, steady);
    const late = await latenesses(database, mark, steady.start, steady.count, steady.step);
    const burst = { count: firedTimers, start: Date.now() + 10_000, step: 0 };
    mark = await markOf(database);
    await armSoon(database, pattern, burst);
    const burstLate = await latenesses(database, mark, burst.start, burst.count, 0);
    const all = `${armedTimers / 1_000} k armed`;
    return [
      { name: `timer late, 100/s, ${all}, p50`, value: percentile(late, 0.5), unit: 'ms' },
      { name: `timer late, 100/s, ${all}, p99`, value: percentile(late, 0.99), unit: 'ms', aim: '≤ 1000' },
      {
        name: 'earliest fired (below 0 would be early)',
        value: Math.min(...late, ...burstLate),
        unit: 'ms',
        aim: '≥ 0',
      },
      {
        name: `${firedTimers} timers due at once fire`,
        value: firedTimers / (Math.max(...burstLate) / 1_000),
        unit: 'timers/s',
      },
      {
        name: `${firedTimers} timers due at once, last one late`,
        value: Math.max(...burstLate),
        unit: 'ms',
        aim: '≤ 5000',
      },
      { name: `look for due timers, ${all}, p50`, value: poll, unit: 'ms', aim: '≤ 2' },
    ];
  } finally {
    await system.stop();
  }
};
