import type { Caller } from '@tierline/auth';
import type { Transaction } from '@tierline/persistence';
import { numberIn, open } from './queries.ts';
import type { Found, WindowQuery } from './window-query.ts';

/** So many tickets at either end of a queue, by deadline, are looked at to learn how common words are in it. */
const sample = 100;

/** A queue is walked when at least this part of its tickets has the words. */
const common = 0.05;

/** So many ids are of help: a page is soon full of more, a count is not. */
export const mostIds = { page: 2_000, count: 30_000 } as const;

const shareAt = (order: 'asc' | 'desc') => `(
  SELECT avg((words @@ search_of($3))::int)::float8 FROM (
    SELECT words FROM ticket WHERE tenant_id = $1 AND queue = wanted.slug AND state IN (${open})
    ORDER BY due_at ${order}, id ${order} LIMIT ${sample}) AS sampled)`;

/** The queues in which the words are common: at both ends, since many may tell of the same within an hour and never else. */
const commonIn = async (tx: Transaction, { tenant }: Caller, q: string, queues: readonly string[]) => {
  const rows = await tx.query<{ queue: string }>(
    `SELECT wanted.slug AS queue FROM unnest($2::text[]) AS wanted(slug)
     WHERE ${shareAt('asc')} >= ${common} AND ${shareAt('desc')} >= ${common}`,
    [tenant, queues, q],
  );
  return new Set(rows.map(({ queue }) => queue));
};

/**
 * Looks the words of a query up: queues that have them in many of their tickets are walked in the order asked for,
 * until there are enough; of the others the index of words tells the tickets, at most so many. Undefined when the query
 * has no words, or is about the tickets of one person.
 */
export const foundOf = async (
  tx: Transaction,
  by: Caller,
  { q, view }: WindowQuery,
  { queues, most }: { queues: readonly string[]; most: number },
): Promise<Found | undefined> => {
  if (q === undefined || numberIn(q) !== null || view === 'my-turn') return undefined;
  const walked = await commonIn(tx, by, q, queues);
  const rare = queues.filter((queue) => !walked.has(queue));
  if (rare.length === 0) return { ids: [], walked: queues };
  const ids = (
    await tx.query<{ id: string }>('SELECT id FROM tickets_found($1, $2, $3) AS id', [rare, q, most + 1])
  ).map(({ id }) => id);
  return ids.length > most ? { ids: [], walked: queues } : { ids, walked: [...walked] };
};
