import {
  OutcomeUnknown,
  claimKeys,
  keepAnswers,
  once,
  type Database,
  type OnceRequest,
  type SharedTransaction,
  type Transaction,
} from '@tierline/persistence';
import { withoutCorrelation } from './correlation.ts';
import { failpoint } from './failpoints.ts';
import { repeating } from './repeating.ts';

/** What came of one piece of work. What was refused has written nothing. */
export type Outcome<A> = { readonly answer: A } | { readonly refused: Error };

/**
 * Work of one kind that many callers of one tenant may have done in one transaction, beside work of other tenants.
 * It should wait for no lock that others hold for long: everybody in the transaction would wait with it.
 */
export type Grouped<W, A> = {
  /** Gives one outcome a piece, in order. When it throws, each piece is run again in a transaction of its own. */
  run(tx: Transaction, work: readonly W[]): Promise<readonly Outcome<A>[]>;
};

/** At most this many pieces share a transaction. */
const most = 100;
/** Transactions under way at once: while one commits, the next is prepared. */
const lanes = 2;

type Piece = {
  readonly tenant: string;
  readonly once: OnceRequest | undefined;
  readonly group: Grouped<unknown, unknown>;
  readonly work: unknown;
  readonly done: (answer: unknown) => void;
  readonly failed: (error: unknown) => void;
};

const keyOf = ({ once: request }: Piece): string | undefined =>
  request && JSON.stringify([request.tenant, request.subject, request.key]);

const settle = (piece: Piece, outcome: Outcome<unknown>): void => {
  if ('refused' in outcome) piece.failed(outcome.refused);
  else piece.done(outcome.answer);
};

/** Runs the pieces of one tenant, each once per idempotency key; gives one outcome a piece. */
const runTenant = async (tx: Transaction, pieces: readonly Piece[]): Promise<Map<Piece, Outcome<unknown>>> => {
  const outcomes = new Map<Piece, Outcome<unknown>>();
  const keyed = pieces.filter((piece) => piece.once !== undefined);
  const claimed = await claimKeys(
    tx,
    keyed.map((piece) => piece.once!),
  );
  claimed.forEach((claim, index) => {
    if (claim !== 'new') outcomes.set(keyed[index]!, claim);
  });
  const fresh = pieces.filter((piece) => !outcomes.has(piece));
  for (const [group, together] of Map.groupBy(fresh, (piece) => piece.group)) {
    const results = await group.run(
      tx,
      together.map(({ work }) => work),
    );
    together.forEach((piece, index) => outcomes.set(piece, results[index]!));
  }
  keepOutcomes(
    tx,
    fresh.map((piece) => [piece, outcomes.get(piece)!]),
  );
  return outcomes;
};

const keepOutcomes = (tx: Transaction, outcomes: readonly (readonly [Piece, Outcome<unknown>])[]): void => {
  const answered = outcomes.flatMap(([{ once: request }, outcome]) =>
    request && 'answer' in outcome ? [{ request, answer: outcome.answer }] : [],
  );
  const refused = outcomes.flatMap(([{ once: request }, outcome]) =>
    request && 'refused' in outcome ? [request] : [],
  );
  keepAnswers(tx, answered, refused);
};

/** Runs all tenants' pieces, and ends only when all of them have ended. */
const runShared = async (shared: SharedTransaction, pieces: readonly Piece[]) => {
  // In the order of their names, so that two such transactions lock in the same order.
  const tenants = [...Map.groupBy(pieces, ({ tenant }) => tenant)].sort(([a], [b]) => (a < b ? -1 : 1));
  const ended = await Promise.allSettled(tenants.map(([tenant, some]) => runTenant(shared.of(tenant), some)));
  return ended.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
};

/**
 * Lets commands that come at the same time share one transaction, and so one commit. Nobody waits for company: work
 * that finds a lane free begins at once; what comes while all are taken gathers for the next one. Each is answered
 * after the commit.
 */
export class GroupCommit {
  private waiting: Piece[] = [];
  private busy = 0;
  private isDue = false;

  constructor(
    private readonly database: Pick<Database, 'asTenant' | 'asTenants'>,
    private readonly onCommitted: () => void,
  ) {}

  /** Resolves with the answer after the commit; throws what refuses the work, or why it could not be stored. */
  run<W, A>(group: Grouped<W, A>, tenant: string, request: OnceRequest | undefined, work: W): Promise<A> {
    return new Promise<A>((resolve, reject) => {
      this.waiting.push({
        tenant,
        once: request,
        group: group,
        work,
        done: (answer) => resolve(answer as A),
        failed: reject,
      });
      this.begin();
    });
  }

  private begin(): void {
    if (this.isDue || this.busy >= lanes || this.waiting.length === 0) return;
    this.isDue = true;
    // Whatever else this turn of the event loop brings comes along.
    withoutCorrelation(() =>
      setImmediate(() => {
        this.isDue = false;
        this.busy += 1;
        void this.take(this.next()).finally(() => {
          this.busy -= 1;
          this.begin();
        });
        this.begin();
      }),
    );
  }

  /** The pieces of the next transaction. Of two with the same key the later waits, and finds the first one's answer. */
  private next(): Piece[] {
    const keys = new Set<string>();
    const taken: Piece[] = [];
    const left: Piece[] = [];
    for (const piece of this.waiting) {
      const key = keyOf(piece);
      if (taken.length >= most || (key !== undefined && keys.has(key))) left.push(piece);
      else taken.push(piece);
      if (key !== undefined) keys.add(key);
    }
    this.waiting = left;
    return taken;
  }

  /** Never rejects: each piece is told how it went. */
  private async take(pieces: readonly Piece[]): Promise<void> {
    try {
      const outcomes = await this.database.asTenants(async (shared) => {
        const ended = await runShared(shared, pieces);
        await failpoint('command.before-commit');
        return ended;
      });
      await failpoint('command.committed');
      this.onCommitted();
      for (const some of outcomes) for (const [piece, outcome] of some) settle(piece, outcome);
    } catch (error) {
      // Repeating what may have been committed could open a ticket twice.
      if (error instanceof OutcomeUnknown) pieces.forEach(({ failed }) => failed(error));
      else await Promise.all(pieces.map((piece) => this.takeAlone(piece)));
    }
  }

  private async takeAlone(piece: Piece): Promise<void> {
    const attempt = () => this.database.asTenant(piece.tenant, (tx) => this.runAlone(tx, piece));
    try {
      const answer = await repeating(attempt);
      await failpoint('command.committed');
      this.onCommitted();
      piece.done(answer);
    } catch (error) {
      piece.failed(error);
    }
  }

  private async runAlone(tx: Transaction, { once: request, group, work }: Piece): Promise<unknown> {
    const run = async () => {
      const [outcome] = await group.run(tx, [work]);
      if ('refused' in outcome!) throw outcome.refused;
      return outcome!.answer;
    };
    const answer = await (request ? once(tx, request, run) : run());
    await failpoint('command.before-commit');
    return answer;
  }
}
