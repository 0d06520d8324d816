import {
  ActUndone,
  AttentionRaised,
  AttentionSettled,
  type CatalogueChanged,
  TicketCancelled,
  TicketClosed,
  TicketLinked,
  TicketResolved,
  TicketUnlinked,
  TicketUnmerged,
  type EventOf,
} from '@tierline/contracts';
import type { Batch } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import type { KnownChange } from './store.ts';

const ofAttention: readonly string[] = [
  AttentionRaised.type,
  AttentionSettled.type,
  TicketResolved.type,
  TicketClosed.type,
  TicketCancelled.type,
  ActUndone.type,
  TicketUnmerged.type,
];
const ofLinks: readonly string[] = [TicketLinked.type, TicketUnlinked.type];

const touchedBy = (changes: readonly KnownChange[], types: readonly string[]) =>
  changes.filter(({ folded }) => folded.some(({ fact }) => types.includes(fact.type)));

const keys = (changes: readonly KnownChange[]) => [changes.map(({ tenant }) => tenant), changes.map(({ id }) => id)];

const saveAttention = (tx: Transaction, changes: readonly KnownChange[]): void => {
  const rows = changes.flatMap(({ tenant, id, state }) =>
    state.beside.attention.map((one) => ({ tenant_id: tenant, ticket_id: id, ...one })),
  );
  tx.write(
    `WITH wanted AS (
       SELECT * FROM jsonb_to_recordset($1::jsonb)
         AS r(tenant_id text, ticket_id uuid, reason text, since timestamptz, detail text)
     ), unwanted AS (
       DELETE FROM attention a USING unnest($2::text[], $3::uuid[]) AS saved(tenant_id, ticket_id)
       WHERE a.tenant_id = saved.tenant_id AND a.ticket_id = saved.ticket_id AND NOT EXISTS (
         SELECT 1 FROM wanted w WHERE w.tenant_id = a.tenant_id AND w.ticket_id = a.ticket_id AND w.reason = a.reason)
     )
     INSERT INTO attention SELECT tenant_id, ticket_id, reason, since, detail FROM wanted
     ON CONFLICT (tenant_id, ticket_id, reason) DO UPDATE SET since = excluded.since, detail = excluded.detail`,
    [JSON.stringify(rows), ...keys(changes)],
  );
};

const saveLinks = (tx: Transaction, changes: readonly KnownChange[]): void => {
  const rows = changes.flatMap(({ tenant, id, state }) =>
    state.beside.links.map(({ kind, ticketId }) => ({ tenant_id: tenant, ticket_id: id, kind, other_id: ticketId })),
  );
  tx.write(
    `WITH wanted AS (
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS r(tenant_id text, ticket_id uuid, kind text, other_id uuid)
     ), unwanted AS (
       DELETE FROM link l USING unnest($2::text[], $3::uuid[]) AS saved(tenant_id, ticket_id)
       WHERE l.tenant_id = saved.tenant_id AND l.ticket_id = saved.ticket_id AND NOT EXISTS (
         SELECT 1 FROM wanted w WHERE w.tenant_id = l.tenant_id AND w.ticket_id = l.ticket_id AND w.kind = l.kind
           AND w.other_id = l.other_id)
     )
     INSERT INTO link SELECT tenant_id, ticket_id, kind, other_id FROM wanted ON CONFLICT DO NOTHING`,
    [JSON.stringify(rows), ...keys(changes)],
  );
};

/** Saves the rows beside the tickets that these changes touched; most touch none. */
export const saveBeside = (tx: Transaction, changes: readonly KnownChange[]): void => {
  const attended = touchedBy(changes, ofAttention);
  const linked = touchedBy(changes, ofLinks);
  if (attended.length > 0) saveAttention(tx, attended);
  if (linked.length > 0) saveLinks(tx, linked);
};

/** Keeps the runbook of each category, as the catalogue has it. */
export const runbooks: Batch<EventOf<typeof CatalogueChanged>> = {
  run: async (tx, events) => {
    const latest = new Map(events.map((event) => [`${event.tenant}/${event.data.category}`, event]));
    const rows = [...latest.values()].map(({ tenant, data }) => ({
      tenant_id: tenant,
      category: data.category,
      steps: data.runbook ?? [],
    }));
    await tx.query(
      `INSERT INTO runbook (tenant_id, category, steps)
       SELECT tenant_id, category, steps
       FROM jsonb_to_recordset($1::jsonb) AS r(tenant_id text, category text, steps jsonb) ORDER BY tenant_id, category
       ON CONFLICT (tenant_id, category) DO UPDATE SET steps = excluded.steps`,
      [JSON.stringify(rows)],
    );
  },
};
