import { Inject, Injectable, Logger } from '@nestjs/common';
import { Relay, systemOrigin } from '@tierline/messaging';
import { Database, type Transaction } from '@tierline/persistence';
import { Rounds } from '@tierline/service';
import type { Cause } from './domain/clocks/clock.ts';
import { open } from './queries.ts';
import { sparing } from './sparing.ts';
import { renewAcceptance } from './store.ts';
import { Tickets, type TicketResult } from './tickets.ts';

/** Tickets in one transaction. */
const most = 500;
/** Milliseconds between two looks while nothing is to be done. */
const interval = 1_000;
/** Commands that read the desk before its change may still be under way for so long. */
const grace = '2 s';

type Job = { tenant: string; cause: Cause; last: string | null };

const next = async (tx: Transaction): Promise<Job | undefined> => {
  const [job] = await tx.query<Job>(
    `SELECT tenant_id AS tenant, cause, last FROM retiming WHERE changed_at < now() - interval '${grace}'
     ORDER BY changed_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
  );
  return job;
};

const ticketsAfter = async (tx: Transaction, { tenant, last }: Job): Promise<string[]> => {
  const rows = await tx.query<{ id: string }>(
    `SELECT id FROM ticket WHERE tenant_id = $1 AND id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000')
       AND state IN (${open}) ORDER BY id LIMIT ${most}`,
    [tenant, last],
  );
  return rows.map(({ id }) => id);
};

const saveProgress = (tx: Transaction, { tenant }: Job, ids: readonly string[]): Promise<unknown> =>
  ids.length < most
    ? tx.query('DELETE FROM retiming WHERE tenant_id = $1', [tenant])
    : tx.query('UPDATE retiming SET last = $2, done = done + $3 WHERE tenant_id = $1', [
        tenant,
        ids.at(-1),
        ids.length,
      ]);

/**
 * Derives deadlines anew after policies, calendars or acceptance times changed: batch by batch, each with its place in one transaction,
 * so that whichever pod comes next goes on where the last one got to.
 */
@Injectable()
export class Retiming extends Rounds {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Relay) private readonly relay: Relay,
    @Inject(Tickets) private readonly tickets: Tickets,
  ) {
    super(new Logger('retiming'));
  }

  protected async round(): Promise<number> {
    const worked = await this.database.inBackground(async (tx) => {
      const job = await next(tx);
      if (!job) return false;
      const ids = await ticketsAfter(tx, job);
      await this.keepTime(tx, job, ids);
      await saveProgress(tx, job, ids);
      return true;
    });
    if (worked) this.relay.nudge();
    return worked ? 0 : interval;
  }

  private async keepTime(tx: Transaction, { tenant, cause }: Job, ids: readonly string[]): Promise<void> {
    await sparing(
      tx,
      ids,
      async (some) => {
        const origin = systemOrigin(tenant, 'retiming');
        const results = await this.tickets.run(
          tx,
          some.map((id) => ({ id, origin, command: { type: 'keep-time', cause } })),
        );
        // What changed was armed with it.
        await this.renewAcceptance(tx, tenant, results);
      },
      (id, error) => this.log.error(new Error(`deadlines of ticket ${id} cannot be derived anew`, { cause: error })),
    );
  }

  private async renewAcceptance(tx: Transaction, tenant: string, results: readonly TicketResult[]): Promise<void> {
    const assigned = results.flatMap(({ id, state, events }) =>
      state.state === 'ASSIGNED' && events.length === 0 ? [{ tenant, id, state }] : [],
    );
    if (assigned.length === 0) return;
    const desk = await this.tickets.deskOf(tx, tenant);
    await renewAcceptance(tx, assigned, () => desk);
  }
}
