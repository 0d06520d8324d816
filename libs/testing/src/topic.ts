import { randomUUID } from 'node:crypto';
import { events, topics, type Fact, type Received, type TopicName } from '@tierline/contracts';
import { headersOf, readEvent, type OutgoingRecord } from '@tierline/messaging';
import { v7 as uuidv7 } from 'uuid';
import { testLog } from './parts.ts';

/** Envelope attributes that a test may set. */
export type Envelope = { subject: string } & Partial<Omit<Received, 'data' | 'type' | 'subject'>>;

/** The record of a fact, as its publishing service would send it. */
export const recordOf = (prefix: string, fact: Fact, { subject, ...given }: Envelope): OutgoingRecord => {
  const definition = events.get(fact.type);
  if (!definition) throw new Error(`${fact.type} is not declared`);
  return {
    topic: `${prefix}.${topics[definition.topic].name}`,
    key: subject,
    value: JSON.stringify(fact.data),
    headers: headersOf(
      {
        id: uuidv7(),
        type: fact.type,
        source: definition.source,
        subject,
        time: new Date().toISOString(),
        tenant: 'acme',
        sequence: 1,
        actor: 'system:test',
        correlationId: uuidv7(),
        causationId: null,
        traceparent: null,
        ...given,
      },
      subject,
    ),
  };
};

/** Sends records as another service (or a stranger) would. */
export const send = async (records: readonly OutgoingRecord[]): Promise<void> => {
  const log = await testLog();
  const producer = await log.producer();
  await producer.append(records);
  await producer.close();
  await log.close();
};

/** Reads everything on a topic, from its beginning, as a subscriber of its own. */
export const subscribe = async (prefix: string, topic: TopicName = 'tickets') => {
  const log = await testLog();
  const received: Received[] = [];
  const consumer = await log.consume({
    group: `test-${randomUUID()}`,
    topics: [`${prefix}.${topics[topic].name}`],
    onAssigned: async (partitions) => partitions.map(() => null),
    onChunk: async ({ records }) => {
      received.push(...records.map((record) => readEvent(record)));
      return { kind: 'done', next: records.at(-1)!.offset + 1n };
    },
    onFatal: (error) => {
      throw error;
    },
  });
  return {
    received,
    /** The received events about one subject. */
    about: (subject: string) => received.filter((event) => event.subject === subject),
    close: async () => {
      await consumer.stop();
      await log.close();
    },
  };
};
