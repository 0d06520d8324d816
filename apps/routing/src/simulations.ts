import { Logger } from '@nestjs/common';
import { isTransient, type Database, type Transaction } from '@tierline/persistence';
import { Rounds } from '@tierline/service';
import { surroundingsOf } from './desks.ts';
import type { Rule, Surroundings } from './domain/desk.ts';
import { movesWith, reroute, type Move } from './domain/simulation.ts';
import type { TicketFacts } from './domain/rule.ts';
import type { SimulatedTicket } from './simulation-store.ts';

/** Tickets that one transaction looks at. */
const most = 500;
/** Tickets that are told one by one. */
const mostTold = 1_000;

type Running = {
  tenant: string;
  id: string;
  rules: Rule[];
  since: Date;
  askedAt: Date;
  lastAt: Date | null;
  lastId: string | null;
  moves: Move[];
  told: number;
};
type Past = { id: string; number: number | null; openedAt: Date; facts: TicketFacts };

/** One that is under way and in nobody's hands; the row is locked, so that no other process takes the same tickets. */
const take = async (tx: Transaction): Promise<Running | undefined> => {
  const [row] = await tx.query<Running>(
    `SELECT tenant_id AS tenant, id, rules, since, asked_at AS "askedAt", last_at AS "lastAt", last_id AS "lastId", moves,
       jsonb_array_length(tickets) AS told
     FROM simulation WHERE state = 'running' ORDER BY done, asked_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
  );
  return row;
};

const pastTickets = (tx: Transaction, { tenant, since, askedAt, lastAt, lastId }: Running): Promise<Past[]> =>
  tx.query<Past>(
    `SELECT ticket_id AS id, number::float8 AS number, opened_at AS "openedAt", facts FROM route
     WHERE tenant_id = $1 AND opened_at >= $2 AND opened_at <= $3
       AND ($4::timestamptz IS NULL OR (opened_at, ticket_id) > ($4, $5::uuid))
     ORDER BY opened_at, ticket_id LIMIT ${most}`,
    [tenant, since, askedAt, lastAt, lastId],
  );

const changedIn = (tickets: readonly Past[], now: Surroundings, draft: Surroundings): SimulatedTicket[] =>
  tickets.flatMap(({ id, number, openedAt, facts }) => {
    const rerouted = reroute({ ticket: facts, at: openedAt.toISOString() }, now, draft);
    return rerouted ? [{ id, number, subject: facts.subject, ...rerouted }] : [];
  });

/** Looks at the next tickets of a trial. */
const proceed = async (tx: Transaction, running: Running): Promise<void> => {
  const { tenant, id, rules, moves, told } = running;
  const tickets = await pastTickets(tx, running);
  const now = (await surroundingsOf(tx, [tenant])).get(tenant)!;
  const draft = (await surroundingsOf(tx, [tenant], rules)).get(tenant)!;
  const changed = changedIn(tickets, now, draft);
  const last = tickets.at(-1);
  const isDone = tickets.length < most;
  await tx.query(
    `UPDATE simulation SET done = done + $3, changed = changed + $4, moves = $5::jsonb, tickets = tickets || $6::jsonb,
       last_at = coalesce($7::timestamptz, last_at), last_id = coalesce($8::uuid, last_id),
       state = CASE WHEN $9::boolean THEN 'done' ELSE state END,
       ended_at = CASE WHEN $9::boolean THEN now() ELSE ended_at END
     WHERE tenant_id = $1 AND id = $2::uuid`,
    [
      tenant,
      id,
      tickets.length,
      changed.length,
      JSON.stringify(movesWith(moves, changed)),
      JSON.stringify(changed.slice(0, Math.max(0, mostTold - told))),
      last?.openedAt ?? null,
      last?.id ?? null,
      isDone,
    ],
  );
};

/** Tries draft rules over past tickets, some at a time, whichever process is free; a stop or a crash loses nothing. */
export class Simulations extends Rounds {
  constructor(
    private readonly database: Database,
    private readonly interval: number,
  ) {
    super(new Logger(Simulations.name));
  }

  /** What a failed round left under way stays so; the next one goes on with it. */
  protected async round(): Promise<number> {
    return (await this.proceedOne()) ? 0 : this.interval;
  }

  private async proceedOne(): Promise<boolean> {
    let running: Running | undefined;
    try {
      await this.database.inBackground(async (tx) => {
        running = await take(tx);
        if (running) await proceed(tx, running);
      });
    } catch (error) {
      if (isTransient(error) || !running) throw error;
      await this.fail(running, error as Error);
    }
    return running !== undefined;
  }

  /** Ends a trial that cannot go on, with the reason for whoever asked for it. */
  private async fail({ tenant, id }: Running, error: Error): Promise<void> {
    this.log.error(new Error(`simulation ${id} failed`, { cause: error }));
    await this.database.query(
      `UPDATE simulation SET state = 'failed', ended_at = now(), reason = $3
       WHERE tenant_id = $1 AND id = $2::uuid AND state = 'running'`,
      [tenant, id, error.message],
    );
  }
}
