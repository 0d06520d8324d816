/** What happens to the bytes between a process and a part. */
export type Weather =
  | { readonly kind: 'clear' }
  /** Answers come later by so many milliseconds, more or less. */
  | { readonly kind: 'latency'; readonly milliseconds: number; readonly spread: number }
  /** This share of the requests breaks its connection. */
  | { readonly kind: 'resets'; readonly share: number }
  /** Connections are accepted and stay open, and nothing comes through; what they lost is lost. */
  | { readonly kind: 'half-open'; readonly after: 'reset' | 'silence' }
  /** This share of the commits breaks its connection: before the server has it, or before its answer is back. */
  | { readonly kind: 'commit-cut'; readonly share: number };

export const clear: Weather = { kind: 'clear' };

/** PostgreSQL's simple query `COMMIT`: type, length, text, zero. */
const commit = Buffer.from('Q\0\0\0\x0bCOMMIT\0', 'latin1');

export const isCommit = (bytes: Buffer): boolean => bytes.includes(commit);
