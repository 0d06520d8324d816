import { NotificationFailed, NotificationSent, SubscriptionDisabled, type Fact } from '@tierline/contracts';
import { append, type Origin } from '@tierline/messaging';
import type { Database, Transaction } from '@tierline/persistence';
import { decide, restUntil, type Outcome, type Terms, type Verdict } from '../domain/delivery.ts';
import { holds, type Claimed } from './claims.ts';

/** After so many failures in a row a success means that the target was down and is back: what waits goes out at once. */
const outage = 5;

const statusOf = (outcome: Outcome): number | null => ('status' in outcome ? (outcome.status ?? null) : null);

const writeDelivery = async (tx: Transaction, { id }: Claimed, outcome: Outcome, verdict: Verdict): Promise<void> => {
  const tried = outcome.kind === 'unready' && verdict.state === 'waiting' ? 0 : 1;
  await tx.query(
    `UPDATE delivery SET state = $2, attempts = attempts + $3, step = step + $3, last_status = $4, last_error = $5,
       last_attempt_at = CASE WHEN $3 = 1 THEN $6::timestamptz ELSE last_attempt_at END,
       finished_at = CASE WHEN $2 = 'waiting' THEN NULL ELSE $6::timestamptz END
     WHERE id = $1`,
    [id, verdict.state, tried, statusOf(outcome), verdict.state === 'sent' ? null : verdict.reason, tx.now],
  );
};

/** Unlocks the lane for its next delivery, or closes it when nothing waits in it any more. */
const moveLane = async (tx: Transaction, claimed: Claimed, outcome: Outcome, verdict: Verdict): Promise<void> => {
  const lane = [claimed.stream, claimed.ticketId];
  const awaited = outcome.kind === 'unready' ? claimed.requesterId : null;
  const next = verdict.state === 'waiting' ? verdict.nextAttemptAt : tx.now;
  const unlocked = await tx.query(
    `UPDATE lane SET next_attempt_at = $3, locked_until = '-infinity', locked_by = NULL, awaited_person = $4
     WHERE stream = $1 AND ticket_id = $2
       AND EXISTS (SELECT 1 FROM delivery WHERE stream = $1 AND ticket_id = $2 AND state = 'waiting') RETURNING 1`,
    [...lane, next, awaited],
  );
  if (unlocked.length === 0) await tx.query(`DELETE FROM lane WHERE stream = $1 AND ticket_id = $2`, lane);
};

const originOf = ({ tenant, correlationId, eventId }: Claimed): Origin => ({
  tenant,
  actor: 'system:notifications',
  correlationId,
  causationId: eventId,
  traceparent: null,
});

const factOf = (claimed: Claimed, verdict: Verdict): Fact | null => {
  const { id: deliveryId, template, requesterId, attempts } = claimed;
  if (!template || !requesterId || verdict.state === 'waiting') return null;
  const mail = { deliveryId, template, personId: requesterId, attempts: attempts + 1 };
  return verdict.state === 'sent' ? NotificationSent(mail) : NotificationFailed({ ...mail, reason: verdict.reason });
};

const tellOfMail = async (tx: Transaction, claimed: Claimed, verdict: Verdict): Promise<void> => {
  const fact = factOf(claimed, verdict);
  if (!fact) return;
  const [row] = await tx.query<{ published: number }>(
    `UPDATE ticket SET published = published + 1 WHERE tenant_id = $1 AND ticket_id = $2 RETURNING published`,
    [claimed.tenant, claimed.ticketId],
  );
  await append(tx, [{ ...originOf(claimed), subject: claimed.ticketId, sequence: row!.published, fact }]);
};

const disable = async (tx: Transaction, claimed: Claimed, reason: string): Promise<void> => {
  const { subscriptionId } = claimed;
  const [row] = await tx.query<{ published: number }>(
    `UPDATE subscription SET state = 'disabled', disabled_reason = $2, disabled_at = $3, published = published + 1
     WHERE id = $1 AND state = 'enabled' RETURNING published`,
    [subscriptionId, reason, tx.now],
  );
  if (!row) return;
  const fact = SubscriptionDisabled({ subscriptionId: subscriptionId!, reason });
  await append(tx, [{ ...originOf(claimed), subject: subscriptionId!, sequence: row.published, fact }]);
};

/** Takes a target that answers out of its rest, or lets one that fails rest for longer. */
const judgeTarget = async (tx: Transaction, claimed: Claimed, verdict: Verdict, terms: Terms): Promise<void> => {
  const read = (lock: string) =>
    tx.query<{ failures: number }>(`SELECT failures FROM subscription WHERE id = $1 ${lock}`, [claimed.subscriptionId]);
  if (verdict.state === 'sent' && (await read(''))[0]?.failures === 0) return;
  const [target] = await read('FOR NO KEY UPDATE');
  if (!target) return;
  const failures = verdict.state === 'sent' ? 0 : target.failures + 1;
  const rest = failures === 0 ? '-infinity' : restUntil(failures, terms);
  await tx.query(`UPDATE subscription SET failures = $2, rest_until = $3 WHERE id = $1`, [
    claimed.subscriptionId,
    failures,
    rest,
  ]);
  if (failures === 0 && target.failures >= outage)
    await tx.query(`UPDATE lane SET next_attempt_at = $2 WHERE stream = $1 AND next_attempt_at > $2`, [
      claimed.stream,
      tx.now,
    ]);
  if (verdict.state === 'failed' && verdict.disables) await disable(tx, claimed, verdict.disables);
};

/**
 * Writes down what came of a claimed delivery and what follows from it, in one transaction.
 * Gives null, and writes nothing, when the claim had run out and somebody else took the delivery over.
 */
export const settle = (
  database: Database,
  claimed: Claimed,
  outcome: Outcome,
  { chance, waits }: Omit<Terms, 'at'>,
): Promise<Verdict | null> =>
  database.inBackground(async (tx) => {
    // Before the lane, as a deletion locks them: the other way round the two could wait for each other.
    if (claimed.subscriptionId)
      await tx.query('SELECT 1 FROM subscription WHERE id = $1 FOR KEY SHARE', [claimed.subscriptionId]);
    if (!(await holds(tx, claimed))) return null;
    const terms: Terms = { at: tx.now, chance, waits };
    const { channel, step, createdAt } = claimed;
    const verdict = decide(outcome, { channel, step, createdAt: createdAt.toISOString() }, terms);
    await writeDelivery(tx, claimed, outcome, verdict);
    await moveLane(tx, claimed, outcome, verdict);
    if (channel === 'webhook') await judgeTarget(tx, claimed, verdict, terms);
    if (channel === 'mail') await tellOfMail(tx, claimed, verdict);
    return verdict;
  });
