import type { EventLog } from '@tierline/messaging';
import type { Database, Transaction } from '@tierline/persistence';

const made = ['ticket_event', 'ticket_fact', 'tier', 'queue'];

type Position = { topic: string; partition: number; next_offset: string };

const beginnings = async (log: EventLog, positions: readonly Position[]): Promise<bigint[]> => {
  const topics = [...new Set(positions.map(({ topic }) => topic))];
  const lows = new Map<string, bigint>();
  for (const topic of topics)
    for (const { partition, low } of await log.offsets(topic)) lows.set(`${topic}/${partition}`, low);
  return positions.map(({ topic, partition }) => lows.get(`${topic}/${partition}`) ?? 0n);
};

const startOver = async (tx: Transaction, log: EventLog, group: string): Promise<void> => {
  // A running consumer that is about to note its progress waits here, and then finds its position moved.
  await tx.query('LOCK TABLE consumer_position IN EXCLUSIVE MODE');
  const positions = await tx.query<Position>(
    'SELECT topic, partition, next_offset FROM consumer_position WHERE consumer_group = $1',
    [group],
  );
  // Set back, not deleted: with no row at all, a running consumer would go on from where it is.
  await tx.query(
    `UPDATE consumer_position p SET next_offset = b.low, moved_at = now()
     FROM unnest($2::text[], $3::int[], $4::bigint[]) AS b(topic, partition, low)
     WHERE p.consumer_group = $1 AND p.topic = b.topic AND p.partition = b.partition`,
    [
      group,
      positions.map(({ topic }) => topic),
      positions.map(({ partition }) => partition),
      (await beginnings(log, positions)).map(String),
    ],
  );
};

/** Empties what the group made and noted. Whoever writes has to pass the positions first; readers wait for the commit. */
const empty = async (tx: Transaction, group: string): Promise<void> => {
  // First what a repair may hold, which then goes on to write into the other tables.
  for (const table of ['parked_message', 'parked_key'])
    await tx.query(`DELETE FROM ${table} WHERE consumer_group = $1`, [group]);
  const [other] = await tx.query('SELECT FROM inbox WHERE consumer_group <> $1 LIMIT 1', [group]);
  if (other) await tx.query('DELETE FROM inbox WHERE consumer_group = $1', [group]);
  await tx.query(`TRUNCATE ${[...made, ...(other ? [] : ['inbox'])].join(', ')}`);
};

/**
 * Empties everything that was made from events and sets the group's positions to the beginning of the topics, in one
 * transaction: what is read again gives the same figures, as far back as the topics reach. Safe while the service runs;
 * then restart it, since it looks at its positions only at its start and when new events come.
 */
export const rebuild = async (database: Database, log: EventLog, group: string): Promise<void> => {
  await database.inBackground(async (tx) => {
    // As many rows as there are: no limit of time fits.
    await tx.query('SET LOCAL statement_timeout = 0');
    await startOver(tx, log, group);
    await empty(tx, group);
  });
};
