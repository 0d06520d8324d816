import type { Caller } from '@tierline/auth';
import { DomainError } from '@tierline/contracts';
import {
  UnitOfWork,
  originOf,
  type Batch,
  type Commands,
  type Origin,
  type Result,
  type Task,
  type Work,
} from '@tierline/messaging';
import { together, type Transaction } from '@tierline/persistence';
import { claimNext } from './claim-next.ts';
import { counterpartsOf, forwarded, onChild, partsTold, type Counterpart } from './counterparts.ts';
import type { ChangedPart } from './desk-store.ts';
import { Desks } from './desks.ts';
import { rulesAmong } from './domain/carrying.ts';
import type { AgentAct, Command, Surroundings } from './domain/command.ts';
import type { Desk, Limits } from './domain/desk.ts';
import type { NotedFact, TicketFact } from './domain/facts.ts';
import type { FollowUp } from './domain/linking.ts';
import type { Ticket } from './domain/ticket.ts';
import { lookFor, unseenSince } from './looking.ts';
import { numbersOf } from './lookups.ts';
import { followUpsOf, keyOf } from './follow-ups.ts';
import { staffOf, type TicketWork } from './staff.ts';
import { childrenInSight, refuseUnseen } from './sight.ts';
import { ticketStore } from './store.ts';

export type TicketResult = Result<Ticket>;

/** One agent's request. */
export type AgentRequest = {
  readonly by: Caller;
  readonly id: string;
  readonly act: AgentAct;
  readonly expected?: number | undefined;
  readonly idempotency?: { readonly key: string; readonly body: unknown } | undefined;
  /** A reply or a solution goes to the children, too. */
  readonly withChildren?: boolean;
  /** What the answer says beside the ticket's new state; a repeat is answered the same. */
  readonly answer?: Partial<TicketAnswer>;
};

/** What became of one ticket where a command concerned several. */
export type Outcome = {
  readonly id: string;
  readonly number: number | null;
  readonly done: boolean;
  readonly code: string | null;
  readonly detail: string | null;
};

/** What an agent learns of a command. */
export type TicketAnswer = {
  readonly id: string;
  readonly sequence: number;
  readonly state: Ticket['state'];
  readonly queue: string | null;
  readonly owner: string | null;
  /** The children that it went to, as far as it was to go there. */
  readonly children?: readonly Outcome[];
  /** The ticket that will be opened. */
  readonly newTicketId?: string;
};

/** What became of the ticket with this id and number, by the result of its command or the refusal. */
export const outcomeOf = (id: string, number: number | null, result: object | undefined): Outcome => {
  const refusal = result instanceof DomainError ? result : null;
  return { id, number, done: refusal === null, code: refusal?.code ?? null, detail: refusal?.message ?? null };
};

export const answerOf = ({ id, sequence, state }: Pick<TicketResult, 'id' | 'sequence' | 'state'>): TicketAnswer => ({
  id,
  sequence,
  state: state.state,
  queue: state.state === 'ABSENT' ? null : (state.place?.queue ?? null),
  owner: state.state === 'ABSENT' ? null : state.owner,
});

/** All work on tickets, from HTTP, events and timers, goes through here: looked-up surroundings, then the rules. */
export class Tickets implements Batch<TicketWork> {
  private readonly desks: Desks;

  constructor(
    private readonly commands: Commands,
    limits: Limits,
  ) {
    this.desks = new Desks(limits);
  }

  /** Does the work in order, in one transaction, with the desks as they are in it. */
  async run(tx: Transaction, work: readonly TicketWork[]): Promise<TicketResult[]> {
    const { unit, pieces, followUps } = await this.prepared(tx, work);
    const results = await unit.run(tx, pieces);
    // What was written to merged or long closed tickets goes on to those that carry it.
    const onward = work.flatMap((piece, index) => forwarded(piece, results[index]!, followUps.get(keyOf(piece))));
    if (onward.length > 0) await this.run(tx, onward);
    return results;
  }

  /** Like `run`, but a refused piece falls out, with its error in its place. */
  async runEach(tx: Transaction, work: readonly TicketWork[]): Promise<(TicketResult | DomainError)[]> {
    const { unit, pieces } = await this.prepared(tx, work);
    return unit.runEach(tx, pieces);
  }

