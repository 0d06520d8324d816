import { Logger } from '@nestjs/common';
import { isBehind, outboxIsLate, systemOrigin, tellAgain, wasGivenToLog, type Relay } from '@tierline/messaging';
import type { Database, Transaction } from '@tierline/persistence';
import { Rounds } from '@tierline/service';
import { lost, nextTelling, toldWithinDays, type Patience } from './domain/accounting.ts';
import { requests } from './store.ts';

/** The longest time between two tries to get the turn, in milliseconds. */
const attempt = 5_000;
/** Tickets read in one look. */
const read = 500;
/** So many of the newest tickets are looked at for one of which the desk has told. */
const newest = 20_000;
/** Seconds that an event may wait for the log before the desk counts as cut off. */
const outboxPatience = 60;

type Row = { tenant: string; id: string; number: string; subject: string; opened_at: Date; tellings: number };
type Found = { tenant: string; id: string; number: number; subject: string; openedAt: string; tellings: number };

/** Opened tickets of which the desk has told nothing for too long, whose events the log has, oldest first. */
const silentFor = async (tx: Transaction, silence: number): Promise<Found[]> => {
  const rows = await tx.query<Row>(
    `SELECT tenant_id AS tenant, id, number, subject, opened_at, tellings FROM request
     WHERE desk <> 'heard' AND opened_at <= $1::timestamptz - $2 * interval '1 ms'
       AND opened_at > $1::timestamptz - interval '${toldWithinDays} days'
       AND (tell_again_at IS NULL OR tell_again_at <= $1::timestamptz) AND ${wasGivenToLog(`'tickets'`, 'id::text')}
     ORDER BY opened_at LIMIT ${read}`,
    [tx.now, silence],
  );
  return rows.map(({ opened_at, number, ...row }) => ({
    ...row,
    number: Number(number),
    openedAt: opened_at.toISOString(),
  }));
};

/** When the newest ticket was opened of which the desk has told; null: of none among the newest, and it is far behind. */
const passedSince = async (tx: Transaction): Promise<string | null> => {
  const [heard] = await tx.query<{ opened_at: Date }>(
    `SELECT opened_at FROM (SELECT opened_at, desk, number FROM request ORDER BY number DESC LIMIT ${newest}) r
     WHERE desk = 'heard' ORDER BY number DESC LIMIT 1`,
  );
  return heard?.opened_at.toISOString() ?? null;
};

/**
 * Looks for opened tickets of which the desk has told nothing, has their events told again, and publishes each of them
 * once. It does nothing while this service itself cannot know: the log has not got its events, or it has not read what
 * the desk told.
 */
export class InboundWatch extends Rounds {
  constructor(
    private readonly database: Database,
    private readonly relay: Relay,
    private readonly patience: Patience,
    /** Milliseconds between two looks. */
    private readonly interval: number,
  ) {
    super(new Logger('inbound-watch'));
  }

  protected async round(): Promise<number> {
    const told = await this.database.inBackground((tx) => this.look(tx));
    if (told > 0) this.relay.nudge();
    return Math.min(attempt, this.interval);
  }

  /** Gives how many tickets are told again. */
  private async look(tx: Transaction): Promise<number> {
    const turn = await tx.query(
      `UPDATE inbound_watch SET looked_at = now() WHERE looked_at <= now() - $1 * interval '1 ms' RETURNING 1`,
      [this.interval],
    );
    if (turn.length === 0) return 0;
    const [blind] = await tx.query<{ yes: boolean }>(`SELECT ${isBehind} OR ${outboxIsLate(outboxPatience)} AS yes`);
    if (blind!.yes) return 0;
    const silent = await silentFor(tx, this.patience.silence);
    if (silent.length === 0) return 0;
    const found = lost(silent, await passedSince(tx), this.patience);
    await this.tell(tx, found);
    return found.length;
  }

  private async tell(tx: Transaction, found: readonly Found[]): Promise<void> {
    await requests.run(
      tx,
      found.map(({ tenant, id, number, subject, openedAt }) => ({
        id,
        origin: systemOrigin(tenant, 'inbound-watch'),
        command: { type: 'miss', ticket: { number, subject, openedAt } },
      })),
    );
    await tx.query(
      `UPDATE request r SET tellings = r.tellings + 1, tell_again_at = n.at
       FROM unnest($1::text[], $2::uuid[], $3::timestamptz[]) AS n(tenant_id, id, at)
       WHERE r.tenant_id = n.tenant_id AND r.id = n.id`,
      [
        found.map(({ tenant }) => tenant),
        found.map(({ id }) => id),
        found.map((one) => nextTelling(one, this.patience, tx.now)),
      ],
    );
    await tellAgain(
      tx,
      'tickets',
      found.map(({ id }) => id),
    );
  }
}
