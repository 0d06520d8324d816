import { createHash } from 'node:crypto';
import { DomainError } from '@tierline/contracts';
import type { Transaction } from './transaction.ts';

/** A request that may be sent twice: who sent it, the key that names it, and what it says. */
export type OnceRequest = { tenant: string; subject: string; key: string; body: unknown };

const fingerprint = (body: unknown) => createHash('sha256').update(JSON.stringify(body)).digest('base64');

/**
 * Does the work once per key; a repeat with the same body gets the stored answer, in the same transaction as the work.
 * Throws `idempotency_key_reused` (conflict) when the key came before with another body.
 */
export const once = async <T>(tx: Transaction, request: OnceRequest, work: () => Promise<T>): Promise<T> => {
  const { tenant, subject, key, body } = request;
  const print = fingerprint(body);
  const fresh = await tx.query(
    `INSERT INTO idempotency_key (tenant_id, subject, key, fingerprint) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING RETURNING key`,
    [tenant, subject, key, print],
  );
  if (fresh.length === 0) return storedAnswer<T>(tx, request, print);
  const answer = await work();
  tx.write(`UPDATE idempotency_key SET answer = $4 WHERE tenant_id = $1 AND subject = $2 AND key = $3`, [
    tenant,
    subject,
    key,
    JSON.stringify(answer),
  ]);
  return answer;
};

const reused = () =>
  new DomainError(
    'idempotency_key_reused',
    'This idempotency key was used before with another body; use a new key for a new request.',
    'conflict',
  );

const storedAnswer = async <T>(tx: Transaction, { tenant, subject, key }: OnceRequest, print: string): Promise<T> => {
  const [row] = await tx.query<{ fingerprint: string; answer: T }>(
    `SELECT fingerprint, answer FROM idempotency_key WHERE tenant_id = $1 AND subject = $2 AND key = $3`,
    [tenant, subject, key],
  );
  if (row?.fingerprint !== print) throw reused();
  return row.answer;
};

/** What came of a request's key: it was new, or it was answered before, or it may not be used. */
export type ClaimedKey = 'new' | { answer: unknown } | { refused: DomainError };

type KeyRow = { subject: string; key: string };

const nameOf = ({ subject, key }: KeyRow) => JSON.stringify([subject, key]);
const subjectsAndKeys = (requests: readonly KeyRow[]) => [
  requests.map(({ subject }) => subject),
  requests.map(({ key }) => key),
];

/**
 * Claims the keys of many requests of one tenant, no key twice among them; gives what came of each, in their order.
 * A new one needs `keepAnswers` in the same transaction.
 */
export const claimKeys = async (tx: Transaction, requests: readonly OnceRequest[]): Promise<ClaimedKey[]> => {
  if (requests.length === 0) return [];
  const prints = requests.map(({ body }) => fingerprint(body));
  const fresh = await tx.query<KeyRow>(
    `INSERT INTO idempotency_key (tenant_id, subject, key, fingerprint)
     SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[]) AS k(subject, key, fingerprint) ORDER BY subject, key
     ON CONFLICT DO NOTHING RETURNING subject, key`,
    [requests[0]!.tenant, ...subjectsAndKeys(requests), prints],
  );
  const isNew = new Set(fresh.map(nameOf));
  const known = requests.filter((request) => !isNew.has(nameOf(request)));
  const stored = new Map((await storedAnswers(tx, known)).map((row) => [nameOf(row), row]));
  return requests.map((request, index): ClaimedKey => {
    const name = nameOf(request);
    if (isNew.has(name)) return 'new';
    const row = stored.get(name);
    return row?.fingerprint === prints[index] ? { answer: row!.answer } : { refused: reused() };
  });
};

const storedAnswers = async (tx: Transaction, known: readonly OnceRequest[]) => {
  if (known.length === 0) return [];
  return tx.query<KeyRow & { fingerprint: string; answer: unknown }>(
    `SELECT subject, key, fingerprint, answer FROM idempotency_key JOIN unnest($2::text[], $3::text[]) AS k(subject, key)
       USING (subject, key) WHERE tenant_id = $1`,
    [known[0]!.tenant, ...subjectsAndKeys(known)],
  );
};

/** Stores the answers of claimed keys; a request without one was refused, and its key is free again. */
export const keepAnswers = (
  tx: Transaction,
  answered: readonly { request: OnceRequest; answer: unknown }[],
  refused: readonly OnceRequest[],
): void => {
  const requests = answered.map(({ request }) => request);
  if (requests.length > 0)
    tx.write(
      `UPDATE idempotency_key i SET answer = k.answer
       FROM unnest($2::text[], $3::text[], $4::jsonb[]) AS k(subject, key, answer)
       WHERE i.tenant_id = $1 AND i.subject = k.subject AND i.key = k.key`,
      [requests[0]!.tenant, ...subjectsAndKeys(requests), answered.map(({ answer }) => JSON.stringify(answer))],
    );
  if (refused.length > 0)
    tx.write(
      `DELETE FROM idempotency_key i USING unnest($2::text[], $3::text[]) AS k(subject, key)
       WHERE i.tenant_id = $1 AND i.subject = k.subject AND i.key = k.key`,
      [refused[0]!.tenant, ...subjectsAndKeys(refused)],
    );
};
