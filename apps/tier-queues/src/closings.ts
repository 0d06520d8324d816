import { Inject, Injectable, Logger } from '@nestjs/common';
import { Relay, systemOrigin } from '@tierline/messaging';
import { Database, type Transaction } from '@tierline/persistence';
import { Rounds } from '@tierline/service';
import { noteClosings } from './closing-times.ts';
import { calendarToday, nextLook } from './domain/shifts.ts';
import { Tickets } from './tickets.ts';

/** Milliseconds between two looks. */
const interval = 5_000;
/** Tickets in one transaction. */
const most = 200;

type Place = { readonly tenant: string; readonly queue: string };

/** Queues that hand over, unless one is known to be open for longer. */
const duePlaces = `SELECT p.tenant_id AS tenant, p.id AS queue FROM desk_part p
  LEFT JOIN closing c ON c.tenant_id = p.tenant_id AND c.queue = p.id
  WHERE p.kind = 'queue' AND p.body ? 'handsOverTo' AND (c.closes_at IS NULL OR c.closes_at <= now())`;

/** Hands over what is open in a queue whose hours end, as the queue says. */
@Injectable()
export class Closings extends Rounds {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Relay) private readonly relay: Relay,
    @Inject(Tickets) private readonly tickets: Tickets,
  ) {
    super(new Logger('closings'));
  }

  protected async round(): Promise<number> {
    let moved = 0;
    for (const place of await this.database.query<Place>(duePlaces))
      moved += await this.database.inBackground((tx) => this.close(tx, place));
    if (moved > 0) this.relay.nudge();
    return moved >= most ? 0 : interval;
  }

  /** Notes when the queue closes; of one that has closed it hands over the next tickets, down to the last. */
  private async close(tx: Transaction, { tenant, queue }: Place): Promise<number> {
    const desk = await this.tickets.deskOf(tx, tenant);
    const calendar = calendarToday(desk.book, desk.queues.get(queue)?.calendar);
    const closesAt = calendar && nextLook(calendar, tx.now);
    if (closesAt) {
      await noteClosings(tx, tenant, [{ queue, closesAt }]);
      return 0;
    }
    const [due] = await tx.query(
      'SELECT 1 FROM closing WHERE tenant_id = $1 AND queue = $2 AND closes_at <= now() FOR UPDATE SKIP LOCKED',
      [tenant, queue],
    );
    return due ? this.handOver(tx, { tenant, queue }) : 0;
  }

  private async handOver(tx: Transaction, { tenant, queue }: Place): Promise<number> {
    const left = await tx.query<{ id: string }>(
      `SELECT id FROM ticket WHERE tenant_id = $1 AND queue = $2 AND state IN ('QUEUED', 'ASSIGNED', 'IN_PROGRESS')
       ORDER BY id LIMIT ${most} FOR UPDATE`,
      [tenant, queue],
    );
    const origin = systemOrigin(tenant, 'shift');
    const results = await this.tickets.run(
      tx,
      left.map(({ id }) => ({ id, origin, command: { type: 'close-queue', queue } })),
    );
    const moved = results.filter(({ events }) => events.length > 0).length;
    if (moved < most) await tx.query('DELETE FROM closing WHERE tenant_id = $1 AND queue = $2', [tenant, queue]);
    return moved;
  }
}
