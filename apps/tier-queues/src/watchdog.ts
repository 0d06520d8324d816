import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { restUntil, systemOrigin, type Relay } from '@tierline/messaging';
import type { Database, Transaction } from '@tierline/persistence';
import { Rounds } from '@tierline/service';
import {
  disarm,
  lockOrphans,
  look,
  noteUnmended,
  patience,
  rearm,
  slice,
  type Looked,
  type Orphan,
  type Place,
} from './orphans.ts';
import { sparing } from './sparing.ts';
import type { Tickets } from './tickets.ts';

/** Longer than any timer is late, in milliseconds. */
const forEver = 1_000_000_000_000;
/** Milliseconds between two tries to get the turn. */
const attempt = 1_000;
/** Milliseconds over which the rests of a round are spread: one over a million tickets takes XX s on two cores. */
const spread = 30_000;
/** The longest rest between two looks, in milliseconds. */
const longestRest = 100;
/** Milliseconds after which whoever has the turn says so again; it is lost after twenty seconds without a word. */
const beat = 2_000;

/** Rest after each look of a round at so many tickets, in milliseconds: people who work meanwhile must not notice it. */
const restAmong = (tickets: number): number => Math.min(longestRest, (spread * slice) / Math.max(tickets, slice));

type Tally = { tickets: number; found: number; mended: number };

/**
 * Looks at every open ticket, round after round, and mends those that nobody and nothing is going to move. One pod has
 * the turn at a time, by the database's clock; when it vanishes, another one takes it after twenty seconds.
 */
@Injectable()
export class Watchdog extends Rounds {
  private readonly holder = randomUUID();
  private readonly begun = performance.now();
  /** When it last said that it has the turn. */
  private said = -Infinity;

  constructor(
    private readonly database: Database,
    private readonly relay: Relay,
    private readonly tickets: Tickets,
    /** Milliseconds from the end of a round to the beginning of the next. */
    private readonly interval: number,
  ) {
    super(new Logger('watchdog'));
  }

  protected async round(signal: AbortSignal): Promise<number> {
    const turn = await this.takeTurn();
    if (turn) await this.lookAtAll(turn.tickets, signal).finally(() => this.giveUpTurn());
    return Math.min(attempt, this.interval);
  }

  /** The turn, with how many tickets the round before looked at; undefined: it is not this pod's. */
  private async takeTurn(): Promise<{ tickets: number } | undefined> {
    this.said = performance.now();
    const [turn] = await this.database.query<{ tickets: number }>(
      `UPDATE watchdog SET holder = $1, beat_at = now()
       WHERE (holder IS NULL AND coalesce(ended_at, '-infinity') <= now() - $2 * interval '1 ms')
         OR beat_at < now() - interval '20 s' AND holder IS NOT NULL RETURNING tickets::int AS tickets`,
      [this.holder, this.interval],
    );
    return turn;
  }

  private giveUpTurn(): Promise<unknown> {
    return this.database.query('UPDATE watchdog SET holder = NULL WHERE holder = $1', [this.holder]);
  }

  private async hasTurn(): Promise<boolean> {
    if (performance.now() - this.said < beat) return true;
    this.said = performance.now();
    const held = await this.database.query('UPDATE watchdog SET beat_at = now() WHERE holder = $1 RETURNING 1', [
      this.holder,
    ]);
    return held.length > 0;
  }

  private async lookAtAll(before: number, signal: AbortSignal): Promise<void> {
    const tally: Tally = { tickets: 0, found: 0, mended: 0 };
    let after: Place | null = null;
    do {
      if (signal.aborted || !(await this.hasTurn())) return;
      const { seen, last, orphans } = await this.lookAfter(after);
      tally.tickets += seen;
      tally.found += orphans.length;
      if (orphans.length > 0) tally.mended += await this.mend(orphans);
      after = seen < slice ? null : last;
      // There may be many more than before: the further it gets, the less it rests.
      if (after) await restUntil(restAmong(Math.max(before, 4 * tally.tickets)), signal);
    } while (after);
    // `ended_at` is that of the round before: what was not seen since is none of the unmended.
    await this.database.query(
      `WITH ended AS (UPDATE watchdog SET ended_at = now(), tickets = $2, found = $3, mended = $4 WHERE holder = $1)
       DELETE FROM unmended USING watchdog WHERE holder = $1 AND seen_at < ended_at`,
      [this.holder, tally.tickets, tally.found, tally.mended],
    );
  }

  private lookAfter(place: Place | null): Promise<Looked> {
    return this.database.inBackground((tx) => look(tx, place, this.patient()), 'by key', 'with the work');
  }

  /** After a standstill timers are late because nobody was there: those who fire them get their time first. */
  private patient(): number {
    return performance.now() - this.begun > patience ? patience : forEver;
  }

  /** Mends what is an orphan still, and notes the others; gives how many it mended. */
  private async mend(orphans: readonly Orphan[]): Promise<number> {
    const mended = await this.database.inBackground(async (tx) => {
      const locked = await lockOrphans(tx, orphans, this.patient());
      const done = await sparing(
        tx,
        locked,
        (some) => this.mendTogether(tx, some),
        ({ id, kind }, error) => this.log.error(new Error(`ticket ${id} (${kind}) cannot be mended`, { cause: error })),
      );
      const ids = new Set(done.flat());
      await noteUnmended(
        tx,
        orphans.filter(({ id }) => !ids.has(id)),
      );
      return ids.size;
    });
    if (mended > 0) this.relay.nudge();
    return mended;
  }

  private async mendTogether(tx: Transaction, orphans: readonly Orphan[]): Promise<string[]> {
    const timers = await disarm(tx, orphans);
    const results = await this.tickets.run(
      tx,
      orphans.map(({ tenant, id, kind }) => ({
        id,
        origin: systemOrigin(tenant, 'watchdog'),
        command: { type: 'mend', kind },
      })),
    );
    const mended = new Set(results.flatMap(({ id, events }) => (events.length > 0 ? [id] : [])));
    const left = timers.filter(({ ticketId }) => !mended.has(ticketId));
    if (left.length > 0) await rearm(tx, left);
    return [...mended];
  }
}
