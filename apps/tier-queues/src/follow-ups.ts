import type { Transaction } from '@tierline/persistence';
import type { FollowUp } from './domain/linking.ts';
import type { TicketWork } from './staff.ts';

const late: readonly string[] = ['requester-replied', 'requester-rejected', 'merged-reply'];

export const keyOf = ({ origin, id }: Pick<TicketWork, 'origin' | 'id'>): string => `${origin.tenant}/${id}`;

/** The tickets that follow closed ones in which requesters write, by the keys of those, oldest first. */
export const followUpsOf = async (
  tx: Transaction,
  work: readonly TicketWork[],
): Promise<ReadonlyMap<string, readonly FollowUp[]>> => {
  const written = work.filter((piece) => 'command' in piece && late.includes(piece.command.type));
  if (written.length === 0) return new Map();
  const rows = await tx.query<FollowUp & { key: string }>(
    `SELECT t.tenant_id || '/' || t.id AS key, f.id AS "ticketId", f.requester_id AS "requesterId", f.state
     FROM unnest($1::text[], $2::uuid[]) AS w(tenant_id, id) JOIN ticket t USING (tenant_id, id)
     CROSS JOIN LATERAL jsonb_array_elements(t.body->'beside'->'offspring') WITH ORDINALITY AS o(one, nth)
     JOIN ticket f ON f.tenant_id = t.tenant_id AND f.id = (o.one->>'ticketId')::uuid
     WHERE t.state = 'CLOSED' AND o.one->>'kind' = 'follow-up' ORDER BY o.nth`,
    [written.map(({ origin }) => origin.tenant), written.map(({ id }) => id)],
  );
  return Map.groupBy(rows, ({ key }) => key);
};
