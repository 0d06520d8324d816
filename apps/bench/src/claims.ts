import type { Database } from '@tierline/persistence';
import { v7 as uuidv7 } from 'uuid';
import { bareCommits } from './bare-commits.ts';
import { agents, columnsOf, openPattern, queue, setUpDesk, tenant, ticketColumns } from './desk.ts';
import type { Figure } from './figure.ts';
import type { LoadReport } from './load/order.ts';
import { runLoad } from './load/run-load.ts';
import { asAdmin, type Parts } from './parts.ts';
import type { Sizes } from './sizes.ts';
import { prepareSystem } from './system.ts';

/** Copies of the pattern, each with id, number and time of its own, and with its timers, or the watchdog would mend them all. */
const copyTickets = async (database: Database, pattern: string, from: number, to: number): Promise<void> => {
  const columns = await ticketColumns(database);
  // Ids as intake gives them: in the order of time. Random ones would lie in the indexes as no ticket's does.
  const ids = Array.from({ length: to - from + 1 }, () => uuidv7());
  await database.query(
    `WITH made AS (SELECT $2::int + nth::int - 1 AS n, id FROM unnest($3::uuid[]) WITH ORDINALITY AS given(id, nth)), timers AS (
       INSERT INTO timer SELECT copy.* FROM timer t CROSS JOIN made
       CROSS JOIN LATERAL jsonb_populate_record(t, jsonb_build_object('ticket_id', made.id)) AS copy WHERE t.ticket_id = $1
     )
     INSERT INTO ticket (${columns}) SELECT ${columnsOf('copy', columns)} FROM ticket t CROSS JOIN made
     CROSS JOIN LATERAL jsonb_populate_record(t, jsonb_build_object('id', made.id, 'number', 100000 + n,
       'queued_at', t.queued_at - n * interval '1 ms', 'opened_at', t.opened_at - n * interval '1 ms',
       'priority', 'P' || (1 + n % 4))) AS copy
     WHERE t.id = $1`,
    [pattern, from, ids],
  );
};

/** Figures of a queue whose tickets the watchdog mends meanwhile say nothing about claims. */
const refuseMended = async (database: Database): Promise<void> => {
  const [mended] = await database.query(`SELECT 1 FROM entry WHERE kind = 'orphan-detected' LIMIT 1`);
  if (mended) throw new Error('the watchdog mended tickets that were made for the measurement');
};

/** A claim that finds nothing is answered as well, and costs less. */
const refuseFewer = async (database: Database, wanted: number): Promise<void> => {
  const [row] = await database.query<{ waiting: number }>(
    `SELECT count(*)::int AS waiting FROM ticket WHERE queue = $1 AND state = 'QUEUED'`,
    [queue],
  );
  if (row!.waiting < wanted) throw new Error(`${row!.waiting} tickets wait where ${wanted} are to`);
};

/** Claims, or pages, a second where they come at a pace. */
const pace = 100;

const accepted = (report: LoadReport): LoadReport => {
  if (Object.keys(report.refused).length > 0) throw new Error(`refused: ${JSON.stringify(report.refused)}`);
  return report;
};

/** Claim next and the queue's list, with ever more tickets in the queue. */
export const benchClaims = async (
  parts: Parts,
  { queued, warmUp, seconds, pacedSeconds, flags }: Sizes,
): Promise<Figure[]> => {
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
    await Promise.all([intake.stop(), routing.stop()]);
    const tokens = await Promise.all(agents.map((agent) => system.token(agent, tenant, ['agent'])));
    const lead = await system.token('lead', tenant, ['lead']);
    const figures: Figure[] = [];
    const medians: { claim: number; list: number }[] = [];
    // Taken before anything counts: until its code is compiled, a service is no measure of itself.
    const early = warmUp * pace + 1_000;
    await copyTickets(database, pattern, 1, early);
    const claims = { tokens, body: '{}', connections: 32, url: `${tierQueues.url}/claim-next` };
    accepted(await runLoad({ ...claims, warmUp: 0, seconds: warmUp, rate: pace }));
    let there = 0;
    for (const total of queued) {
      for (; there < total; there += 10_000)
        await copyTickets(database, pattern, early + there + 1, early + there + 10_000);
      await refuseFewer(database, 0.9 * total);
      await asAdmin(parts, system.urls['tier-queues'].database, 'VACUUM ANALYZE');
      // What filling the table left to write is no part of what a claim costs.
      await asAdmin(parts, system.urls['tier-queues'].database, 'CHECKPOINT');
      // At a pace first: what a full load leaves to be published and cleaned up is no part of what a claim costs, either.
      const paced = accepted(await runLoad({ ...claims, warmUp: 5, seconds: pacedSeconds, rate: pace }));
      const claim = accepted(await runLoad({ ...claims, warmUp: 1.5, seconds }));
      await refuseFewer(database, 1);
      const list = { tokens: [lead], connections: 8, warmUp: 1, seconds: seconds / 2, rate: pace };
      const page = accepted(await runLoad({ ...list, url: `${tierQueues.url}/queues/${queue}/tickets?limit=50` }));
      medians.push({ claim: paced.p50, list: page.p50 });
      const of = `of ${total / 1_000} k`;
      figures.push(
        { name: `claim next ${of}, 100/s, p50`, value: paced.p50, unit: 'ms' },
        { name: `claim next ${of}, 100/s, p99`, value: paced.p99, unit: 'ms', aim: '≤ 25' },
        { name: `claim next ${of}, 32 at once`, value: claim.perSecond, unit: 'claims/s' },
        { name: `claim next ${of}, 32 at once, p50`, value: claim.p50, unit: 'ms' },
        { name: `claim next ${of}, 32 at once, p99`, value: claim.p99, unit: 'ms' },
        { name: `first page ${of}, p50`, value: page.p50, unit: 'ms' },
        { name: `first page ${of}, p99`, value: page.p99, unit: 'ms' },
      );
    }
    const commits = await bareCommits(parts, system.urls['tier-queues'].database, database, seconds / 2);
    await refuseMended(database);
    const [first, last] = [medians[0]!, medians.at(-1)!];
    const span = `${queued.at(-1)! / 1_000} k ÷ ${queued[0]! / 1_000} k`;
    return [
      { name: `claim next, p50, ${span}`, value: last.claim / first.claim, unit: 'ratio', aim: '≤ 1.3' },
      { name: `first page, p50, ${span}`, value: last.list / first.list, unit: 'ratio', aim: '≤ 1.3' },
      ...figures,
      ...commits,
    ];
  } finally {
    await system.stop();
  }
};
