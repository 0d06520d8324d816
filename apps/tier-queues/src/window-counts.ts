import type { Caller } from '@tierline/auth';
import type { Transaction } from '@tierline/persistence';
import type { Reader } from './leads.ts';
import {
  builtInViews,
  chosenQueues,
  conditionsOf,
  parametersOf,
  tickets,
  type BuiltInView,
  type Chosen,
  type Sought,
  type WindowQuery,
} from './window-query.ts';
import { foundOf, mostIds } from './window-search.ts';

/** Counts of words, and of queues that are not one's own, stop here. */
export const countedAtMost = 1_000;

export type Count = { readonly count: number; readonly atLeast: boolean };

/** The statement that counts one view in these queues; null counts all of them exactly. */
export const countStatement = (query: WindowQuery, by: Caller, sought: Sought, limit: number | null, now: string) => {
  const parameters = parametersOf(by.tenant);
  const from = tickets(query, sought, parameters);
  const conditions = conditionsOf(query, by, now, parameters);
  const tail = limit === null ? '' : `LIMIT ${limit + 1}`;
  const sql = `SELECT count(*)::int AS n FROM (SELECT 1 FROM ${from('1', conditions, tail)} ${tail}) AS counted`;
  return { sql, values: parameters.values };
};

const capped = (n: number): Count => ({ count: Math.min(n, countedAtMost), atLeast: n > countedAtMost });

const countOf = async (tx: Transaction, by: Caller, query: WindowQuery, { queues, own, found }: Chosen & Sought) => {
  const count = async (of: readonly string[], limit: number | null) => {
    if (of.length === 0 && query.view !== 'my-turn') return 0;
    const { sql, values } = countStatement(query, by, { queues: of, found }, limit, tx.now);
    return (await tx.query<{ n: number }>(sql, values))[0]!.n;
  };
  if (query.view === 'my-turn') return { count: await count(queues, null), atLeast: false };
  if (found) return capped(await count(queues, countedAtMost));
  const mine = await count(
    queues.filter((queue) => own.has(queue)),
    null,
  );
  const others = capped(
    await count(
      queues.filter((queue) => !own.has(queue)),
      countedAtMost,
    ),
  );
  return { ...others, count: mine + others.count };
};

/**
 * How many tickets each built-in view has under the query's filters: exact in the caller's own queues; of others, and
 * of words, at least so many, where they are more than `countedAtMost`; of all, those that are late, and those due within the hour,
 * the late ones among them. Throws `queue_absent`.
 */
export const windowCounts = async (tx: Transaction, by: Reader, query: WindowQuery) => {
  const looked = await chosenQueues(tx, by, query);
  const sought = { queues: looked.queues, most: mostIds.count };
  const chosen = { ...looked, found: await foundOf(tx, by, { ...query, view: 'all' }, sought) };
  const views: Partial<Record<BuiltInView, Count>> = {};
  for (const view of Object.keys(builtInViews) as BuiltInView[])
    views[view] = await countOf(tx, by, { ...query, view }, chosen);
  const due = (dueWithinMinutes: number) => countOf(tx, by, { ...query, view: 'all', dueWithinMinutes }, chosen);
  return {
    asOf: tx.now,
    queues: chosen.queues,
    views: views as Record<BuiltInView, Count>,
    late: await due(0),
    dueWithinTheHour: await due(60),
  };
};
