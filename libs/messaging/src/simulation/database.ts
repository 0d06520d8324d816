import { Violation, type Actor, type World } from './world.ts';

/** The connection broke, or two transactions wait for each other: the same may succeed later. */
export const passing = () => Object.assign(new Error('the connection was lost'), { code: '08006' });

/**
 * One database transaction: locks until its end, numbers that are drawn at once and never given back, and writes that
 * nobody sees before the commit.
 */
export class ModelTransaction {
  readonly locks = new Set<string>();
  readonly writes: (() => void)[] = [];
  /** Done in a transaction of its own, after the commit; only where the guard is off that forbids it. */
  readonly after: (() => void)[] = [];
  ended = false;

  constructor(
    readonly xid: bigint,
    private readonly actor: Actor,
    private readonly database: ModelDatabase,
  ) {}

  /** A statement's way to the database and back; the process may die or freeze on either. */
  async statement<T>(work: () => T | Promise<T>): Promise<T> {
    const { world } = this.database;
    await world.step(this.actor);
    if (this.ended || world.trouble(0.01)) {
      this.database.rollback(this);
      throw passing();
    }
    const done = await work();
    await world.step(this.actor);
    return done;
  }

  /** Takes a lock, or waits for whoever has it. */
  async lock(name: string): Promise<void> {
    const { world, locks } = this.database;
    const deadline = world.now + 10_000;
    for (let pause = 2; ; pause *= 2) {
      const holder = locks.get(name);
      if (!holder || holder === this) break;
      if (world.now > deadline) {
        this.database.rollback(this);
        throw passing();
      }
      await world.step(this.actor, Math.min(1_000, pause));
    }
    locks.set(name, this);
    this.locks.add(name);
  }

  isLocked(name: string): boolean {
    const holder = this.database.locks.get(name);
    return holder !== undefined && holder !== this;
  }
}

/** A database as far as messaging rests on it. The tables lie with those who use them. */
export class ModelDatabase {
  readonly locks = new Map<string, ModelTransaction>();
  private readonly running = new Set<ModelTransaction>();
  private nextXid = 1n;
  private nextSeq = 1n;

  constructor(readonly world: World) {}

  drawSeq(): bigint {
    return this.nextSeq++;
  }

  /** The oldest running transaction, and the first that has not begun. */
  snapshot(): { oldest: bigint; horizon: bigint } {
    const oldest = [...this.running].reduce((least, { xid }) => (xid < least ? xid : least), this.nextXid);
    return { oldest, horizon: this.nextXid };
  }

  rollback(tx: ModelTransaction): void {
    this.end(tx);
  }

  /** Does the work and commits it. A commit whose answer is lost fails for the caller alone. */
  async transaction<T>(actor: Actor, work: (tx: ModelTransaction) => Promise<T>): Promise<T> {
    await this.world.step(actor);
    const tx = new ModelTransaction(this.nextXid++, actor, this);
    this.running.add(tx);
    // The server notices later that nobody is there any more.
    const died = () => void this.world.step(null, this.world.below(2_000)).then(() => this.rollback(tx));
    actor.atDeath.add(died);
    try {
      const done = await work(tx);
      await tx.statement(() => this.commit(tx));
      for (const later of tx.after) {
        await this.world.step(actor, 50);
        later();
      }
      if (this.world.trouble(0.01)) throw passing();
      return done;
    } catch (error) {
      this.rollback(tx);
      throw error;
    } finally {
      actor.atDeath.delete(died);
    }
  }

  /** A statement that is its own transaction. */
  async query<T>(actor: Actor, work: () => T): Promise<T> {
    await this.world.step(actor);
    if (this.world.trouble(0.01)) throw passing();
    const done = work();
    await this.world.step(actor);
    if (this.world.trouble(0.01)) throw passing();
    return done;
  }

  private commit(tx: ModelTransaction): void {
    if (tx.ended) throw new Violation('a transaction was committed after its end');
    tx.writes.forEach((write) => write());
    this.end(tx);
  }

  private end(tx: ModelTransaction): void {
    tx.ended = true;
    tx.locks.forEach((name) => this.locks.delete(name));
    tx.locks.clear();
    this.running.delete(tx);
  }
}
