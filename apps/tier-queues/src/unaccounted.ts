import type { EventOf, InboundUnaccounted } from '@tierline/contracts';
import type { Batch } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';

/** Keeps tickets that were opened and of which the desk should have told something. */
export const unaccounted: Batch<EventOf<typeof InboundUnaccounted>> = {
  run: async (tx, events) => {
    await tx.query(
      `INSERT INTO unaccounted (tenant_id, ticket_id, number, subject, opened_at)
       SELECT tenant_id, ticket_id, number, subject, opened_at
       FROM jsonb_to_recordset($1::jsonb)
         AS u(tenant_id text, ticket_id uuid, number bigint, subject text, opened_at timestamptz)
       ORDER BY tenant_id, ticket_id ON CONFLICT DO NOTHING`,
      [
        JSON.stringify(
          events.map(({ tenant, subject: ticketId, data: { number, subject, openedAt } }) => {
            return { tenant_id: tenant, ticket_id: ticketId, number, subject, opened_at: openedAt };
          }),
        ),
      ],
    );
  },
};

/** Tickets that were opened and never came here: as soon as one comes, it is accounted for. */
const missing = `FROM unaccounted u WHERE NOT EXISTS (
    SELECT FROM ticket t WHERE t.tenant_id = u.tenant_id AND t.id = u.ticket_id
  )`;

/** The tickets that were opened and are not here; of all tenants without one. */
export const countUnaccounted = async (tx: Pick<Transaction, 'query'>, tenant: string | null): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `SELECT count(*)::int AS n ${missing} AND ($1::text IS NULL OR u.tenant_id = $1)`,
    [tenant],
  );
  return row!.n;
};

/** A ticket that was opened and is not here, as a lead sees it among the orphans. */
export type UnaccountedRow = { id: string; number: number; reference: string; subject: string; kind: 'unaccounted' };

/** The tenant's tickets that were opened and are not here, the oldest first. */
export const unaccountedNow = (tx: Transaction, tenant: string, most: number): Promise<UnaccountedRow[]> =>
  tx.query<UnaccountedRow>(
    `SELECT u.ticket_id AS id, u.number::float8 AS number, 'T-' || u.number AS reference, u.subject,
       'unaccounted' AS kind ${missing} AND u.tenant_id = $1 ORDER BY u.opened_at, u.ticket_id LIMIT $2`,
    [tenant, most],
  );
