/** Lanes of a queue are named after it and `|`; `}` is the character that follows. See `laneOf`. */
export const isOfQueue = (lane: string, queue: string): string =>
  `${lane} >= ${queue} || '|' AND ${lane} < ${queue} || '}'`;

/**
 * The part `waiting(queue, lane)` of a recursive query: each lane of tenant $1 in which something waits, of the queues
 * that `source` names. It goes along the index, one step for each lane, however many tickets wait there; backwards,
 * since those who take tickets leave dead entries at the front of each lane until the table is cleaned.
 */
export const waitingLanes = `waiting AS (
    SELECT s.queue, first.lane FROM source s CROSS JOIN LATERAL (
      SELECT lane FROM ticket WHERE tenant_id = $1 AND state = 'QUEUED' AND ${isOfQueue('lane', 's.queue')}
      ORDER BY lane DESC LIMIT 1
    ) AS first
    UNION ALL
    SELECT w.queue, next.lane FROM waiting w CROSS JOIN LATERAL (
      SELECT lane FROM ticket WHERE tenant_id = $1 AND state = 'QUEUED'
        AND lane < w.lane AND ${isOfQueue('lane', 'w.queue')} ORDER BY lane DESC LIMIT 1
    ) AS next
  )`;
