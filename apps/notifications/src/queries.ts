import { DomainError } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import type { DeliveryState } from './domain/delivery.ts';
import type { SubscriptionState } from './domain/subscription.ts';

export type SubscriptionRow = {
  id: string;
  sequence: number;
  state: SubscriptionState;
  url: string;
  types: string[] | null;
  description: string | null;
  disabledReason: string | null;
  disabledAt: Date | null;
  createdBy: string;
  createdAt: Date;
};

const columns = `id, published AS sequence, state, url, types, description, disabled_reason AS "disabledReason",
  disabled_at AS "disabledAt", created_by AS "createdBy", created_at AS "createdAt"`;

/** One page of a list: its items, and where the next one begins; null at the end. */
export type Page<T> = { readonly items: readonly T[]; readonly next: string | null };

const pageOf = <T>(rows: readonly T[], limit: number, cursor: (row: T) => string): Page<T> => {
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? cursor(items.at(-1)!) : null };
};

type SubscriptionFilter = { state?: SubscriptionState | undefined; limit: number; after?: string | undefined };

/** The tenant's subscriptions, newest first, with what waits and failed in each. */
export const listSubscriptions = async (
  tx: Transaction,
  { state, limit, after }: SubscriptionFilter,
): Promise<Page<SubscriptionRow>> => {
  const rows = await tx.query<SubscriptionRow>(
    `SELECT ${columns} FROM subscription
     WHERE ($1::text IS NULL OR state = $1) AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
    [state ?? null, after ?? null, limit + 1],
  );
  return pageOf(rows, limit, ({ id }) => id);
};

const absent = (id: string) => new DomainError('subscription_absent', `There is no subscription ${id}.`, 'absent');

/** One subscription of the tenant. Throws `subscription_absent`. */
export const subscriptionOf = async (tx: Transaction, id: string, lock = ''): Promise<SubscriptionRow> => {
  const [row] = await tx.query<SubscriptionRow>(`SELECT ${columns} FROM subscription WHERE id = $1 ${lock}`, [id]);
  if (!row) throw absent(id);
  return row;
};

export type DeliveryRow = {
  id: string;
  channel: 'webhook' | 'test';
  eventId: string;
  type: string;
  ticketId: string | null;
  state: DeliveryState;
  attempts: number;
  lastStatus: number | null;
  lastError: string | null;
  lastAttemptAt: Date | null;
  /** Null when it is done, waits behind an earlier one of its ticket, or its subscription is disabled. */
  nextAttemptAt: Date | null;
  createdAt: Date;
  finishedAt: Date | null;
};

type DeliveryFilter = { state?: DeliveryState | undefined; limit: number; after?: string | undefined };

/** Deliveries of a subscription, newest first. Throws `subscription_absent`. */
export const listDeliveries = async (
  tx: Transaction,
  id: string,
  { state, limit, after }: DeliveryFilter,
): Promise<Page<DeliveryRow>> => {
  const subscription = await subscriptionOf(tx, id);
  const rows = await tx.query<DeliveryRow & { place: string }>(
    `SELECT d.place, d.id, d.channel, d.event_id AS "eventId", d.event_type AS type,
       CASE WHEN d.channel = 'webhook' THEN d.ticket_id END AS "ticketId", d.state, d.attempts,
       d.last_status AS "lastStatus", d.last_error AS "lastError", d.last_attempt_at AS "lastAttemptAt",
       CASE WHEN d.state = 'waiting' AND ($5 OR d.channel = 'test') AND NOT EXISTS (
         SELECT 1 FROM delivery e
         WHERE e.stream = d.stream AND e.ticket_id = d.ticket_id AND e.state = 'waiting' AND e.place < d.place
       ) THEN l.next_attempt_at END AS "nextAttemptAt",
       d.created_at AS "createdAt", d.finished_at AS "finishedAt"
     FROM delivery d LEFT JOIN lane l ON l.stream = d.stream AND l.ticket_id = d.ticket_id
     WHERE d.subscription_id = $1 AND ($2::text IS NULL OR d.state = $2) AND ($3::bigint IS NULL OR d.place < $3)
     ORDER BY d.place DESC LIMIT $4`,
    [id, state ?? null, after ?? null, limit + 1, subscription.state === 'enabled'],
  );
  const { items, next } = pageOf(rows, limit, ({ place }) => place);
  return { items: items.map(({ place: _place, ...item }) => item), next };
};

/** How many deliveries there are of each channel and state; those sent: of the last 24 hours. */
export const countDeliveries = `
  SELECT channel, state, count(*) AS count FROM delivery WHERE state = 'waiting' GROUP BY channel, state
  UNION ALL
  SELECT channel, state, count(*) AS count FROM delivery
  WHERE finished_at > now() - interval '24 hours' AND state <> 'waiting' GROUP BY channel, state`;
