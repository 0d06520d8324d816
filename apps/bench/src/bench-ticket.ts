import { RequesterReplied, type FactOf } from '@tierline/contracts';
import { UnitOfWork, headersOf, type Decider, type OutgoingRecord, type Store } from '@tierline/messaging';
import { v7 as uuidv7 } from 'uuid';

export type Note = FactOf<typeof RequesterReplied>;
type State = { replies: number };

/** A ticket as small as one can be: takes note of a message, publishes one for every message taken. */
const rules: Decider<State, Note['data'], Note, Note> = {
  initial: { replies: 0 },
  decide: (data) => [RequesterReplied(data)],
  evolve: (state) => ({ replies: state.replies + 1 }),
};

export class BenchTicket1760000009101 {
  async up(runner: { query(sql: string): Promise<unknown> }) {
    await runner.query(`CREATE TABLE bench_ticket (tenant_id text NOT NULL, id uuid PRIMARY KEY, sequence int NOT NULL,
      replies int NOT NULL); SELECT protect_tenant_table('bench_ticket')`);
  }
  async down() {}
}

const store: Store<State> = {
  load: async (tx, keys) => {
    const rows = await tx.query<{ tenant_id: string; id: string; sequence: number; replies: number }>(
      'SELECT tenant_id, id, sequence, replies FROM bench_ticket WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE',
      [keys.map(({ id }) => id)],
    );
    return rows.map(({ tenant_id, id, sequence, replies }) => ({
      tenant: tenant_id,
      id,
      sequence,
      state: { replies },
    }));
  },
  save: async (tx, changes) => {
    await tx.query(
      `INSERT INTO bench_ticket SELECT * FROM unnest($1::text[], $2::uuid[], $3::int[], $4::int[])
       ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, replies = excluded.replies`,
      [
        changes.map(({ tenant }) => tenant),
        changes.map(({ id }) => id),
        changes.map(({ sequence }) => sequence),
        changes.map(({ state }) => state.replies),
      ],
    );
  },
};

export const text = 'Since this morning it asks for the password every few minutes. '.repeat(6);
export const unit = new UnitOfWork(rules, store);
const tickets = Array.from({ length: 5_000 }, () => uuidv7());
export const ticketOf = (index: number) => tickets[index % tickets.length]!;
export const origin = {
  tenant: 'bench',
  actor: 'system:bench',
  correlationId: 'bench',
  causationId: null,
  traceparent: null,
} as const;

export const recordOf = (topic: string, index: number): OutgoingRecord => {
  const subject = ticketOf(index);
  const attributes = {
    id: uuidv7(),
    type: RequesterReplied.type,
    source: '/intake',
    subject,
    time: new Date().toISOString(),
    sequence: index + 1,
    ...origin,
  };
  return {
    topic,
    key: subject,
    value: JSON.stringify({ messageId: uuidv7(), text }),
    headers: headersOf(attributes, subject),
  };
};

export const batches = function* (total: number, size: number): Generator<number[]> {
  for (let start = 0; start < total; start += size)
    yield Array.from({ length: Math.min(size, total - start) }, (_, index) => start + index);
};
