import { DomainError } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import { besideView } from './beside-view.ts';
import type { Desk } from './domain/desk.ts';
import type { KnownTicket } from './domain/ticket.ts';
import type { Acquaintance } from './sight.ts';
import { dataFor } from './timeline.ts';
import { cursorValues, pageOf, rowColumns, type Listed, type Page, type TicketRow } from './queries.ts';

/** One entry of a ticket's timeline. */
export type Entry = {
  position: string;
  at: Date;
  /** What happened: `opened`, `routed`, `claimed`, `agent-replied`, `note-added`, `escalated` … */
  kind: string;
  actor: string;
  /** True when the requester may see it. */
  public: boolean;
  data: unknown;
};

const entryColumns = 'position::text AS position, at, kind, actor, public, data';

/** How many entries come with the ticket; earlier ones are asked for. */
const timelineLength = 200;

const requireTicket = async (tx: Transaction, tenant: string, id: string) => {
  const [row] = await tx.query<TicketRow & { body: KnownTicket }>(
    `SELECT ${rowColumns}, body FROM ticket WHERE tenant_id = $1 AND id = $2`,
    [tenant, id],
  );
  if (!row) throw new DomainError('ticket_absent', 'There is no such ticket.', 'absent');
  return row;
};

const entriesOf = async (
  tx: Transaction,
  tenant: string,
  id: string,
  { limit, after }: Page,
): Promise<Listed<Entry>> => {
  const [before] = after === undefined ? [null] : cursorValues(after, [/^\d{1,18}$/]);
  const rows = await tx.query<Entry>(
    `SELECT ${entryColumns} FROM entry WHERE tenant_id = $1 AND ticket_id = $2 AND position < coalesce($3::bigint, 9223372036854775807)
     ORDER BY entry.position DESC LIMIT $4`,
    [tenant, id, before, limit + 1],
  );
  return pageOf(rows, limit, ({ position }) => [position]);
};

const opening = async (tx: Transaction, tenant: string, id: string) => {
  const rows = await tx.query<Entry & { data: Record<string, unknown> }>(
    `SELECT ${entryColumns} FROM entry WHERE tenant_id = $1 AND ticket_id = $2 AND kind IN ('opened', 'escalated', 'returned')
     ORDER BY entry.position`,
    [tenant, id],
  );
  const handovers = rows.filter(({ kind }) => kind === 'escalated').map(({ at, data }) => ({ at, ...data }));
  const returns = rows.filter(({ kind }) => kind === 'returned').map(({ at, data }) => ({ at, ...data }));
  const opened = rows.find(({ kind }) => kind === 'opened')?.data;
  return {
    description: opened?.description ?? null,
    impact: opened?.impact ?? null,
    urgency: opened?.urgency ?? null,
    handovers: handovers.reverse(),
    returns: returns.reverse(),
  };
};

/** What the view looks at beside the ticket, and of whom its reader may know. */
type Reader = { readonly desk: Desk; readonly known: Acquaintance };

/**
 * A ticket, whole: what was opened, where it is, who has it, its hand-overs and returns newest first, the timers
 * that will move it, and its timeline, oldest first, with a cursor to what came earlier. Throws `ticket_absent`.
 */
export const ticketView = async (tx: Transaction, tenant: string, id: string, { desk, known }: Reader) => {
  const { body, ...row } = await requireTicket(tx, tenant, id);
  const { place, previous, lastOwner, channel, organisation, category, replied, requesterWroteAt } = body;
  const timers = await tx.query<{ kind: string; clock: string; due: Date }>(
    'SELECT kind, clock, due FROM timer WHERE tenant_id = $1 AND ticket_id = $2 ORDER BY due',
    [tenant, id],
  );
  const { items, next } = await entriesOf(tx, tenant, id, { limit: timelineLength });
  return {
    ...row,
    ...{ place, previous, lastOwner, channel, organisation, category, replied, requesterWroteAt },
    resolvedAt: 'resolvedAt' in body ? body.resolvedAt : null,
    closedAt: 'closedAt' in body ? body.closedAt : null,
    ...(await opening(tx, tenant, id)),
    ...(await besideView(tx, tenant, body, desk)),
    timers,
    timeline: items.toReversed().map((entry) => ({ ...entry, data: dataFor(known, entry.data) })),
    earlier: next,
  };
};
