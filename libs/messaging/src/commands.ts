import type { Actor, Fact } from '@tierline/contracts';
import { once, type Begins, type Database, type Transaction } from '@tierline/persistence';
import { v7 as uuidv7 } from 'uuid';
import { correlation } from './correlation.ts';
import { failpoint } from './failpoints.ts';
import { GroupCommit, type Grouped } from './group-commit.ts';
import type { Origin } from './journal.ts';
import type { Relay } from './relay.ts';
import { repeating } from './repeating.ts';
import type { Result, UnitOfWork } from './unit-of-work.ts';

/** Who commands, from the verified token. */
export type Commander = { readonly tenant: string; readonly subject: string; readonly actor: Actor };

export type CommandRequest<C> = {
  readonly by: Commander;
  /** The aggregate it is for. */
  readonly id: string;
  readonly command: C;
  /** The sequence that the caller saw. */
  readonly expected?: number | undefined;
  /** Set when the caller may send it twice; `body` tells whether it is the same request. */
  readonly idempotency?: { readonly key: string; readonly body: unknown } | undefined;
};

/** The origin of work that a person or program causes over HTTP. */
export const originOf = ({ tenant, actor }: Commander): Origin => {
  const { correlationId, causationId, traceparent } = correlation() ?? {
    correlationId: uuidv7(),
    causationId: null,
    traceparent: null,
  };
  return { tenant, actor, correlationId, causationId, traceparent };
};

/** The origin of what a service does by itself: `who` does it there. */
export const systemOrigin = (tenant: string, who: string): Origin => ({
  tenant,
  actor: `system:${who}`,
  correlationId: uuidv7(),
  causationId: null,
  traceparent: null,
});

/** Runs commands that come over HTTP: one tenant, one transaction, under row-level security. */
export class Commands {
  private readonly groups: GroupCommit;

  constructor(
    private readonly database: Database,
    private readonly relay: Pick<Relay, 'nudge'>,
  ) {
    this.groups = new GroupCommit(database, () => relay.nudge());
  }

  /**
   * Runs one command; resolves after the commit. Throws `DomainError` when a rule refuses it; then nothing is stored.
   * With an idempotency key a repeat gets the first answer.
   */
  run<S, C, E extends Fact, O extends Fact, A>(
    unit: UnitOfWork<S, C, E, O>,
    request: CommandRequest<C>,
    answer: (result: Result<S>) => A,
  ): Promise<A> {
    return this.within(request, async (tx) => {
      const { by, id, command, expected } = request;
      const [result] = await unit.run(tx, [{ id, origin: originOf(by), command, expected }]);
      return answer(result!);
    });
  }

  /**
   * Runs own work as the request's tenant, once per idempotency key, and sends its events after the commit. The work is
   * run again when its transaction lost against another one.
   */
  async within<A>(
    { by, idempotency }: Pick<CommandRequest<unknown>, 'by' | 'idempotency'>,
    work: (tx: Transaction) => Promise<A>,
    begins?: Begins,
  ): Promise<A> {
    const attempt = () =>
      this.database.asTenant(
        by.tenant,
        async (tx) => {
          const request = idempotency && { tenant: by.tenant, subject: by.subject, ...idempotency };
          const answer = await (request ? once(tx, request, () => work(tx)) : work(tx));
          await failpoint('command.before-commit');
          return answer;
        },
        'by key',
        begins,
      );
    const done = await repeating(attempt);
    await failpoint('command.committed');
    this.relay.nudge();
    return done;
  }

  /**
   * Runs own work of a kind that shares its transaction with whatever else comes at the same moment, once per
   * idempotency key; resolves after the commit. Throws what refuses it; neighbours are not touched by that.
   */
  together<W, A>(
    group: Grouped<W, A>,
    { by, idempotency }: Pick<CommandRequest<unknown>, 'by' | 'idempotency'>,
    work: W,
  ): Promise<A> {
    const { tenant, subject } = by;
    return this.groups.run(group, tenant, idempotency && { tenant, subject, ...idempotency }, work);
  }
}
