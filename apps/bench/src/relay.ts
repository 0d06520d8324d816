import { RequesterReplied } from '@tierline/contracts';
import { Relay, append, outboxOf, type RelayEvents } from '@tierline/messaging';
import type { Database } from '@tierline/persistence';
import { v7 as uuidv7 } from 'uuid';
import { batches, origin, recordOf, text, ticketOf } from './bench-ticket.ts';
import { seconds, type Figure } from './figure.ts';
import { openDatabase, openLog, type Parts } from './parts.ts';
import type { Sizes } from './sizes.ts';

/** Anything but success ends the run. */
export const toldToNobody: RelayEvents = {
  onSent: () => undefined,
  onHeld: ({ reason }) => {
    throw new Error(reason);
  },
  onFailure: (error) => {
    throw error;
  },
};

/** Events that wait to be sent. */
export const fillOutbox = async (database: Database, total: number) => {
  for (const batch of batches(total, 1_000))
    await database.inBackground((tx) =>
      append(
        tx,
        batch.map((index) => ({
          ...origin,
          subject: ticketOf(index),
          sequence: index + 1,
          fact: RequesterReplied({ messageId: uuidv7(), text }),
        })),
      ),
    );
};

const untilEmpty = async (database: Database, statement: string) => {
  while ((await database.query(statement)).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** Rows a second that the relay drains, against a bare producer sending the same records in the same batches. */
export const benchRelay = async (parts: Parts, { events: total }: Sizes): Promise<Figure[]> => {
  const { database, urls } = await openDatabase(parts, 'relay');
  const log = await openLog(parts, 'bench-relay');
  await fillOutbox(database, total);
  const relay = new Relay({ outbox: outboxOf(database), log, prefix: 'bench-relay', events: toldToNobody });
  const drained = await seconds(async () => {
    relay.start();
    await untilEmpty(database, 'SELECT 1 FROM outbox LIMIT 1');
  });
  await relay.stop();
  const producer = await log.producer();
  const records = Array.from({ length: total }, (_, index) => recordOf('bench-relay.tickets.v1', index));
  const bare = await seconds(async () => {
    for (const batch of batches(total, 1_000)) await producer.append(batch.map((index) => records[index]!));
  });
  await producer.close();
  await log.close();
  await database.close();
  await urls.drop();
  return [
    { name: 'relay ÷ bare producer', value: bare / drained, unit: 'ratio', aim: '≥ 0.5' },
    { name: 'relay drains', value: total / drained, unit: 'rows/s' },
    { name: 'bare producer', value: total / bare, unit: 'records/s' },
  ];
};
