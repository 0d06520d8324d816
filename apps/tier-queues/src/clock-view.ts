import { may, type Caller } from '@tierline/auth';
import { DomainError } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import { calendarOf } from './domain/clocks/calendar.ts';
import { clocksAfter, type Clock, type ClockEntry } from './domain/clocks/clock.ts';
import { explain } from './domain/clocks/explain.ts';
import { entryOf, ledgerForRequester, ledgerTypes } from './domain/clocks/ledger.ts';
import { readingAt, stepsOf, warningsOf } from './domain/clocks/running.ts';
import { promiseWords } from './domain/clocks/wording.ts';
import type { Desk } from './domain/desk.ts';
import { sees, sightOf } from './sight.ts';

/** A clock as a screen shows it. */
export type ClockView = {
  clock: string;
  kind: Clock['kind'];
  /** What is promised, in the requester's words. */
  name: string;
  about: string | null;
  state: Clock['state'];
  /** When the target is used up, or was when it was missed; null unless it runs. */
  due: string | null;
  /** Working time in milliseconds: promised, used and held until `asOf`. */
  target: number;
  consumed: number;
  paused: number;
  /** Shares in per cent of which nobody was warned yet, and when that will be. */
  warnings: readonly { share: number; at: string }[];
  /** Shares above 100 per cent at which the policy still does more, and when that will be. */
  steps: readonly { share: number; at: string }[];
  /** The moment that was missed. */
  missed: string | null;
  from: string;
  policy: Clock['policy'];
  calendar: Clock['calendar'];
  zone: string;
  why: string;
};

const kindOf = (type: string): string => type.split('.').at(-2)!;

const byKind = new Map(ledgerTypes.map((type) => [kindOf(type), type] as const));

const ticketAbsent = () => new DomainError('ticket_absent', 'There is no such ticket.', 'absent');

/** What a caller sees of a ticket's clocks: staff how the desk chose, too. */
type Shown = { readonly ledger: readonly ClockEntry[]; readonly isStaff: boolean };

/** The ledger of a ticket's clocks that the caller may see, in order. Throws `ticket_absent`, to a stranger too. */
const ledgerOf = async (tx: Transaction, by: Caller, id: string): Promise<Shown> => {
  const [ticket] = await tx.query<{ requester: string; queue: string | null }>(
    'SELECT requester_id AS requester, queue FROM ticket WHERE tenant_id = $1 AND id = $2',
    [by.tenant, id],
  );
  const isStaff = may(by.roles, 'queue.read') && sees(await sightOf(tx, by), ticket?.queue ?? null);
  if (!ticket || !(isStaff || ticket.requester === by.subject)) throw ticketAbsent();
  const rows = await tx.query<{ at: Date; kind: string; data: unknown }>(
    `SELECT at, kind, data FROM entry WHERE tenant_id = $1 AND ticket_id = $2 AND kind = ANY($3::text[])
     ORDER BY entry.position`,
    [by.tenant, id, [...byKind.keys()]],
  );
  const entries = rows.flatMap(
    ({ at, kind, data }) => entryOf({ type: byKind.get(kind)!, data }, at.toISOString()) ?? [],
  );
  return { ledger: isStaff ? entries : ledgerForRequester(entries), isStaff };
};

const viewOf = (clock: Clock, { book }: Desk, now: string): ClockView => {
  const calendar = calendarOf(book.calendars, clock.calendar);
  const { consumed, paused } = readingAt(clock, calendar, now);
  const { id, kind, about, state, due, target, breached, from, policy, why } = clock;
  return {
    ...{ clock: id, kind, name: promiseWords[kind], about, state, due, target, consumed, paused },
    warnings: warningsOf(clock, calendar),
    steps: stepsOf(clock, calendar),
    missed: breached,
    ...{ from, policy, calendar: clock.calendar, zone: calendar.zone, why },
  };
};

/** The ticket's clocks in the order in which they started. Throws `ticket_absent`. */
export const clocksOf = async (
  tx: Transaction,
  by: Caller,
  id: string,
  desk: Desk,
): Promise<{ asOf: string; items: readonly ClockView[]; next: null }> => {
  const clocks = clocksAfter([], (await ledgerOf(tx, by, id)).ledger);
  return { asOf: tx.now, items: clocks.map((clock) => viewOf(clock, desk, tx.now)), next: null };
};

/** Why one clock stands as it does, one sentence a line, with its ledger. Throws `ticket_absent` or `clock_absent`. */
export const explanationOf = async (
  tx: Transaction,
  by: Caller,
  { id, clock: name }: { id: string; clock: string },
  desk: Desk,
) => {
  const shown = await ledgerOf(tx, by, id);
  const ledger = shown.ledger.filter(({ clock }) => clock === name);
  const [clock] = clocksAfter([], ledger);
  if (!clock) throw new DomainError('clock_absent', `The ticket has no clock ${name}.`, 'absent');
  const { calendars, policies } = desk.book;
  const lines = explain(ledger, calendars, shown.isStaff ? policies : []);
  return { asOf: tx.now, ...viewOf(clock, desk, tx.now), lines, ledger };
};
