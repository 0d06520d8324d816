import { Relay, append, outboxOf, type EventLog } from '@tierline/messaging';
import { RequesterReplied } from '@tierline/contracts';
import { Client } from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { origin, text } from './bench-ticket.ts';
import { percentile, type Figure } from './figure.ts';
import { addressOf, openDatabase, type Parts } from './parts.ts';
import { fillOutbox, toldToNobody } from './relay.ts';
import type { Sizes } from './sizes.ts';

/** A log that takes everything at once: what is measured is the relay's side. */
const endless = (onAppend: (records: number) => void) =>
  ({
    producer: async () => ({
      append: async (records: readonly unknown[]) => onAppend(records.length),
      close: async () => undefined,
    }),
  }) as unknown as EventLog;

/** What it takes from an event's commit to its append, with dead rows in the outbox that an old snapshot keeps. */
export const benchDeadRows = async (parts: Parts, { deadRows }: Sizes): Promise<Figure[]> => {
  const { database, urls } = await openDatabase(parts, 'dead_rows');
  const snapshot = new Client({ connectionString: addressOf(parts, urls.database) });
  let sent = 0;
  const relay = new Relay({
    outbox: outboxOf(database),
    log: endless((records) => void (sent += records)),
    prefix: 'bench-dead-rows',
    events: toldToNobody,
  });
  const commitToAppend = async (): Promise<number> => {
    const took: number[] = [];
    for (let turn = 0; turn < 200; turn += 1) {
      const wanted = sent + 1;
      const fact = RequesterReplied({ messageId: uuidv7(), text });
      await database.inBackground((tx) => append(tx, [{ ...origin, subject: uuidv7(), sequence: 1, fact }]));
      const committed = performance.now();
      relay.nudge();
      while (sent < wanted) await new Promise((resolve) => setImmediate(resolve));
      took.push(performance.now() - committed);
      await sleep(5);
    }
    return percentile(took, 0.5);
  };
  try {
    relay.start();
    const fresh = await commitToAppend();
    await snapshot.connect();
    await snapshot.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await snapshot.query('SELECT count(*) FROM outbox');
    const before = sent;
    await fillOutbox(database, deadRows);
    while (sent < before + deadRows) await sleep(20);
    // The mark below which nothing is looked for rises once a second.
    await sleep(3_000);
    const burdened = await commitToAppend();
    const name = `commit → append by the relay`;
    return [
      { name: `${name}, ${deadRows / 1_000} k dead rows ÷ none`, value: burdened / fresh, unit: 'ratio', aim: '≤ 2' },
      { name: `${name}, none, p50`, value: fresh, unit: 'ms' },
      { name: `${name}, ${deadRows / 1_000} k dead rows, p50`, value: burdened, unit: 'ms' },
    ];
  } finally {
    await snapshot.end();
    await relay.stop();
    await database.close();
    await urls.drop();
  }
};
