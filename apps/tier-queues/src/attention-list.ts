import type { AttentionReason } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import { openStates } from './domain/guards.ts';
import type { Sight } from './sight.ts';
import { cursorValues, moment, pageOf, rowColumns, uuid, type Listed, type Page, type TicketRow } from './queries.ts';

export type AttentionFilter = {
  readonly reason?: AttentionReason | undefined;
  readonly tier?: string | undefined;
  /** Those alone that the reader may decide. */
  readonly mine?: boolean | undefined;
};

/** Who reads: what he or she sees, and which teams he or she leads at this moment. */
type Reader = Sight & { readonly led: readonly string[] | 'all' };

/** A ticket that waits for a lead, with all reasons; `since` is the oldest of them. */
export type AttentionRow = TicketRow & {
  since: Date;
  reasons: { reason: AttentionReason; since: string; detail: string }[];
  /** The reader may decide what becomes of it. */
  mine: boolean;
};

/** The team whose leads decide: that of the queue as it is today, between two queues that of the last one. */
const teamInCharge = `coalesce((SELECT q.team FROM queue q WHERE q.tenant_id = $1 AND q.queue = ticket.queue),
  team, body->'previous'->-1->>'team')`;
const isMine = `($8::text[] IS NULL OR coalesce(${teamInCharge} = ANY($8), false))`;

const open = openStates.map((state) => `'${state}'`).join(', ');

/** Open tickets in sight that a lead has to look at, the one that waits longest first. */
export const attentionList = async (
  tx: Transaction,
  tenant: string,
  { reason, tier, mine = false }: AttentionFilter,
  { limit, after, queues, led }: Page & Reader,
): Promise<Listed<AttentionRow>> => {
  const [since, id] = after === undefined ? [null, null] : cursorValues(after, [moment, uuid]);
  const rows = await tx.query<AttentionRow>(
    `SELECT ${rowColumns}, a.since, a.reasons, ${isMine} AS mine FROM (
       SELECT ticket_id, date_trunc('milliseconds', min(since)) AS since,
         jsonb_agg(jsonb_build_object('reason', reason, 'since', since, 'detail', detail) ORDER BY since) AS reasons,
         array_agg(reason) AS names
       FROM attention WHERE tenant_id = $1 GROUP BY ticket_id
     ) a JOIN ticket ON ticket.tenant_id = $1 AND ticket.id = a.ticket_id
     WHERE state IN (${open}) AND ($2::text IS NULL OR $2 = ANY(a.names)) AND ($3::text IS NULL OR tier = $3)
       AND ($4::timestamptz IS NULL OR (a.since, id) > ($4::timestamptz, $5::uuid))
       AND ($7::text[] IS NULL OR queue = ANY($7::text[])) AND (NOT $9::boolean OR ${isMine})
     ORDER BY a.since, id LIMIT $6`,
    [
      tenant,
      reason ?? null,
      tier ?? null,
      since,
      id,
      limit + 1,
      queues === 'all' ? null : queues,
      led === 'all' ? null : led,
      mine,
    ],
  );
  return pageOf(rows, limit, (row) => [row.since, row.id]);
};
