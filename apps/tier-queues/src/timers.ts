import { Inject, Injectable, Logger } from '@nestjs/common';
import { Relay, catchingUp, failpoint, systemOrigin } from '@tierline/messaging';
import { Database, isTransient, type Transaction } from '@tierline/persistence';
import { Rounds } from '@tierline/service';
import type { Fire } from './domain/command.ts';
import type { TimerKind } from './domain/timers.ts';
import { Tickets } from './tickets.ts';

/** Milliseconds between two looks. */
const interval = 250;
/** Timers taken in one look. */
const most = 1_000;

type Due = { tenant: string; ticketId: string; kind: TimerKind; clock: string; generation: number };

const dueNow = `SELECT tenant_id AS tenant, ticket_id AS "ticketId", kind, clock,
  generation::float8 AS generation FROM timer
  WHERE next_try <= now() ORDER BY next_try LIMIT ${most}`;

const columns = (due: readonly Due[]) => [
  due.map(({ tenant }) => tenant),
  due.map(({ ticketId }) => ticketId),
  due.map(({ kind }) => kind),
  due.map(({ clock }) => clock),
  due.map(({ generation }) => generation),
];

/** The timers that `columns` name, as they were seen, and `timer m` being one of them still. */
const given = `unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::bigint[])
  AS d(tenant_id, ticket_id, kind, clock, generation)`;
const same = `d.tenant_id = m.tenant_id AND d.ticket_id = m.ticket_id AND d.kind = m.kind AND d.clock = m.clock
  AND d.generation = m.generation`;

/**
 * Locks the tickets of these timers and gives the timers that are still due. Tickets before timers, as every command
 * does, or the two would wait for each other; tickets in other hands are left for the next look. Two statements, not a
 * join: while statistics lag behind many new tickets, a join would read all of the tenant for each timer.
 */
const lockDue = async (tx: Transaction, due: readonly Due[]): Promise<Due[]> => {
  const locked = await tx.query<{ tenant: string; id: string }>(
    `SELECT tenant_id AS tenant, id FROM ticket WHERE tenant_id = ANY($1::text[]) AND id = ANY($2::uuid[])
     ORDER BY id FOR UPDATE SKIP LOCKED`,
    [[...new Set(due.map(({ tenant }) => tenant))], due.map(({ ticketId }) => ticketId)],
  );
  const ours = new Set(locked.map(({ tenant, id }) => `${tenant}/${id}`));
  const mine = due.filter(({ tenant, ticketId }) => ours.has(`${tenant}/${ticketId}`));
  return tx.query<Due>(
    `SELECT m.tenant_id AS tenant, m.ticket_id AS "ticketId", m.kind, m.clock, m.generation::float8 AS generation
     FROM timer m JOIN ${given} ON ${same} WHERE m.next_try <= now() ORDER BY m.ticket_id`,
    columns(mine),
  );
};

/** Puts off what is still armed as it was: after firing in vain, or after a failure. At most a minute. */
const putOff = (tx: Transaction, due: readonly Due[]): void =>
  tx.write(
    `UPDATE timer m SET failures = m.failures + 1, next_try = now() + interval '1 s' * least(60, 2 ^ least(m.failures, 6))
     FROM ${given} WHERE ${same}`,
    columns(due),
  );

/** Puts off what waits for a route while routes may stand among the records that were not read yet. */
const awaitRoutes = (tx: Transaction, due: readonly Due[]) =>
  tx.query(`UPDATE timer m SET next_try = now() + interval '10 s' FROM ${given} WHERE ${same}`, columns(due));

const fireOf = ({ kind, clock, generation }: Due): Fire =>
  kind === 'breach' || kind === 'warning' || kind === 'overrun'
    ? { type: 'fire', kind, clock, generation }
    : { type: 'fire', kind, generation };

/** Fires the timers that are due: state, events and the timer itself change in one transaction. */
@Injectable()
export class Timers extends Rounds {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Relay) private readonly relay: Relay,
    @Inject(Tickets) private readonly tickets: Tickets,
  ) {
    super(new Logger('timers'));
  }

  protected async round(): Promise<number> {
    const due = await this.database.query<Due>(dueNow);
    const ready = await this.withoutAwaited(due);
    await this.takeHalves(ready);
    return due.length < most ? interval : 0;
  }

  /** Each ticket's timers in one of two transactions: while the database is busy with one, this process prepares the other. */
  private async takeHalves(due: readonly Due[]): Promise<void> {
    const tickets = new Map([...new Set(due.map(({ ticketId }) => ticketId))].map((id, index) => [id, index % 2]));
    const halves = Map.groupBy(due, ({ ticketId }) => tickets.get(ticketId));
    const taken = await Promise.allSettled([...halves.values()].map((half) => this.take(half)));
    for (const one of taken) if (one.status === 'rejected') throw one.reason;
  }

  /** A route that comes late because this service reads late is no missing route. */
  private async withoutAwaited(due: readonly Due[]): Promise<readonly Due[]> {
    const { awaiting = [], others = [] } = Object.groupBy(due, ({ kind }) =>
      kind === 'unrouted' ? 'awaiting' : 'others',
    );
    if (awaiting.length === 0) return due;
    const [row] = await this.database.query<{ late: boolean }>(`SELECT ${catchingUp} AS late`);
    if (!row!.late) return due;
    await this.database.inBackground((tx) => awaitRoutes(tx, awaiting), 'by key');
    return others;
  }

  /** Fires timers together; where that fails for good, in halves, down to the one that is put off. */
  private async take(due: readonly Due[]): Promise<void> {
    try {
      await this.fire(due);
    } catch (error) {
      if (isTransient(error)) throw error;
      const [first, ...others] = due;
      if (first && others.length === 0) {
        this.log.error(new Error(`timer ${first.kind} of ticket ${first.ticketId} failed`, { cause: error }));
        await this.database.inBackground(async (tx) => putOff(tx, due));
        return;
      }
      const middle = Math.ceil(due.length / 2);
      await this.take(due.slice(0, middle));
      await this.take(due.slice(middle));
    }
  }

  private async fire(due: readonly Due[]): Promise<void> {
    await this.database.inBackground(
      async (tx) => {
        const locked = await lockDue(tx, due);
        if (locked.length === 0) return;
        await this.tickets.run(
          tx,
          locked.map((timer) => ({
            id: timer.ticketId,
            origin: systemOrigin(timer.tenant, 'timer'),
            command: fireOf(timer),
          })),
        );
        putOff(tx, locked);
        await failpoint('timers.before-commit');
      },
      'by key',
      'with the work',
    );
    this.relay.nudge();
  }
}
