import { randomUUID } from 'node:crypto';
import type { MailTemplate } from '@tierline/contracts';
import type { Database, Transaction } from '@tierline/persistence';
import type { Channel } from '../domain/delivery.ts';

/** A delivery that goes along with another one. */
type Along = {
  readonly id: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly correlationId: string;
  readonly body: string;
  readonly attempts: number;
};

/** The first waiting delivery of a lane that this process holds for a while, with all that sending needs. */
export type Claimed = {
  readonly claim: string;
  readonly stream: string;
  readonly ticketId: string;
  readonly tenant: string;
  readonly id: string;
  readonly channel: Channel;
  readonly subscriptionId: string | null;
  readonly template: MailTemplate | null;
  readonly eventId: string;
  readonly eventType: string;
  readonly correlationId: string;
  readonly body: string | null;
  readonly step: number;
  readonly attempts: number;
  readonly createdAt: Date;
  readonly url: string | null;
  readonly secret: string | null;
  /** Tries in a row that its target refused before. */
  readonly failuresOfTarget: number;
  readonly ticketNumber: number | null;
  readonly ticketSubject: string | null;
  /** Who gets it: the requester, or somebody of the desk; null for webhooks. */
  readonly personId: string | null;
  readonly personKnown: boolean;
  readonly personName: string | null;
  readonly email: string | null;
  /** What waits in the lane behind it and goes along, in the same mail. */
  readonly along: readonly Along[];
};

/** How long a claim holds; well above the longest try. After that others may send the same again. */
const leaseSeconds = 60;

/** Notices beside the first that one mail carries at most. */
const mostAlong = 199;

/** How many deliveries of one stream go out at once; a target that failed last gets one at a time. */
const roomPerStream = 8;
/** The same for mails to requesters: those for the connections, and some to go on with. */
const roomForMails = 48;

/**
 * Streams with the fewest deliveries under way come first, so that busy targets do not starve the others.
 * A resting or disabled subscription has no stream at all: however much waits for it costs nothing here.
 */
const claimLanes = `
  WITH used AS (
    SELECT * FROM unnest($1::text[], $2::int[]) AS u(stream, count)
  ), stream AS (
    SELECT id::text AS stream, CASE WHEN failures > 0 THEN 1 ELSE ${roomPerStream} END AS room FROM subscription
    WHERE state = 'enabled' AND rest_until <= now()
    UNION ALL VALUES ('mail', ${roomForMails}), ('staff', ${roomPerStream}), ('test', 2)
  ), due AS (
    SELECT l.stream, l.ticket_id FROM stream s LEFT JOIN used u ON u.stream = s.stream
    CROSS JOIN LATERAL (
      SELECT stream, ticket_id, next_attempt_at FROM lane
      WHERE lane.stream = s.stream AND next_attempt_at <= now() AND locked_until <= now()
      ORDER BY next_attempt_at LIMIT greatest(0, s.room - coalesce(u.count, 0)) FOR UPDATE SKIP LOCKED
    ) l
    ORDER BY coalesce(u.count, 0), l.next_attempt_at LIMIT $3
  )
  UPDATE lane SET locked_until = now() + interval '${leaseSeconds} seconds', locked_by = $4
  FROM due WHERE lane.stream = due.stream AND lane.ticket_id = due.ticket_id
  RETURNING lane.stream, lane.ticket_id`;

const readHeads = `
  SELECT $3::uuid AS "claim", d.stream, d.ticket_id AS "ticketId", d.tenant_id AS "tenant", d.id, d.channel,
    d.subscription_id AS "subscriptionId", d.template, d.event_id AS "eventId", d.event_type AS "eventType",
    d.correlation_id AS "correlationId",
    d.body, d.step, d.attempts, d.created_at AS "createdAt", s.url, s.secret,
    coalesce(s.failures, 0) AS "failuresOfTarget", t.number AS "ticketNumber",
    t.subject AS "ticketSubject", coalesce(d.person_id, t.requester_id) AS "personId",
    p.person_id IS NOT NULL OR coalesce(a.email, m.email) IS NOT NULL AS "personKnown",
    coalesce(a.name, m.name, p.name) AS "personName", coalesce(a.email, m.email, p.email) AS email, CASE WHEN d.channel = 'staff' THEN ARRAY(
      SELECT jsonb_build_object('id', o.id, 'eventId', o.event_id, 'eventType', o.event_type,
        'correlationId', o.correlation_id, 'body', o.body, 'attempts', o.attempts) FROM delivery o
      WHERE o.stream = d.stream AND o.ticket_id = d.ticket_id AND o.state = 'waiting' AND o.place > d.place
      ORDER BY o.place LIMIT ${mostAlong}
    ) ELSE '{}' END AS along
  FROM unnest($1::text[], $2::uuid[]) AS l(stream, ticket_id)
  CROSS JOIN LATERAL (
    SELECT * FROM delivery WHERE delivery.stream = l.stream AND delivery.ticket_id = l.ticket_id AND state = 'waiting'
    ORDER BY place LIMIT 1
  ) d
  LEFT JOIN subscription s ON s.id = d.subscription_id
  LEFT JOIN ticket t ON d.channel = 'mail' AND t.tenant_id = d.tenant_id AND t.ticket_id = d.ticket_id
  LEFT JOIN agent_team a ON a.tenant_id = d.tenant_id AND a.agent_id = d.person_id
  LEFT JOIN management m ON m.tenant_id = d.tenant_id AND m.person_id = d.person_id
  LEFT JOIN person p ON p.tenant_id = d.tenant_id AND p.person_id = coalesce(d.person_id, t.requester_id)`;

/** Claims up to `room` due deliveries; `used` tells how many of each stream are under way here. */
export const claimDue = (
  database: Database,
  room: number,
  used: ReadonlyMap<string, number>,
): Promise<readonly Claimed[]> =>
  database.inBackground(
    async (tx) => {
      const claim = randomUUID();
      const lanes = await tx.query<{ stream: string; ticket_id: string }>(claimLanes, [
        [...used.keys()],
        [...used.values()],
        room,
        claim,
      ]);
      if (lanes.length === 0) return [];
      return tx.query<Claimed>(readHeads, [
        lanes.map(({ stream }) => stream),
        lanes.map(({ ticket_id }) => ticket_id),
        claim,
      ]);
    },
    'by key',
    'with the work',
  );

/** Locks the lanes of claims; gives the claims that still hold: others ran out, and somebody else took them over. */
export const stillHeld = async (tx: Transaction, claims: readonly Claimed[]): Promise<readonly Claimed[]> => {
  const rows = await tx.query<{ stream: string; ticket_id: string; locked_by: string | null }>(
    `SELECT stream, ticket_id, locked_by FROM lane
     WHERE (stream, ticket_id) IN (SELECT * FROM unnest($1::text[], $2::uuid[])) ORDER BY stream, ticket_id FOR UPDATE`,
    [claims.map(({ stream }) => stream), claims.map(({ ticketId }) => ticketId)],
  );
  const holders = new Map(rows.map(({ stream, ticket_id, locked_by }) => [`${stream} ${ticket_id}`, locked_by]));
  return claims.filter(({ stream, ticketId, claim }) => holders.get(`${stream} ${ticketId}`) === claim);
};

/** Gives a claim back untried. */
export const release = (database: Database, { stream, ticketId, claim }: Claimed): Promise<unknown> =>
  database.query(
    `UPDATE lane SET locked_until = '-infinity', locked_by = NULL WHERE stream = $1 AND ticket_id = $2 AND locked_by = $3`,
    [stream, ticketId, claim],
  );
