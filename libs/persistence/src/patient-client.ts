import { createHash } from 'node:crypto';
import { Client, type ClientConfig } from 'pg';

/**
 * Which statements each connection plans once: all, or all but searches, whose best plan depends on what is asked for.
 */
export type Prepared = 'all' | 'all but searches';

/** Texts made at run time are few; should they ever be many, the rest is planned each time. */
const mostNames = 500;
const names = new Map<string, string>();

const nameOf = (text: string): string | undefined => {
  const known = names.get(text);
  if (known !== undefined || names.size >= mostNames) return known;
  const name = createHash('sha256').update(text).digest('base64url').slice(0, 20);
  names.set(text, name);
  return name;
};

const isSearch = (text: string): boolean => /^\s*SELECT\b/i.test(text);

const kept = '/* plan kept */ ';

const texts = new Map<string, string>();

/** The statement so that each connection keeps its plan, be it a search or not, and makes it anew from time to time. */
export const planKept = (text: string): string => {
  const known = texts.get(text);
  if (known !== undefined) return known;
  const made = `${kept}${text}`;
  // The same string each time: its hash, by which its name is found, is reckoned once.
  if (texts.size < mostNames) texts.set(text, made);
  return made;
};

/** Milliseconds for which plans are kept, at first and at most; each time twice as long. */
const firstPlans = 500;
const longestPlans = 600_000;

/**
 * What a beginning is answered before the server has answered, so that it leaves with the transaction's first statement.
 * Should it be refused, that statement has changed nothing, and finds its connection ended.
 */
const begun = { command: 'BEGIN', rowCount: null, rows: [], fields: [] };

type Connected = {
  connection: {
    stream: { cork(): void; uncork(): void; destroy(): void };
    emit(event: 'error', error: Error): void;
  };
};

/** What the driver says when `query_timeout` has passed. */
const unanswered = 'Query read timeout';

/** True when the server did not answer, neither with rows nor with an error, though it must have by then. */
export const isUnanswered = (error: unknown): boolean => error instanceof Error && error.message === unanswered;

/**
 * A client that ends its connection when a statement stays without any answer for `query_timeout`: a way that swallows
 * everything tells nobody, and the driver alone would hand the dead connection to the next statement, and the next.
 */
export class PatientClient extends Client {
  private readonly prepared: Prepared | undefined;
  /** The names of kept plans; how often they were given up, when last, and for how long these are kept, in milliseconds. */
  private readonly plans = { names: new Set<string>(), generation: 0, since: performance.now(), time: firstPlans };

  constructor(config: ClientConfig & { prepared?: Prepared } = {}) {
    super(config);
    this.prepared = config.prepared;
    // Between the pool's care and that of whoever took it nobody listens, and an error then would end the process;
    // the next statement tells of it anyway.
    this.on('error', () => undefined);
  }

  override query = ((...asked: Parameters<Client['query']>) => {
    this.leaveTogether();
    const isBeginning = asked[0] === 'BEGIN';
    if (isBeginning) this.renewPlans();
    const answer: unknown = Client.prototype.query.apply(this, this.named(asked));
    if (!(answer instanceof Promise)) return answer;
    answer.catch((error: unknown) => {
      if (isBeginning || isUnanswered(error)) this.giveUp(error as Error);
    });
    return isBeginning ? Promise.resolve(begun) : answer;
  }) as Client['query'];

  /** Statements of one turn of the event loop leave in one packet: each costs both sides as much as many together. */
  private leaveTogether(): void {
    const { stream } = (this as unknown as Connected).connection;
    stream.cork();
    process.nextTick(() => stream.uncork());
  }

  private named(asked: Parameters<Client['query']>): Parameters<Client['query']> {
    const [text, values, ...rest] = asked as unknown as [unknown, unknown, ...unknown[]];
    if (typeof text !== 'string' || !Array.isArray(values) || values.length === 0) return asked;
    if (this.prepared === undefined || (this.prepared === 'all but searches' && isSearch(text))) return asked;
    const name = this.planOf(text);
    return name === undefined ? asked : ([{ name, text, values: values as unknown[] }, ...rest] as never);
  }

  private planOf(text: string): string | undefined {
    const name = nameOf(text);
    if (name === undefined || !text.startsWith(kept)) return name;
    const { names, generation } = this.plans;
    names.add(`${name}${generation}`);
    return `${name}${generation}`;
  }

  /**
   * Plans fit the tables as they were: one made when a table was empty may read all of it when it is full. So those that
   * are kept are made anew, between two transactions, ever more seldom.
   */
  private renewPlans(): void {
    const { names, generation, since, time } = this.plans;
    const now = performance.now();
    if (names.size === 0 || now - since < time) return;
    const forget = [...names].map((name) => `DEALLOCATE "${name}"`).join(';');
    names.clear();
    Object.assign(this.plans, { generation: generation + 1, since: now, time: Math.min(time * 2, longestPlans) });
    // What it does not forget is not used again. Should the connection be broken, so is the transaction behind it.
    super.query(forget).catch(() => undefined);
  }

  /** Told at once, not when the socket closes: the pool must not hand it on meanwhile. */
  private giveUp(error: Error): void {
    const { connection } = this as unknown as Connected;
    connection.emit('error', error);
    connection.stream.destroy();
  }
}

/** The server ends a statement by itself; this much later its silence means that the way to it is dead. */
const grace = 1_000;
/** Milliseconds for which a connection without work stays open: a new one has to plan everything anew, when there is much to do. */
const longestIdle = 600_000;
/** Whoever freezes within a transaction must not keep others from its rows for longer, in milliseconds. */
const longestPause = 10_000;

/** How long a connection waits for what; `patience`: for a statement, in milliseconds, 0 as long as it likes. */
export const limitsOf = (patience: number) => ({
  connectionTimeoutMillis: 5_000,
  idleTimeoutMillis: longestIdle,
  statement_timeout: patience,
  idle_in_transaction_session_timeout: longestPause,
  ...(patience > 0 ? { query_timeout: patience + grace } : {}),
});
