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
  await tx.query(`UPDATE idempotency_key SET answer = $4 WHERE tenant_id = $1 AND subject = $2 AND key = $3`, [
    tenant,
    subject,
    key,
    JSON.stringify(answer),
  ]);
  return answer;
};

const storedAnswer = async <T>(tx: Transaction, { tenant, subject, key }: OnceRequest, print: string): Promise<T> => {
  const [row] = await tx.query<{ fingerprint: string; answer: T }>(
    `SELECT fingerprint, answer FROM idempotency_key WHERE tenant_id = $1 AND subject = $2 AND key = $3`,
    [tenant, subject, key],
  );
  if (row?.fingerprint !== print) {
    throw new DomainError(
      'idempotency_key_reused',
      'This idempotency key was used before with another body; use a new key for a new request.',
      'conflict',
    );
  }
  return row.answer;
};
