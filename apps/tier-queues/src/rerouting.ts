import type { Caller } from '@tierline/auth';
import { DomainError } from '@tierline/contracts';
import { originOf, type Commands } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import type { AgentAct, Doer } from './domain/command.ts';
import { sees, sightOf, type Sight } from './sight.ts';
import type { Outcome, Tickets } from './tickets.ts';

/** Which waiting tickets are to be routed again: those named, and those that match. */
export type Wanted = {
  readonly ids: readonly string[];
  readonly queue?: string | undefined;
  readonly category?: string | undefined;
};

type Asking = {
  readonly by: Caller;
  readonly doer: Doer;
  readonly reason: string;
  readonly idempotency?: { readonly key: string; readonly body: unknown } | undefined;
};

/** Tickets that one command asks for at most. */
const most = 500;

type Found = { id: string; queue: string | null };

/** Those named, wherever they stand, then those that wait and match, the longest wait first. */
const matching = async (tx: Transaction, tenant: string, { ids, queue, category }: Wanted): Promise<Found[]> => {
  const named = await tx.query<Found>('SELECT id, queue FROM ticket WHERE tenant_id = $1 AND id = ANY($2::uuid[])', [
    tenant,
    ids,
  ]);
  if (queue === undefined && category === undefined) return named;
  const waiting = await tx.query<Found>(
    `SELECT id, queue FROM ticket WHERE tenant_id = $1 AND state = 'QUEUED' AND queue IS NOT NULL
       AND ($2::text IS NULL OR queue = $2) AND ($3::text IS NULL OR category = $3)
     ORDER BY queued_at, id LIMIT ${most}`,
    [tenant, queue ?? null, category ?? null],
  );
  return [...named, ...waiting];
};

/** The ids in sight, each once. Throws `ticket_absent` when one that is named is not among them. */
const idsOf = (found: readonly Found[], named: readonly string[], sight: Sight): string[] => {
  const seen = new Set(found.filter(({ queue }) => sees(sight, queue)).map(({ id }) => id));
  const message = 'there is no such ticket';
  const fields = named.flatMap((id, index) => (seen.has(id) ? [] : [{ path: `ids.${index}`, message }]));
  if (fields.length > 0)
    throw new DomainError('ticket_absent', `${fields[0]!.path}: ${message}.`, 'absent', { fields });
  return [...seen].slice(0, most);
};

/** Asks for new routes of waiting tickets, as far as the rules allow each, and says what became of each. */
export const askRoutes = (
  commands: Commands,
  tickets: Tickets,
  { by, doer, reason, idempotency }: Asking,
  wanted: Wanted,
): Promise<{ tickets: Outcome[] }> =>
  commands.within({ by, idempotency }, async (tx) => {
    const found = await matching(tx, by.tenant, wanted);
    const ids = idsOf(found, wanted.ids, await sightOf(tx, by));
    const act: AgentAct = { type: 'ask-route', by: doer, reason };
    const pieces = ids.map((id) => ({ id, command: act }));
    return { tickets: await tickets.each(tx, originOf(by), pieces) };
  });