  private async prepared(tx: Transaction, work: readonly TicketWork[]) {
    const tenants = [...new Set(work.map(({ origin }) => origin.tenant))];
    // What brings along all that it looks at needs no further look.
    const open = work.filter(({ looked }) => !looked?.desk);
    const read =
      open.length > 0 ? await together(this.desks.read(tx, tenants), staffOf(tx, open), followUpsOf(tx, open)) : null;
    const followUps = read?.[2] ?? new Map<string, readonly FollowUp[]>();
    const desks = read?.[0] ?? new Map(work.map(({ origin, looked }) => [origin.tenant, looked!.desk!]));
    const staff = new Map(
      tenants.map((tenant) => [tenant, read?.[1](tenant) ?? { teams: new Map(), people: new Map() }]),
    );
    const around = new Map<string, Surroundings>(
      tenants.map((tenant) => [tenant, { desk: desks.get(tenant)!, ...staff.get(tenant)! }]),
    );
    const unit = new UnitOfWork<Ticket, Command, TicketFact, NotedFact>(
      rulesAmong([...staff.values()].map(({ people }) => people)),
      ticketStore(
        (tenant) => desks.get(tenant)!,
        work.flatMap(({ locked }) => locked ?? []),
      ),
    );
    const pieces = work.map((piece): Work<Command> => {
      if ('observed' in piece) return piece;
      const { command: act, looked, ...rest } = piece;
      const known = { followUps: followUps.get(keyOf(piece)) ?? [] };
      return { ...rest, command: { act, around: { ...around.get(piece.origin.tenant)!, ...known, ...looked } } };
    });
    return { unit, pieces, followUps };
  }

  /** The tenant's desk as it is in this transaction. */
  async deskOf(tx: Transaction, tenant: string): Promise<Desk> {
    return (await this.desks.read(tx, [tenant])).get(tenant)!;
  }

  /** The tenant's desk as these changes would make it. */
  plannedDesk(tx: Transaction, tenant: string, changed: readonly ChangedPart[]): Promise<Desk> {
    return this.desks.planned(tx, tenant, changed);
  }

  /** The task of doing this piece of work. */
  task(work: TicketWork): Task {
    return { batch: this, work };
  }

  /** Does what an agent asks, and what it means for other tickets. Throws `DomainError` when a rule refuses it. */
  request({ by, id, act, expected, idempotency, withChildren, answer }: AgentRequest): Promise<TicketAnswer> {
    return this.commands.within(
      { by, idempotency },
      async (tx) => {
        const origin = originOf(by);
        // What somebody did may be taken back after the ticket has gone out of sight by it.
        if (act.type !== 'undo') await refuseUnseen(tx, by, id);
        const looked = await lookFor(tx, by.tenant, id, act);
        const unseen = expected === undefined ? [] : await unseenSince(tx, by.tenant, id, expected);
        const own: TicketWork = {
          id,
          origin,
          command: act,
          looked: { ...looked, unseen: unseen ?? [] },
          ...(unseen === null ? { expected } : {}),
        };
        const counterparts = counterpartsOf(id, act, looked.others).map((piece) => ({ ...piece, origin }));
        const [result] = await this.run(tx, [own, ...counterparts]);
        const told = partsTold(id, act, result!.state).map((piece) => ({ ...piece, origin }));
        if (told.length > 0) await this.run(tx, told);
        const answered = { ...answerOf(result!), ...answer };
        if (!withChildren) return answered;
        const children = (await childrenInSight(tx, by, id)).flatMap((child) => onChild(id, act, child.id));
        return { ...answered, children: await this.each(tx, origin, children) };
      },
      'with the work',
    );
  }

  /** Does each piece that its ticket allows, and says what became of each. */
  async each(tx: Transaction, origin: Origin, pieces: readonly Counterpart[]): Promise<Outcome[]> {
    const results = await this.runEach(
      tx,
      pieces.map((piece) => ({ ...piece, origin })),
    );
    const numbers = await numbersOf(
      tx,
      origin.tenant,
      pieces.map(({ id }) => id),
    );
    return pieces.map(({ id }, index) => outcomeOf(id, numbers.get(id) ?? null, results[index]));
  }

  /** Claims the ticket whose turn it is in the caller's queues, or in these; null: none waits that the caller may take. */
  claimNext(
    { by, idempotency }: Pick<AgentRequest, 'by' | 'idempotency'>,
    named: readonly string[] | undefined,
  ): Promise<TicketAnswer | null> {
    return this.commands.within({ by, idempotency }, (tx) => claimNext(this, tx, by, named), 'with the work');
  }
}
