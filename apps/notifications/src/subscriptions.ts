import { DomainError } from '@tierline/contracts';
import type { Commander } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import { checkRetry, checkRoom, type SubscriptionState } from './domain/subscription.ts';
import { subscriptionOf, type SubscriptionRow } from './queries.ts';
import { enqueue } from './store.ts';

/** What every command on a subscription answers. */
export type Commanded = { id: string; sequence: number; state: SubscriptionState | 'deleted' };

export type Wanted = { id: string; url: string; types: string[] | null; description: string | null; secret: string };

/** Stores a new subscription. Throws `too_many_subscriptions`. */
export const addSubscription = async (
  tx: Transaction,
  by: Commander,
  { id, url, types, description, secret }: Wanted,
): Promise<SubscriptionRow & { secret: string }> => {
  // Two at once could both find room for the last one.
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('subscriptions of ' || $1, 0))`, [by.tenant]);
  const [row] = await tx.query<{ count: string }>('SELECT count(*) AS count FROM subscription');
  checkRoom(Number(row?.count));
  await tx.query(
    `INSERT INTO subscription (id, tenant_id, url, types, description, secret, created_by, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, by.tenant, url, types, description, secret, by.actor, tx.now],
  );
  return { ...(await subscriptionOf(tx, id)), secret };
};

/** Deletes a subscription with all its deliveries. Throws `subscription_absent`. */
export const removeSubscription = async (tx: Transaction, id: string): Promise<Commanded> => {
  const { sequence } = await subscriptionOf(tx, id, 'FOR UPDATE');
  await tx.query('DELETE FROM subscription WHERE id = $1', [id]);
  return { id, sequence, state: 'deleted' };
};

/**
 * Enables a subscription: everything that waits, and what failed when it was disabled, goes out at once, in order,
 * with all tries before it again. On an enabled one it changes nothing. Throws `subscription_absent`.
 */
export const enableSubscription = async (tx: Transaction, id: string): Promise<Commanded> => {
  const { sequence, state, disabledAt } = await subscriptionOf(tx, id, 'FOR NO KEY UPDATE');
  if (state === 'enabled') return { id, sequence, state };
  await tx.query(
    `UPDATE subscription SET state = 'enabled', disabled_reason = NULL, disabled_at = NULL, failures = 0,
       rest_until = '-infinity' WHERE id = $1`,
    [id],
  );
  await tx.query(
    `WITH woken AS (
       UPDATE delivery SET state = 'waiting', step = 0, finished_at = NULL
       WHERE subscription_id = $1 AND channel = 'webhook'
         AND (state = 'waiting' OR (state = 'failed' AND finished_at >= $2))
       RETURNING stream, ticket_id, tenant_id, subscription_id
     )
     INSERT INTO lane (stream, ticket_id, tenant_id, subscription_id, next_attempt_at)
     SELECT DISTINCT stream, ticket_id, tenant_id, subscription_id, $3::timestamptz FROM woken ORDER BY stream, ticket_id
     ON CONFLICT (stream, ticket_id) DO UPDATE SET next_attempt_at = EXCLUDED.next_attempt_at`,
    [id, disabledAt, tx.now],
  );
  return { id, sequence, state: 'enabled' };
};

/**
 * Sends one delivery again, now, with all tries before it. Until it is through, later ones of its ticket wait.
 * Throws `subscription_absent`, `delivery_absent`, `subscription_disabled`.
 */
export const retryDelivery = async (tx: Transaction, id: string, deliveryId: string) => {
  const { sequence, state } = await subscriptionOf(tx, id, 'FOR NO KEY UPDATE');
  const rows = await tx.query(`SELECT 1 FROM delivery WHERE id = $1 AND subscription_id = $2 AND channel = 'webhook'`, [
    deliveryId,
    id,
  ]);
  if (rows.length === 0)
    throw new DomainError('delivery_absent', `Subscription ${id} has no delivery ${deliveryId}.`, 'absent');
  checkRetry(state);
  await tx.query(
    `WITH woken AS (
       UPDATE delivery SET state = 'waiting', step = 0, finished_at = NULL WHERE id = $1
       RETURNING stream, ticket_id, tenant_id, subscription_id
     )
     INSERT INTO lane (stream, ticket_id, tenant_id, subscription_id, next_attempt_at)
     SELECT stream, ticket_id, tenant_id, subscription_id, $2::timestamptz FROM woken
     ON CONFLICT (stream, ticket_id) DO UPDATE SET next_attempt_at = EXCLUDED.next_attempt_at`,
    [deliveryId, tx.now],
  );
  await tx.query(`UPDATE subscription SET rest_until = '-infinity' WHERE id = $1`, [id]);
  return { id, sequence, state, deliveryId };
};

const trialType = 'tierline.webhook.trial.v1';

/** Lets one trial event go to the target, once, also while the subscription is disabled. Throws `subscription_absent`. */
export const trySubscription = async (
  tx: Transaction,
  id: string,
  by: Commander,
  ids: { delivery: string; event: string },
) => {
  const { sequence, state } = await subscriptionOf(tx, id, 'FOR KEY SHARE');
  const body = {
    specversion: '1.0',
    id: ids.event,
    type: trialType,
    source: '/notifications',
    subject: id,
    time: tx.now,
    datacontenttype: 'application/json',
    tenant: by.tenant,
    actor: by.actor,
    data: { subscriptionId: id, message: 'A trial that somebody asked for. No ticket is behind it.' },
  };
  await enqueue(tx, [
    {
      id: ids.delivery,
      tenant_id: by.tenant,
      channel: 'test',
      stream: 'test',
      subscription_id: id,
      template: null,
      ticket_id: ids.delivery,
      event_id: ids.event,
      event_type: trialType,
      correlation_id: ids.event,
      body: JSON.stringify(body),
    },
  ]);
  return { id, sequence, state, deliveryId: ids.delivery };
};
