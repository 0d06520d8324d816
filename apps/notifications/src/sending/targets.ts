import type { Transaction } from '@tierline/persistence';
import { restUntil } from '../domain/delivery.ts';
import type { Claimed } from './claims.ts';
import type { Settled } from './settle.ts';

/** After so many failures in a row a success means that the target was down and is back: what waits goes out at once. */
const outage = 5;

/** A subscription that a delivery switched off, with its place among the events about the subscription. */
export type Disabled = { readonly claimed: Claimed; readonly reason: string; readonly sequence: number };

const failuresOf = async (tx: Transaction, id: string, lock = ''): Promise<number | undefined> => {
  const sql = `SELECT failures FROM subscription WHERE id = $1 ${lock}`;
  return (await tx.query<{ failures: number }>(sql, [id]))[0]?.failures;
};

/** Takes a target that answers out of its rest, or lets one that fails rest for longer. */
const judge = async (
  tx: Transaction,
  id: string,
  tries: readonly Settled[],
  waits: readonly number[],
): Promise<void> => {
  const hasFailed = tries.some(({ verdict }) => verdict.state !== 'sent');
  if (!hasFailed && (await failuresOf(tx, id)) === 0) return;
  const before = (await failuresOf(tx, id, 'FOR NO KEY UPDATE')) ?? 0;
  const answered = tries.some(({ verdict }) => verdict.state === 'sent');
  // What was under way together meets the same outage, which counts once.
  const failures = tries.at(-1)!.verdict.state === 'sent' ? 0 : (answered ? 0 : before) + 1;
  const rest = failures === 0 ? null : restUntil(failures, { at: tx.now, chance: tries[0]!.chance, waits });
  await tx.query(
    `UPDATE subscription SET failures = $2, rest_until = coalesce($3::timestamptz, '-infinity') WHERE id = $1`,
    [id, failures, rest],
  );
  if (answered && before >= outage)
    await tx.query(`UPDATE lane SET next_attempt_at = $2 WHERE subscription_id = $1 AND next_attempt_at > $2`, [
      id,
      tx.now,
    ]);
};

const disable = async (tx: Transaction, { claimed, verdict }: Settled): Promise<Disabled | null> => {
  if (verdict.state !== 'failed' || !verdict.disables) return null;
  const [row] = await tx.query<{ published: number }>(
    `UPDATE subscription SET state = 'disabled', disabled_reason = $2, disabled_at = $3, published = published + 1
     WHERE id = $1 AND state = 'enabled' RETURNING published`,
    [claimed.subscriptionId, verdict.disables, tx.now],
  );
  return row ? { claimed, reason: verdict.disables, sequence: row.published } : null;
};

/** What follows for the targets of webhooks: rest, the end of a rest, or their end. Gives those that were disabled. */
export const judgeTargets = async (
  tx: Transaction,
  settled: readonly Settled[],
  waits: readonly number[],
): Promise<Disabled[]> => {
  const webhooks = settled.filter(({ claimed }) => claimed.channel === 'webhook');
  const byTarget = Map.groupBy(webhooks, ({ claimed }) => claimed.subscriptionId!);
  const disabled: Disabled[] = [];
  // In one order everywhere, so that two processes do not wait for each other.
  for (const id of [...byTarget.keys()].toSorted()) {
    const tries = byTarget.get(id)!;
    await judge(tx, id, tries, waits);
    for (const one of tries) {
      const off = await disable(tx, one);
      if (off) disabled.push(off);
    }
  }
  return disabled;
};
