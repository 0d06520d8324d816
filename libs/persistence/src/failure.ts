const transientClasses = ['08', '40', '53', '55', '57', '58'];
const transientCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
const transientMessages = [
  /connection terminated/i,
  /timeout exceeded when trying to connect/i,
  /is not queryable/,
  /Query read timeout/,
  /pool.*(ended|end)/i,
  // A migration changed the rows of a prepared statement: it is planned anew when asked again.
  /cached plan must not change result type/,
];

/**
 * True when the database (or the way to it) failed and the same work may succeed later: connection loss, deadlock,
 * serialisation failure, time-out, shut-down, lack of resources. SQLSTATE classes as in the PostgreSQL manual, appendix A.
 */
export const isTransient = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const { code, cause } = error as Error & { code?: unknown };
  if (typeof code === 'string') {
    if (transientCodes.has(code)) return true;
    if (/^[0-9A-Z]{5}$/.test(code) && transientClasses.includes(code.slice(0, 2))) return true;
  }
  if (transientMessages.some((pattern) => pattern.test(error.message))) return true;
  return cause !== undefined && cause !== error && isTransient(cause);
};

/** True when a row with the same key exists already (SQLSTATE 23505). */
export const isDuplicate = (error: unknown): boolean =>
  error instanceof Error && (error as { code?: unknown }).code === '23505';

const outrun: readonly unknown[] = ['40P01', '40001'];

/**
 * True when the transaction was undone because another one was in its way (deadlock or serialisation failure, SQLSTATE
 * 40P01 and 40001): nothing of it is left, and the same work may succeed at once.
 */
export const isOutrun = (error: unknown): boolean =>
  error instanceof Error && outrun.includes((error as { code?: unknown }).code);
