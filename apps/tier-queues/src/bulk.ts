import type { Caller } from '@tierline/auth';
import { DomainError } from '@tierline/contracts';
import type { Commands } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import type { AgentAct } from './domain/command.ts';
import { childrenInSight, sees, sightOf, ticketAbsent } from './sight.ts';
import { outcomeOf, type Outcome, type TicketAnswer, type Tickets } from './tickets.ts';

/** Tickets that one request concerns at most. */
export const mostTickets = 500;

/** Tickets by id, each with the sequence that the caller saw, or the children of one. */
export type Wanted = {
  readonly tickets: readonly { readonly id: string; readonly sequence?: number | undefined }[];
  readonly childrenOf?: string | undefined;
};

type Asking = {
  readonly by: Caller;
  /** What is to be done with the ticket of this id. */
  readonly act: (id: string) => AgentAct;
  readonly idempotency?: { readonly key: string; readonly body: unknown } | undefined;
};

/** What became of one ticket, and how it is now where the act was done. */
export type BulkOutcome = Outcome & { readonly ticket: TicketAnswer | null };

/** `number` is null for a ticket that is not there, or not to be seen. */
type Concerned = { readonly id: string; readonly number: number | null; readonly sequence?: number | undefined };

type Found = { id: string; number: number; queue: string | null };

const namedIn = async (tx: Transaction, by: Caller, { tickets }: Wanted): Promise<Concerned[]> => {
  const sight = await sightOf(tx, by);
  const found = await tx.query<Found>(
    'SELECT id, number::float8 AS number, queue FROM ticket WHERE tenant_id = $1 AND id = ANY($2::uuid[])',
    [by.tenant, tickets.map(({ id }) => id)],
  );
  const seen = new Map(found.filter(({ queue }) => sees(sight, queue)).map(({ id, number }) => [id, number]));
  return tickets.map((ticket) => ({ ...ticket, number: seen.get(ticket.id) ?? null }));
};

const childrenIn = async (tx: Transaction, by: Caller, id: string): Promise<Concerned[]> => {
  const [parent] = await namedIn(tx, by, { tickets: [{ id }] });
  if (parent!.number === null) throw ticketAbsent();
  const children = await childrenInSight(tx, by, id);
  if (children.length <= mostTickets) return children;
  const detail = `The ticket has ${children.length} children; name at most ${mostTickets} of them in \`tickets\`.`;
  throw new DomainError('too_many_children', detail);
};

/** What a rule said no with, or what was done. */
const settled = async (asked: Promise<TicketAnswer>): Promise<TicketAnswer | DomainError> => {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
};

/**
 * Does the same with each of these tickets, one after the other, each in a transaction of its own as if it had been asked
 * for alone, and says what became of each, in their order. Under a key, the first request settles which tickets they are;
 * a repeat does what that one was kept from doing, and answers the rest as it was answered.
 * Throws `ticket_absent` without the parent, `too_many_children`, and what `Tickets.request` throws beside refusals.
 */
export const actOnEach = async (
  commands: Commands,
  tickets: Tickets,
  { by, act, idempotency }: Asking,
  wanted: Wanted,
): Promise<BulkOutcome[]> => {
  const { childrenOf } = wanted;
  const concerned = await commands.within({ by, idempotency }, (tx) =>
    childrenOf === undefined ? namedIn(tx, by, wanted) : childrenIn(tx, by, childrenOf),
  );
  const outcomes: BulkOutcome[] = [];
  for (const { id, number, sequence: expected } of concerned) {
    const own = idempotency && { key: `${idempotency.key}/${id}`, body: idempotency.body };
    const result = await settled(tickets.request({ by, id, act: act(id), expected, idempotency: own }));
    outcomes.push({ ...outcomeOf(id, number, result), ticket: result instanceof DomainError ? null : result });
  }
  return outcomes;
};
