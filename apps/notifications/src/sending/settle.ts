import { SubscriptionDisabled } from '@tierline/contracts';
import { append, type Entry } from '@tierline/messaging';
import { together, type Database, type Transaction } from '@tierline/persistence';
import { decide, type Channel, type Outcome, type Verdict } from '../domain/delivery.ts';
import { stillHeld, type Claimed } from './claims.ts';
import { mailEntries, originOf } from './mail-events.ts';
import { judgeTargets } from './targets.ts';

/** A try with what came of it. */
export type Tried = { readonly claimed: Claimed; readonly outcome: Outcome; readonly chance: number };
/** … and what follows from it. */
export type Settled = Tried & { readonly verdict: Verdict };

export type Waits = Readonly<Record<Channel, readonly number[]>>;

const statusOf = (outcome: Outcome): number | null => ('status' in outcome ? (outcome.status ?? null) : null);

const writeDeliveries = (tx: Transaction, settled: readonly Settled[]): void => {
  const rows = settled.flatMap(({ claimed, outcome, verdict }) =>
    [claimed, ...claimed.along].map(({ id }) => ({
      id,
      state: verdict.state,
      tried: outcome.kind === 'unready' && verdict.state === 'waiting' ? 0 : 1,
      status: statusOf(outcome),
      error: verdict.state === 'sent' ? null : verdict.reason,
    })),
  );
  // Arrays, since the planner knows how long they are: it must not read all that waits to find these few.
  tx.write(
    `UPDATE delivery d SET state = r.state, attempts = attempts + tried, step = step + tried, last_status = r.status,
       last_error = r.error, last_attempt_at = CASE WHEN tried = 1 THEN $2::timestamptz ELSE last_attempt_at END,
       finished_at = CASE WHEN r.state = 'waiting' THEN NULL ELSE $2::timestamptz END
     FROM unnest($1::uuid[], $3::text[], $4::int[], $5::int[], $6::text[]) AS r(id, state, tried, status, error)
     WHERE d.id = r.id`,
    [
      rows.map(({ id }) => id),
      tx.now,
      rows.map(({ state }) => state),
      rows.map(({ tried }) => tried),
      rows.map(({ status }) => status),
      rows.map(({ error }) => error),
    ],
  );
};

/** Unlocks the lanes for their next delivery, and closes those in which nothing waits any more. */
const moveLanes = (tx: Transaction, settled: readonly Settled[]): void => {
  const streams = settled.map(({ claimed }) => claimed.stream);
  const tickets = settled.map(({ claimed }) => claimed.ticketId);
  // Asked for each lane by its key: as a join it would read all that waits to find these few.
  const waiting = `coalesce((
    SELECT true FROM delivery d WHERE d.stream = l.stream AND d.ticket_id = l.ticket_id AND d.state = 'waiting' LIMIT 1), false)`;
  tx.write(
    `UPDATE lane l SET next_attempt_at = r.next, locked_until = '-infinity', locked_by = NULL, awaited_person = r.awaited
     FROM unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::text[]) AS r(stream, ticket_id, next, awaited)
     WHERE l.stream = r.stream AND l.ticket_id = r.ticket_id AND ${waiting}`,
    [
      streams,
      tickets,
      settled.map(({ verdict }) => (verdict.state === 'waiting' ? verdict.nextAttemptAt : tx.now)),
      settled.map(({ claimed, outcome }) => (outcome.kind === 'unready' ? claimed.personId : null)),
    ],
  );
  tx.write(
    `DELETE FROM lane l USING unnest($1::text[], $2::uuid[]) AS r(stream, ticket_id)
     WHERE l.stream = r.stream AND l.ticket_id = r.ticket_id AND NOT ${waiting}`,
    [streams, tickets],
  );
};

/**
 * Writes down what came of claimed deliveries and what follows from it, in one transaction.
 * Leaves out those whose claim had run out. Gives true when there are events to send.
 */
export const settle = (database: Database, tried: readonly Tried[], waits: Waits): Promise<boolean> =>
  database.inBackground(
    async (tx) => {
      // Before the lanes, as a deletion locks them: the other way round the two could wait for each other.
      const subscriptions = tx.query(
        'SELECT 1 FROM subscription WHERE id = ANY($1::uuid[]) ORDER BY id FOR KEY SHARE',
        [tried.flatMap(({ claimed }) => claimed.subscriptionId ?? [])],
      );
      const claims = tried.map(({ claimed }) => claimed);
      const [, stillThere] = await together(subscriptions, stillHeld(tx, claims));
      const held = new Set(stillThere);
      const settled = tried
        .filter(({ claimed }) => held.has(claimed))
        .map((one): Settled => {
          const { channel, step, failuresOfTarget, createdAt } = one.claimed;
          const terms = { at: tx.now, chance: one.chance, waits: waits[channel] };
          const attempted = { channel, step, failuresOfTarget, createdAt: createdAt.toISOString() };
          return { ...one, verdict: decide(one.outcome, attempted, terms) };
        });
      if (settled.length === 0) return false;
      writeDeliveries(tx, settled);
      moveLanes(tx, settled);
      const disabled = await judgeTargets(tx, settled, waits.webhook);
      const entries = disabled.map(({ claimed, reason, sequence }): Entry => ({
        ...originOf(claimed),
        subject: claimed.subscriptionId!,
        sequence,
        fact: SubscriptionDisabled({ subscriptionId: claimed.subscriptionId!, reason }),
      }));
      entries.push(...(await mailEntries(tx, settled)));
      await append(tx, entries);
      return entries.length > 0;
    },
    'by key',
    'with the work',
  );
