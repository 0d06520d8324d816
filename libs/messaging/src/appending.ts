import { Unsendable, type OutgoingRecord, type Producer } from './event-log.ts';

/** What a client does for an adapter's producer. */
export type Sender = {
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /** Why the log refuses the records for good, or undefined when the error says something else. */
  refusal(error: unknown): string | undefined;
  close(): Promise<void>;
};

/**
 * Sends the records; where the log refuses them for good, in halves, down to the one that it refuses alone.
 * Records before that one may be sent twice; their order stays.
 */
const sendSparing = async (sender: Sender, records: readonly OutgoingRecord[], first: number): Promise<void> => {
  try {
    await sender.send(records);
  } catch (error) {
    const reason = sender.refusal(error);
    if (reason === undefined) throw error;
    if (records.length === 1) throw new Unsendable(first, reason, error);
    const middle = Math.ceil(records.length / 2);
    await sendSparing(sender, records.slice(0, middle), first);
    await sendSparing(sender, records.slice(middle), first + middle);
  }
};

/** A producer with one send in flight: with more, clients reorder or lose records when a send is tried again. */
export const producerOn = (sender: Sender): Producer => {
  let last: Promise<unknown> = Promise.resolve();
  return {
    append(records) {
      if (records.length === 0) return Promise.resolve();
      const done = last.then(() => sendSparing(sender, records, 0));
      last = done.catch(() => undefined);
      return done;
    },
    async close() {
      await last;
      await sender.close();
    },
  };
};
