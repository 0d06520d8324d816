import type { AttentionReason } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import { openStates } from './domain/guards.ts';
import type { Sight } from './sight.ts';
import { cursorValues, moment, pageOf, rowColumns, uuid, type Listed, type Page, type TicketRow } from './queries.ts';

export type AttentionFilter = { readonly reason?: AttentionReason | undefined; readonly tier?: string | undefined };

/** A ticket that waits for a lead, with all reasons; `since` is the oldest of them. */
export type AttentionRow = TicketRow & {
  since: Date;
  reasons: { reason: AttentionReason; since: string; detail: string }[];
};

const open = openStates.map((state) => `'${state}'`).join(', ');

/** Open tickets in sight that a lead has to look at, the one that waits longest first. */
export const attentionList = async (
  tx: Transaction,
  tenant: string,
  { reason, tier }: AttentionFilter,
  { limit, after, queues }: Page & Sight,
): Promise<Listed<AttentionRow>> => {
  const [since, id] = after === undefined ? [null, null] : cursorValues(after, [moment, uuid]);
  const rows = await tx.query<AttentionRow>(
    `SELECT ${rowColumns}, a.since, a.reasons FROM (
       SELECT ticket_id, date_trunc('milliseconds', min(since)) AS since,
         jsonb_agg(jsonb_build_object('reason', reason, 'since', since, 'detail', detail) ORDER BY since) AS reasons,
         array_agg(reason) AS names
       FROM attention WHERE tenant_id = $1 GROUP BY ticket_id
     ) a JOIN ticket ON ticket.tenant_id = $1 AND ticket.id = a.ticket_id
     WHERE state IN (${open}) AND ($2::text IS NULL OR $2 = ANY(a.names)) AND ($3::text IS NULL OR tier = $3)
       AND ($4::timestamptz IS NULL OR (a.since, id) > ($4::timestamptz, $5::uuid))
       AND ($7::text[] IS NULL OR queue = ANY($7::text[]))
     ORDER BY a.since, id LIMIT $6`,
    [tenant, reason ?? null, tier ?? null, since, id, limit + 1, queues === 'all' ? null : queues],
  );
  return pageOf(rows, limit, (row) => [row.since, row.id]);
};
