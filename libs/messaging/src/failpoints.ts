/** Places where a test run may stop, delay or kill the process. */
export type Failpoint =
  /** Rows are read, nothing is sent. */
  | 'relay.read'
  /** The log has the records, their rows are still in the outbox. */
  | 'relay.appended'
  | 'relay.deleted'
  /** All of a chunk is done in its transaction, which is still open. */
  | 'chunk.before-commit'
  /** The database has the chunk; its offset in Kafka is not moved. */
  | 'chunk.committed'
  | 'command.before-commit'
  /** The command is stored, and nobody has been told. */
  | 'command.committed'
  | 'timers.before-commit'
  /** Only without the guard `transaction`: the state is stored, its events are not. */
  | 'transaction.torn';

/** Protections that a test run may switch off, to prove that without them things go wrong. */
export type Guard =
  /** Events that were taken before are left out. */
  | 'inbox'
  /** A position moves by compare-and-set; records before it are left out. */
  | 'position'
  /** One relay at a time drains a shard. */
  | 'lease-epoch'
  /** Rows leave the outbox after the log has their records. */
  | 'delete-after-ack'
  /** State and events are committed together. */
  | 'transaction';

/** What a torture run puts at `globalThis[Symbol.for('tierline.torture')]` before anything else is loaded. */
export type Torture = {
  at?(point: Failpoint, detail?: object): void | Promise<void>;
  without?(guard: Guard): boolean;
};

const place = Symbol.for('tierline.torture');
const torture = () => (globalThis as { [place]?: Torture })[place];

/** Tells a torture run that the process has come here; nothing where there is none. */
export const failpoint = (point: Failpoint, detail?: object): void | Promise<void> => torture()?.at?.(point, detail);

/** True when a torture run has switched this guard off. */
export const isOff = (guard: Guard): boolean => torture()?.without?.(guard) ?? false;
