import { DomainError, type Fact, type Received } from '@tierline/contracts';
import { together, type Transaction } from '@tierline/persistence';
import { append, type Entry, type Origin } from './journal.ts';

/**
 * The rules of one kind of aggregate. `at` is the time of the work, ISO 8601 in UTC, by the database's clock.
 * `O` are facts of other services that the aggregate takes note of.
 */
export type Decider<S, C, E extends Fact, O extends Fact = never> = {
  readonly initial: S;
  /** What happens because of the command; throws `DomainError` when a rule refuses it. */
  decide(command: C, state: S, at: string): readonly E[];
  /** The state after the event. */
  evolve(state: S, event: E | O, at: string): S;
};

export type AggregateKey = { readonly tenant: string; readonly id: string };

export type Loaded<S> = AggregateKey & { readonly state: S; readonly sequence: number };

/** A fact that was folded into a state, with who caused it. */
export type Folded = {
  readonly fact: Fact;
  readonly at: string;
  readonly eventId: string | null;
  readonly actor: string;
};

/** An aggregate to be saved: its state after the folded facts. */
export type Change<S> = Loaded<S> & { readonly isNew: boolean; readonly folded: readonly Folded[] };

/** Rows ↔ state. Both work on many aggregates with one statement each. */
export type Store<S> = {
  /** Loads and locks those that exist, in the order of their ids (`… ORDER BY id FOR UPDATE`). */
  load(tx: Transaction, keys: readonly AggregateKey[]): Promise<readonly Loaded<S>[]>;
  /** Nobody reads what it gives, so its last statements may be `write`s. */
  save(tx: Transaction, changes: readonly Change<S>[]): Promise<void>;
};

/** One piece of work for one aggregate: a command to decide, or another service's event to take note of. */
export type Work<C> = {
  readonly id: string;
  readonly origin: Origin;
  /** The sequence that the caller saw; another one now is a conflict. */
  readonly expected?: number;
  /** Set when the id was made for this piece, so that there is nothing to load. */
  readonly isFirst?: boolean;
} & ({ readonly command: C } | { readonly observed: Received });

export type Result<S> = Loaded<S> & { readonly events: readonly Fact[] };

/** Work of one kind that is done set-wise in one transaction. */
export type Batch<W> = { run(tx: Transaction, work: readonly W[]): Promise<unknown> };

/** A piece of work with the batch that does it: what an event handler gives back. */
export type Task = { readonly batch: Batch<unknown>; readonly work: unknown };

type Draft<S> = { key: AggregateKey; state: S; sequence: number; isNew: boolean; folded: Folded[]; changed: boolean };

/** Refuses, as `changed_meanwhile`, another sequence than the one that the caller saw. */
export const conflictUnless = (expected: number | undefined, { sequence }: { readonly sequence: number }): void => {
  if (expected === undefined || expected === sequence) return;
  throw new DomainError(
    'changed_meanwhile',
    `You looked at version ${expected}; it is at version ${sequence} now. Look again, then decide.`,
    'conflict',
    { conflict: { expected, sequence } },
  );
};

/** Loads, decides, folds, saves and publishes for one kind of aggregate, whatever the number of commands. */
export class UnitOfWork<S, C, E extends Fact, O extends Fact = never> implements Batch<Work<C>> {
  constructor(
    private readonly decider: Decider<S, C, E, O>,
    private readonly store: Store<S>,
  ) {}

  /**
   * Does the work in order, each piece on the state that the one before left.
   * Throws `DomainError` of the first refused command; then the transaction has to be rolled back.
   */
  async run(tx: Transaction, work: readonly Work<C>[]): Promise<Result<S>[]> {
    return this.fold(tx, work, (piece, draft, entries) => this.one(piece, draft, entries, tx.now));
  }

