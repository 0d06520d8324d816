import type { Caller } from '@tierline/auth';
import { DomainError } from '@tierline/contracts';
import { conflictUnless, originOf, type Commands } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import type { Doer } from './domain/command.ts';
import { openStates, requireLead } from './domain/guards.ts';
import { withRightsOver } from './domain/leading.ts';
import { lockTickets, unseenSince } from './looking.ts';
import { sees, sightOf, ticketAbsent, type Sight } from './sight.ts';
import type { TicketWork } from './staff.ts';
import { answerOf, outcomeOf, type TicketAnswer, type Tickets } from './tickets.ts';

/** Which tickets are to become children: those named, and open ones that match. */
export type Wanted = {
  readonly ids: readonly string[];
  readonly category?: string | undefined;
  readonly words?: string | undefined;
  readonly openedSince?: string | undefined;
};

type Adding = {
  readonly by: Caller;
  readonly doer: Doer;
  readonly id: string;
  /** The parent's sequence that the caller saw. */
  readonly expected?: number | undefined;
  readonly idempotency?: { readonly key: string; readonly body: unknown } | undefined;
};

/** Children that one command adds at most. */
const most = 500;

const open = openStates.map((state) => `'${state}'`).join(', ');

const matching = async (
  tx: Transaction,
  tenant: string,
  parent: string,
  wanted: Wanted,
  { queues }: Sight,
): Promise<string[]> => {
  const { category, words, openedSince } = wanted;
  if (category === undefined && words === undefined) return [];
  const rows = await tx.query<{ id: string }>(
    `SELECT id FROM ticket t WHERE tenant_id = $1 AND id <> $2 AND state IN (${open})
       AND ($3::text IS NULL OR body->>'category' = $3) AND ($4::text IS NULL OR subject ILIKE $4)
       AND ($5::timestamptz IS NULL OR opened_at >= $5) AND ($6::text[] IS NULL OR queue = ANY($6)) AND NOT EXISTS (
         SELECT 1 FROM link l WHERE l.tenant_id = t.tenant_id AND l.ticket_id = t.id AND l.kind = 'child-of')
     ORDER BY opened_at, id LIMIT ${most}`,
    [
      tenant,
      parent,
      category ?? null,
      words === undefined ? null : `%${words.replace(/[\\%_]/g, '\\$&')}%`,
      openedSince ?? null,
      queues === 'all' ? null : queues,
    ],
  );
  return rows.map(({ id }) => id);
};

/** The ticket and all above it: none of them may become its child. */
const ancestorsOf = async (tx: Transaction, tenant: string, id: string): Promise<Set<string>> => {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [`links/${tenant}`]);
  const rows = await tx.query<{ id: string }>(
    `WITH RECURSIVE above AS (
       SELECT $2::uuid AS id
       UNION
       SELECT l.other_id FROM link l JOIN above a ON l.ticket_id = a.id WHERE l.tenant_id = $1 AND l.kind = 'child-of'
     ) SELECT id FROM above`,
    [tenant, id],
  );
  return new Set(rows.map((row) => row.id));
};

type Named = { readonly tenant: string; readonly id: string };
type Seen = Named & { readonly expected: number | undefined };

const sequenceOf = async (tx: Transaction, { tenant, id }: Named): Promise<{ sequence: number }> => {
  const [row] = await tx.query<{ sequence: number }>('SELECT sequence FROM ticket WHERE tenant_id = $1 AND id = $2', [
    tenant,
    id,
  ]);
  return row!;
};

/** What happened to the ticket, locked, since the caller looked. Throws `changed_meanwhile` where that cannot be told. */
const unseenBy = async (tx: Transaction, seen: Seen) => {
  const { tenant, id, expected } = seen;
  if (expected === undefined) return [];
  const unseen = await unseenSince(tx, tenant, id, expected);
  if (unseen === null) conflictUnless(expected, await sequenceOf(tx, seen));
  return unseen ?? [];
};

/** Makes tickets children of one, as far as the rules allow each, and says what became of each. */
export const addChildren = (
  commands: Commands,
  tickets: Tickets,
  { by, doer, id, expected, idempotency }: Adding,
  wanted: Wanted,
): Promise<TicketAnswer> =>
  commands.within({ by, idempotency }, async (tx) => {
    const sight = await sightOf(tx, by);
    const above = await ancestorsOf(tx, by.tenant, id);
    const found = await matching(tx, by.tenant, id, wanted, sight);
    const ids = [...new Set([...wanted.ids.map((one) => one.toLowerCase()), ...found])].slice(0, most);
    const locked = await lockTickets(tx, by.tenant, [id, ...ids]);
    const others = new Map([...locked].filter(([, { place }]) => sees(sight, place?.queue ?? null)));
    const parent = others.get(id);
    if (!parent) throw ticketAbsent();
    const desk = await tickets.deskOf(tx, by.tenant);
    requireLead(parent, withRightsOver(parent, doer, desk, tx.now), 'make tickets its children');
    const unseen = await unseenBy(tx, { tenant: by.tenant, id, expected });
    const origin = originOf(by);
    const linking = ids.map((to): TicketWork => ({
      id,
      origin,
      command: { type: 'link', by: doer, id, kind: 'parent-of', to },
      looked: { others, closesCycle: above.has(to), unseen },
    }));
    const results = await tickets.runEach(tx, linking);
    const self = { ticketId: id, number: parent.number };
    const linked = ids.filter((_, index) => !(results[index] instanceof DomainError));
    await tickets.run(
      tx,
      linked.map((to): TicketWork => ({
        id: to,
        origin,
        command: { type: 'be-linked', by: doer, kind: 'child-of', to: self },
      })),
    );
    const children = ids.map((to, index) => outcomeOf(to, others.get(to)?.number ?? null, results[index]));
    const { sequence } = await sequenceOf(tx, { tenant: by.tenant, id });
    return { ...answerOf({ id, sequence, state: parent }), children };
  });
