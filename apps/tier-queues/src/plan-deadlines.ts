import type { DeskDifference } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import { foreseen, type ClockChange } from './domain/foreseeing.ts';
import { Tally, most, open, type Asked, type Effect, type Row } from './plan-tickets.ts';

type Counted = { readonly deadlines: number; readonly some: readonly string[] };

/** What happens to deadlines of open tickets. */
export type Deadlines = Readonly<Record<'earlier' | 'later' | 'begins' | 'ends' | 'overdue', Counted>> & {
  /** Open tickets, and how many of them, the oldest first, were looked at. */
  readonly open: number;
  readonly lookedAt: number;
};

/** Others wait while one of these is worked through. */
const batch = 100;
/** Milliseconds after which a plan says what it has found so far. */
const longest = 10_000;

const ticketsAfter = (tx: Transaction, tenant: string, last: string | null): Promise<Row[]> =>
  tx.query<Row>(
    `SELECT id, number::float8 AS number, body FROM ticket WHERE tenant_id = $1 AND state IN (${open})
       AND id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000') ORDER BY id LIMIT ${batch}`,
    [tenant, last],
  );

/** Policies and calendars that change, or go. */
const promisesIn = (differences: readonly DeskDifference[]) =>
  differences.filter(({ part, what }) => (part === 'policies' || part === 'calendars') && what !== 'new');

const noteEditions = (tally: Tally, changed: readonly DeskDifference[], changes: readonly ClockChange[], row: Row) => {
  for (const { part, id } of changed) {
    const field = part === 'policies' ? 'policy' : 'calendar';
    const under = changes.filter(({ before }) => before?.[field].id === id);
    const kept = under.filter(({ what }) => what === 'kept');
    if (under.length > kept.length) tally.add(`${part} ${id} derived-anew`, row);
    if (kept.length > 0) tally.add(`${part} ${id} keeps-edition`, row);
  }
};

const clocksUnder = async (tx: Transaction, { tenant, differences, desk }: Asked) => {
  const changed = promisesIn(differences);
  const cause = differences.some(({ part }) => part === 'policies') ? 'policy-changed' : 'calendar-changed';
  const [editions, moves] = [new Tally(), new Tally()];
  let lookedAt = 0;
  const began = performance.now();
  for (let last: string | null = null; lookedAt < most && performance.now() - began < longest;) {
    const rows: Row[] = await ticketsAfter(tx, tenant, last);
    for (const row of rows) {
      const changes = foreseen(row.body, desk, cause, tx.now);
      noteEditions(editions, changed, changes, row);
      for (const { what, overdue } of changes) {
        moves.add(what, row);
        if (overdue) moves.add('overdue', row);
      }
    }
    lookedAt += rows.length;
    if (rows.length < batch) break;
    last = rows.at(-1)!.id;
  }
  return { editions, moves, lookedAt };
};

/** What happens to the clocks of open tickets where policies or calendars change. */
export const deadlinesOf = async (tx: Transaction, asked: Asked) => {
  const { editions, moves, lookedAt } = await clocksUnder(tx, asked);
  const [row] = await tx.query<{ open: number }>(
    `SELECT count(*)::int AS open FROM ticket WHERE tenant_id = $1 AND state IN (${open})`,
    [asked.tenant],
  );
  const counted = (what: string): Counted => {
    const { count, some } = moves.of(what);
    return { deadlines: count, some };
  };
  const effects = promisesIn(asked.differences).flatMap(({ part, id }) =>
    (['derived-anew', 'keeps-edition'] as const).flatMap((what): Effect[] => {
      const { tickets, some } = editions.of(`${part} ${id} ${what}`);
      return tickets > 0 ? [{ part, id, what, tickets, some }] : [];
    }),
  );
  const deadlines: Deadlines = {
    open: row!.open,
    lookedAt,
    earlier: counted('earlier'),
    later: counted('later'),
    begins: counted('begins'),
    ends: counted('ends'),
    overdue: counted('overdue'),
  };
  return { effects, deadlines };
};
