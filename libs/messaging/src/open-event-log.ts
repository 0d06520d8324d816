import type { ClientLog, EventLog, KafkaAddress } from './event-log.ts';

/** The Kafka clients that can stand behind the event log; the first is the default. */
export const kafkaClients = ['kafkajs', 'platformatic'] as const;
export type KafkaClient = (typeof kafkaClients)[number];

/** Opens the event log on this client. It connects when it is used. */
export const openEventLog = async (client: KafkaClient, address: KafkaAddress, log: ClientLog): Promise<EventLog> => {
  // A client costs up to 45 MB and a second of start: only the chosen one is loaded.
  switch (client) {
    case 'kafkajs':
      return new (await import('./kafkajs-event-log.ts')).KafkajsEventLog(address, log);
    case 'platformatic':
      return new (await import('./platformatic-event-log.ts')).PlatformaticEventLog(address, log);
  }
};
