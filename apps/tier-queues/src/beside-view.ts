import type { RunbookStep } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import { bounceLimitIn, type Desk } from './domain/desk.ts';
import { currentHandover } from './domain/handing-over.ts';
import type { KnownTicket } from './domain/ticket.ts';
import { after } from './domain/time.ts';
import { undoTime } from './domain/undo.ts';

/** Another ticket as it is named beside this one. */
type Named = { id: string; number: number; subject: string; state: string };

const named = async (tx: Transaction, tenant: string, ids: readonly string[]): Promise<Map<string, Named>> => {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<Named>(
    `SELECT id, number::float8 AS number, subject, state FROM ticket WHERE tenant_id = $1 AND id = ANY($2::uuid[])`,
    [tenant, ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
};

const runbookOf = async (tx: Transaction, tenant: string, { category, beside }: KnownTicket) => {
  const [row] = await tx.query<{ steps: RunbookStep[] }>(
    'SELECT steps FROM runbook WHERE tenant_id = $1 AND category = $2',
    [tenant, category],
  );
  return (row?.steps ?? []).map(({ step, text }) => {
    const tick = beside.runbook.find((one) => one.step === step);
    return { step, text, result: tick?.result ?? null, by: tick?.by ?? null, at: tick?.at ?? null };
  });
};

/** Who can take what back, and until when; null: until somebody claims. */
const undoOf = ({ beside: { lastAct } }: KnownTicket) => {
  if (!lastAct || lastAct.since !== null || lastAct.act === 'release' || lastAct.act === 'start') return null;
  const { act, by, at } = lastAct;
  return { act, by, until: act === 'escalate' ? null : after(at, undoTime) };
};

/** What stands beside the ticket: relations, experts, hand-over, runbook, and what can be taken back. */
export const besideView = async (tx: Transaction, tenant: string, ticket: KnownTicket, desk: Desk) => {
  const { attention, swarm, held, links, parts, origin, offspring, major } = ticket.beside;
  const others = await named(
    tx,
    tenant,
    [...links, ...parts, ...offspring].map(({ ticketId }) => ticketId),
  );
  const shown = (ticketId: string) =>
    others.get(ticketId) ?? { id: ticketId, number: null, subject: null, state: null };
  const handover = currentHandover(ticket);
  return {
    attention,
    swarm,
    heldFor: held,
    links: links.map(({ kind, ticketId }) => ({ kind, ...shown(ticketId) })),
    parts: parts.map(({ ticketId, requesterId }) => ({ ...shown(ticketId), requesterId })),
    mergedInto: ticket.state === 'MERGED' ? ticket.into : null,
    origin,
    offspring: offspring.map(({ kind, ticketId }) => ({ kind, ...shown(ticketId) })),
    major: major && { ...major, armed: undefined, told: undefined },
    handover: handover && { ...handover, fields: undefined },
    runbook: await runbookOf(tx, tenant, ticket),
    undo: undoOf(ticket),
    bounceLimit: bounceLimitIn(desk, ticket.place?.tier ?? ''),
  };
};
