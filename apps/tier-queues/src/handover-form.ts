import { DomainError, type Handover, type HandoverField } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import { placeOf, type Desk, type Place, type Tier } from './domain/desk.ts';
import { placeNow } from './domain/guards.ts';
import { needsHandover } from './domain/handing-over.ts';
import { missingUnder, templateIn } from './domain/handover.ts';
import type { KnownTicket } from './domain/ticket.ts';

/** Where a prefilled value comes from. */
type Source = 'opening' | 'runbook' | 'notes' | 'earlier-hand-over' | 'vendor';
type Known = { readonly [field in HandoverField]?: { readonly value: Handover[field]; readonly source: Source } };

type EntryRow = { kind: string; data: Record<string, unknown> };

const storyOf = (tx: Transaction, tenant: string, id: string) =>
  tx.query<EntryRow>(
    `SELECT kind, data FROM entry WHERE tenant_id = $1 AND ticket_id = $2
       AND (kind IN ('opened', 'escalated', 'answered-by-vendor') OR (kind = 'note-added' AND data->>'text' LIKE '!%'))
     ORDER BY entry.position`,
    [tenant, id],
  );

/** A note `! step -> result` is a step that was tried. */
const triedIn = (note: string): { step: string; result: string } => {
  const [step, ...result] = note.slice(1).split(/->|→/);
  return { step: step!.trim(), result: result.join('->').trim() || 'no result noted' };
};

const mostSteps = 100;

const triedOf = (ticket: KnownTicket, story: readonly EntryRow[], before: Handover): Known => {
  const ticks = ticket.beside.runbook.map(({ text, result }) => ({ step: text, result }));
  const notes = story.filter(({ kind }) => kind === 'note-added').map(({ data }) => triedIn(String(data.text)));
  const steps = [...(before.tried ?? []), ...ticks, ...notes.filter(({ step }) => step !== '')];
  const distinct = [...new Map(steps.map((one) => [one.step, one])).values()].slice(-mostSteps);
  if (distinct.length === 0) return {};
  const source = ticks.length > 0 ? 'runbook' : notes.length > 0 ? 'notes' : 'earlier-hand-over';
  return { tried: { value: distinct, source } };
};

const openingOf = (ticket: KnownTicket, story: readonly EntryRow[]): Known => {
  const opened = story.find(({ kind }) => kind === 'opened')?.data;
  if (!opened) return {};
  const { requesterId, organisation, channel, subject } = ticket;
  const people = organisation === null ? requesterId : `${requesterId}, ${organisation}`;
  return {
    symptom: { value: `${subject}\n${String(opened.description)}`, source: 'opening' },
    affected: { value: `${people}; impact ${String(opened.impact)}`, source: 'opening' },
    reach: { value: `${requesterId}, by a reply in the ticket (opened by ${channel})`, source: 'opening' },
  };
};

/** What is known without asking anybody: the opening, what was tried, and the hand-over before this one. */
const known = (ticket: KnownTicket, story: readonly EntryRow[]): Known => {
  const last = story.findLast(({ kind }) => kind === 'escalated')?.data.handover;
  const before = (last ?? {}) as Handover;
  const { asked: _, tried: __, ...lasting } = before;
  const kept = Object.fromEntries(
    Object.entries(lasting).map(([field, value]) => [field, { value, source: 'earlier-hand-over' }]),
  ) as Known;
  const answer = story.findLast(({ kind, data }) => kind === 'answered-by-vendor' && data.vendor !== null)?.data;
  const vendor = answer?.vendor as string | undefined;
  return {
    ...openingOf(ticket, story),
    ...(vendor === undefined ? {} : { vendor: { value: vendor, source: 'vendor' } as const }),
    ...kept,
    ...triedOf(ticket, story, before),
  };
};

const tierNamed = (desk: Desk, tier: string, from: Place): Tier => {
  const refuse = (code: string, message: string): never => {
    throw new DomainError(code, `to: ${message}.`, 'refused', { fields: [{ path: 'to', message }] });
  };
  const found = desk.tiers.get(tier) ?? refuse('tier_absent', `there is no tier ${tier}`);
  return found.rank > from.rank ? found : refuse('tier_not_higher', `${tier} is not above ${from.tier}`);
};

type Asked = { readonly tier: string; readonly queue?: string | undefined; readonly agentId: string };

/**
 * The form of a hand-over to a higher tier: its fields, each prefilled with what is known and where from, and what is
 * still missing. `needed` is false where the same people work in both. Throws `ticket_absent`, `between_queues`,
 * `tier_absent`, `tier_not_higher`.
 */
export const handoverForm = async (tx: Transaction, tenant: string, id: string, desk: Desk, asked: Asked) => {
  const [row] = await tx.query<{ body: KnownTicket; sequence: number; teams: string[] | null }>(
    `SELECT t.body, t.sequence, a.teams FROM ticket t
     LEFT JOIN agent a ON a.tenant_id = t.tenant_id AND a.agent_id = $3 WHERE t.tenant_id = $1 AND t.id = $2`,
    [tenant, id, asked.agentId],
  );
  if (!row) throw new DomainError('ticket_absent', 'There is no such ticket.', 'absent');
  const ticket = row.body;
  const at = placeNow(ticket);
  const from = placeOf(desk, at.queue) ?? at;
  const tier = tierNamed(desk, asked.tier, from);
  const by = { agentId: asked.agentId, lead: false };
  const around = { desk, teams: new Map([[asked.agentId, row.teams ?? []]]) };
  const values = known(ticket, await storyOf(tx, tenant, id));
  const template = templateIn(desk, from, tier);
  const handover = Object.fromEntries(Object.entries(values).map(([field, { value }]) => [field, value])) as Handover;
  const missing = missingUnder(desk, from, tier, handover);
  const required = template.filter((field) => field.required).length;
  return {
    ticketId: id,
    sequence: row.sequence,
    from,
    to: { tier: tier.tier, name: tier.name, rank: tier.rank, queue: asked.queue ?? null },
    needed: needsHandover(from, { tier, queue: asked.queue ?? null }, by, around),
    fields: template.map((field) => ({
      ...field,
      value: values[field.field]?.value ?? null,
      source: values[field.field]?.source ?? null,
    })),
    missing,
    completeness: { required, ready: required - missing.length },
  };
};
