import type { DeskDifference } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import type { Desk } from './domain/desk.ts';
import { openStates } from './domain/guards.ts';
import type { KnownTicket } from './domain/ticket.ts';

/** What happens to open tickets through a change of one part. */
export type Effect = {
  readonly part: DeskDifference['part'];
  readonly id: string;
  /**
   * `derived-anew`: clocks under the policy or calendar go on under the new edition. `keeps-edition`: they stay under
   * the old one, being between two queues. `moves-with-queue`: the queue gets another tier or team. `handed-over`: the
   * queue is closed and hands over now. `nobody-able`: nobody brings what is needed any more, and somebody did.
   * `owner-leaves-team`: who has it is in its team no more, and keeps it.
   */
  readonly what:
    'derived-anew' | 'keeps-edition' | 'moves-with-queue' | 'handed-over' | 'nobody-able' | 'owner-leaves-team';
  readonly tickets: number;
  /** Up to ten of them. */
  readonly some: readonly string[];
};

/** What a plan is asked about. */
export type Asked = {
  readonly tenant: string;
  readonly differences: readonly DeskDifference[];
  /** The desk as it would be. */
  readonly desk: Desk;
};

/** References that are named; the rest is counted. */
const named = 10;
/** Tickets that a plan looks at: more would take longer than somebody waits. */
export const most = 10_000;

export const open = openStates.map((state) => `'${state}'`).join(', ');

export type Row = { readonly id: string; readonly number: number; readonly body: KnownTicket };

/** Tickets by what happens to them, with how often it happens. */
export class Tally {
  private readonly byKey = new Map<string, { readonly tickets: Map<string, number>; count: number }>();

  add(key: string, { id, number }: Row): void {
    const found = this.byKey.get(key) ?? { tickets: new Map<string, number>(), count: 0 };
    found.tickets.set(id, number);
    found.count += 1;
    this.byKey.set(key, found);
  }

  of(key: string): { readonly tickets: number; readonly count: number; readonly some: string[] } {
    const { tickets, count } = this.byKey.get(key) ?? { tickets: new Map<string, number>(), count: 0 };
    return { tickets: tickets.size, count, some: [...tickets.values()].slice(0, named).map(referenceOf) };
  }
}

const referenceOf = (number: number): string => `T-${number}`;

/** The open tickets in these queues, the oldest first. */
export const inQueues = (tx: Transaction, tenant: string, queues: readonly string[]): Promise<Row[]> =>
  queues.length === 0
    ? Promise.resolve([])
    : tx.query<Row>(
        `SELECT id, number::float8 AS number, body FROM ticket WHERE tenant_id = $1 AND state IN (${open})
           AND queue = ANY($2::text[]) ORDER BY id LIMIT ${most}`,
        [tenant, queues],
      );

/** What happens to these tickets; nothing where there are none. */
export const effectOf = (part: Effect['part'], id: string, what: Effect['what'], rows: readonly Row[]): Effect[] =>
  rows.length === 0
    ? []
    : [{ part, id, what, tickets: rows.length, some: rows.slice(0, named).map(({ number }) => referenceOf(number)) }];
