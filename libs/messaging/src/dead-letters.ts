import type { Database } from '@tierline/persistence';
import { monotonic, type Clock } from './clock.ts';
import { Unsendable, type EventLog, type OutgoingRecord, type Producer } from './event-log.ts';

/** A copy of a parked record that is to be published. */
export type DeadLetter = { readonly id: string; readonly record: OutgoingRecord };

/** Where dead letters wait, as their publisher needs it. */
export type DeadLetterStore = {
  /** The next ones, at most `most`; nobody else gets them for a minute. */
  claim(most: number): Promise<readonly DeadLetter[]>;
  remove(letters: readonly DeadLetter[]): Promise<void>;
  /** Keeps one that the log will never take, and tries it no more. */
  refuse(letter: DeadLetter, reason: string): Promise<void>;
};

type Row = {
  id: string;
  consumer_group: string;
  topic: string;
  partition: number;
  record_offset: string;
  key: Buffer | null;
  headers: Buffer;
  value: Buffer | null;
  reason: string;
};

const ending = '.dlt';

/** Where records of a topic go that a service could not take. */
export const deadLetterTopic = (topic: string): string => `${topic}${ending}`;

/** A record that is a dead letter itself is not copied again. */
export const isDeadLetterTopic = (topic: string): boolean => topic.endsWith(ending);

const recordOf = (row: Row): OutgoingRecord => ({
  topic: deadLetterTopic(row.topic),
  key: row.key?.toString('utf8') ?? null,
  value: row.value,
  headers: {
    ...(JSON.parse(row.headers.toString('utf8')) as Record<string, string>),
    'tierline-parked-by': row.consumer_group,
    'tierline-parked-reason': row.reason,
    'tierline-parked-partition': String(row.partition),
    'tierline-parked-offset': row.record_offset,
  },
});

/** The dead letters in a service's database. */
export const deadLettersOf = (database: Database): DeadLetterStore => ({
  claim: async (most) => {
    const rows = await database.query<Row>(
      `UPDATE dead_letter d SET next_try = now() + interval '60 s'
       FROM (SELECT id FROM dead_letter WHERE refused IS NULL AND next_try <= now()
             ORDER BY next_try, id LIMIT $1 FOR UPDATE SKIP LOCKED) due
       WHERE d.id = due.id
       RETURNING d.id, consumer_group, topic, partition, record_offset, key, headers, value, reason`,
      [most],
    );
    return rows
      .sort((one, other) => Number(BigInt(one.id) - BigInt(other.id)))
      .map((row) => ({ id: row.id, record: recordOf(row) }));
  },
  remove: async (letters) => {
    await database.query('DELETE FROM dead_letter WHERE id = ANY($1::bigint[])', [letters.map(({ id }) => id)]);
  },
  refuse: async ({ id }, reason) => {
    await database.query('UPDATE dead_letter SET refused = $2 WHERE id = $1', [id, reason.slice(0, 2_000)]);
  },
});

const every = 1_000;
const most = 100;

/**
 * Publishes a copy of every parked record on `<topic>.dlt`, for whoever watches from outside: at least once, bytes and
 * headers as they were, and who parked it, why, and where it stood. The parked record itself stays in the database.
 * It has a producer of its own, so that trouble with these topics holds up no event.
 */
export class DeadLetters {
  private readonly ending = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly store: DeadLetterStore,
    private readonly log: Pick<EventLog, 'producer'>,
    private readonly onFailure: (error: Error) => void,
    private readonly clock: Clock = monotonic,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.ending.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    let producer: Producer | undefined;
    while (!this.ending.signal.aborted) {
      let sent = 0;
      try {
        const letters = await this.store.claim(most);
        if (letters.length > 0) sent = await this.send((producer ??= await this.log.producer()), letters);
      } catch (error) {
        this.onFailure(error as Error);
      }
      if (sent < most) await this.clock.rest(every, this.ending.signal);
    }
    await producer?.close();
  }

  private async send(producer: Producer, letters: readonly DeadLetter[]): Promise<number> {
    try {
      await producer.append(letters.map(({ record }) => record));
      await this.store.remove(letters);
      return letters.length;
    } catch (error) {
      if (!(error instanceof Unsendable)) throw error;
      const refused = letters[error.index]!;
      await this.store.refuse(refused, error.message);
      const others = letters.filter((letter) => letter !== refused);
      return others.length === 0 ? 1 : this.send(producer, others);
    }
  }
}
