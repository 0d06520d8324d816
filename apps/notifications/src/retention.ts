import { Logger } from '@nestjs/common';
import type { Database } from '@tierline/persistence';
import { Rounds } from '@tierline/service';

/** Days that deliveries are kept: as long as the events themselves stand in their topic. */
export const keptDays = 30;

const hour = 60 * 60 * 1_000;
const rowsAtOnce = 5_000;

const forget = `
  DELETE FROM delivery WHERE id IN (
    SELECT id FROM delivery WHERE finished_at < now() - make_interval(days => $1) LIMIT ${rowsAtOnce}
  ) RETURNING 1`;

const forgetHeld = `
  DELETE FROM delivery WHERE id IN (
    SELECT d.id FROM delivery d JOIN subscription s ON s.id = d.subscription_id
    WHERE s.state = 'disabled' AND d.state = 'waiting' AND d.created_at < now() - make_interval(days => $1)
    LIMIT ${rowsAtOnce}
  ) RETURNING 1`;

/** Lanes in which nothing waits any more. */
const closeLanes = `
  DELETE FROM lane l WHERE locked_until <= now() AND NOT EXISTS (
    SELECT 1 FROM delivery d WHERE d.stream = l.stream AND d.ticket_id = l.ticket_id AND d.state = 'waiting'
  )`;

/** Forgets deliveries that are older than the events in their topic. */
export const forgetOld = async (database: Database, days = keptDays): Promise<number> => {
  let forgotten = 0;
  for (const statement of [forget, forgetHeld]) {
    let rows: unknown[];
    do {
      rows = await database.query(statement, [days]);
      forgotten += rows.length;
    } while (rows.length === rowsAtOnce);
  }
  if (forgotten > 0) await database.query(closeLanes);
  return forgotten;
};

/** Does so each hour. */
export class Retention extends Rounds {
  constructor(private readonly database: Database) {
    super(new Logger('retention'));
  }

  protected async round(): Promise<number> {
    await forgetOld(this.database);
    return hour;
  }
}
