import { DomainError } from '@tierline/contracts';
import type { Database, SharedTransaction, Transaction } from '@tierline/persistence';
import type { Grouped } from './group-commit.ts';

export class Notes1760000009002 {
  async up(runner: { query(sql: string): Promise<unknown> }) {
    await runner.query(`CREATE TABLE note (tenant_id text NOT NULL, id text NOT NULL UNIQUE, text text NOT NULL);
      SELECT protect_tenant_table('note')`);
  }
  async down() {}
}

/** A row of the example's own table. */
export type Note = { id: string; tenant: string; text: string };

export const insertNotes = (tx: Transaction, notes: readonly Note[]) =>
  tx.query('INSERT INTO note SELECT * FROM unnest($1::text[], $2::text[], $3::text[])', [
    notes.map(({ tenant }) => tenant),
    notes.map(({ id }) => id),
    notes.map(({ text }) => text),
  ]);

/** How many commands each run of `notes` had. */
export const runs: number[] = [];

/** Writes notes; refuses "forbidden" ones by rule, and "poison" by a statement that fails. */
export const notes: Grouped<Note, string> = {
  run: async (tx, work) => {
    runs.push(work.length);
    const allowed = work.filter(({ text }) => text !== 'forbidden');
    await insertNotes(tx, allowed);
    if (work.some(({ text }) => text === 'poison')) await tx.query('SELECT 1 / $1::int', [0]);
    return work.map((note) =>
      note.text === 'forbidden'
        ? { refused: new DomainError('word_forbidden', 'That word is not allowed.') }
        : { answer: `${note.id} ${note.text}` },
    );
  },
};

/** Gives all that a tenant sees, whatever its statement asks for. */
export const seen: Grouped<null, string[]> = {
  run: async (tx, work) => {
    const rows = await tx.query<{ text: string }>('SELECT text FROM note ORDER BY text');
    return work.map(() => ({ answer: rows.map(({ text }) => text) }));
  },
};

/** The real database, with a count of what goes to it. */
export const counted = (database: Database, counts: { statements: number; transactions: number }) => {
  const counting = (tx: Transaction): Transaction => ({
    ...tx,
    query: (sql, parameters) => {
      counts.statements += 1;
      return tx.query(sql, parameters);
    },
  });
  return {
    asTenant: <T>(tenant: string, work: (tx: Transaction) => Promise<T>) => {
      counts.transactions += 1;
      return database.asTenant(tenant, (tx) => work(counting(tx)));
    },
    asTenants: <T>(work: (shared: SharedTransaction) => Promise<T>) => {
      counts.transactions += 1;
      return database.asTenants((shared) => work({ ...shared, of: (tenant) => counting(shared.of(tenant)) }));
    },
  };
};
