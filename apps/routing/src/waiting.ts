import { Logger } from '@nestjs/common';
import type { Origin, Relay, Work } from '@tierline/messaging';
import type { Database, Transaction } from '@tierline/persistence';
import { Rounds } from '@tierline/service';
import type { Command } from './domain/route.ts';
import { routes } from './store.ts';

const most = 500;
/** How long a desk without a tier of rank 1 counts as one that is still arriving. */
const patience = '10 seconds';

type WaitingRow = { tenant_id: string; ticket_id: string; cause_id: string; correlation_id: string };

/**
 * Tickets that wait and can be routed now. Tiers travel on a topic of their own, in no order among each other:
 * until the lowest possible one is there, a ticket must not fall into a higher one that came first.
 */
const ready = (tx: Transaction): Promise<WaitingRow[]> =>
  tx.query<WaitingRow>(
    `SELECT w.* FROM (
       SELECT tenant_id, min((body->>'rank')::int) AS lowest FROM desk_copy
       WHERE kind = 'tier' AND body IS NOT NULL GROUP BY tenant_id
     ) d
     CROSS JOIN LATERAL (
       SELECT r.tenant_id, r.ticket_id, r.cause_id, r.correlation_id FROM route r
       WHERE r.tenant_id = d.tenant_id AND r.waiting_since IS NOT NULL
         AND (d.lowest = 1 OR r.waiting_since < now() - $2::interval)
         AND (r.to_tier IS NULL OR EXISTS (
           SELECT 1 FROM desk_copy t
           WHERE t.tenant_id = r.tenant_id AND t.kind = 'tier' AND t.id = r.to_tier AND t.body IS NOT NULL))
       ORDER BY r.waiting_since LIMIT $1
     ) w LIMIT $1`,
    [most, patience],
  );

const originOf = ({ tenant_id, cause_id, correlation_id }: WaitingRow): Origin => ({
  tenant: tenant_id,
  actor: 'system:routing',
  correlationId: correlation_id,
  causationId: cause_id,
  traceparent: null,
});

/** Routes tickets whose desk was not known when they came, as soon as it is. */
export class WaitingTickets extends Rounds {
  constructor(
    private readonly database: Database,
    private readonly relay: Relay,
    private readonly interval: number,
  ) {
    super(new Logger(WaitingTickets.name));
  }

  /** Those that a failed round left still wait, and come with the next. */
  protected async round(): Promise<number> {
    return (await this.routeSome()) < most ? this.interval : 0;
  }

  private async routeSome(): Promise<number> {
    const count = await this.database.inBackground(async (tx) => {
      const rows = await ready(tx);
      const work = rows.map((row): Work<Command> => {
        return { id: row.ticket_id, origin: originOf(row), command: { type: 'route', patient: false } };
      });
      if (work.length > 0) await routes.run(tx, work);
      return work.length;
    });
    if (count > 0) this.relay.nudge();
    return count;
  }
}