  /** Like `run`, but a refused piece falls out, with its error in its place, and the others go on without it. */
  async runEach(tx: Transaction, work: readonly Work<C>[]): Promise<(Result<S> | DomainError)[]> {
    return this.fold(tx, work, (piece, draft, entries) => {
      try {
        return this.one(piece, draft, entries, tx.now);
      } catch (error) {
        if (error instanceof DomainError) return error;
        throw error;
      }
    });
  }

  private async fold<R>(
    tx: Transaction,
    work: readonly Work<C>[],
    one: (piece: Work<C>, draft: Draft<S>, entries: Entry[]) => R,
  ): Promise<R[]> {
    const drafts = await this.drafts(tx, work);
    const entries: Entry[] = [];
    const results = work.map((piece) => one(piece, drafts.get(`${piece.origin.tenant}/${piece.id}`)!, entries));
    const changes = [...drafts.values()]
      .filter(({ changed }) => changed)
      .map(({ key, state, sequence, isNew, folded }) => ({ ...key, state, sequence, isNew, folded }));
    // On the way together, since neither needs the other's answer.
    const saved = changes.length > 0 ? this.store.save(tx, changes) : Promise.resolve();
    await together(saved, append(tx, entries));
    return results;
  }

  /** A refusal is thrown before anything of the draft changes. */
  private one(piece: Work<C>, draft: Draft<S>, entries: Entry[], at: string): Result<S> {
    conflictUnless(piece.expected, draft);
    const events = 'command' in piece ? this.decided(piece, draft, at) : this.observed(piece, draft);
    events.forEach((fact, index) =>
      entries.push({ ...piece.origin, subject: piece.id, fact, sequence: draft.sequence - events.length + index + 1 }),
    );
    return { ...draft.key, state: draft.state, sequence: draft.sequence, events };
  }

  /** The task of a received event: decide this command for the aggregate with this id. */
  command(id: string, origin: Origin, command: C): Task {
    return { batch: this, work: { id, origin, command } satisfies Work<C> };
  }

  /** The task of taking note of a received event in the aggregate with this id. */
  observe(id: string, event: Received, origin: Origin): Task {
    return { batch: this, work: { id, origin, observed: event } satisfies Work<C> };
  }

  private async drafts(tx: Transaction, work: readonly Work<C>[]): Promise<Map<string, Draft<S>>> {
    const drafts = new Map<string, Draft<S>>();
    for (const { id, origin } of work) {
      const key = { tenant: origin.tenant, id };
      drafts.set(`${key.tenant}/${id}`, {
        key,
        state: this.decider.initial,
        sequence: 0,
        isNew: true,
        folded: [],
        changed: false,
      });
    }
    const first = new Set(work.filter(({ isFirst }) => isFirst).map(({ id, origin }) => `${origin.tenant}/${id}`));
    const keys = [...drafts].filter(([name]) => !first.has(name)).map(([, { key }]) => key);
    const loaded = keys.length > 0 ? await this.store.load(tx, keys) : [];
    for (const { tenant, id, state, sequence } of loaded) {
      Object.assign(drafts.get(`${tenant}/${id}`)!, { state, sequence, isNew: false });
    }
    return drafts;
  }

  private decided(piece: { command: C; origin: Origin }, draft: Draft<S>, at: string): readonly E[] {
    const events = this.decider.decide(piece.command, draft.state, at);
    for (const fact of events) {
      draft.state = this.decider.evolve(draft.state, fact, at);
      draft.sequence += 1;
      draft.folded.push({ fact, at, eventId: null, actor: piece.origin.actor });
      draft.changed = true;
    }
    return events;
  }

  private observed({ observed }: { observed: Received }, draft: Draft<S>): readonly E[] {
    const next = this.decider.evolve(draft.state, observed as unknown as O, observed.time);
    if (next !== draft.state) {
      draft.state = next;
      draft.changed = true;
      draft.folded.push({ fact: observed, at: observed.time, eventId: observed.id, actor: observed.actor });
    }
    return [];
  }
}
