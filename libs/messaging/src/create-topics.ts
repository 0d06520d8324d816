import { kafkaClients, openEventLog } from './open-event-log.ts';
import { createTopics } from './topics.ts';

const refuse: (sentence: string) => never = (sentence) => {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
};

// A program of its own: topics are made once, by whoever sets the system up, never by a service.
const { KAFKA_BROKERS, KAFKA_CLIENT = kafkaClients[0], TOPIC_PREFIX = 'tierline', TOPIC_REPLICAS = '1' } = process.env;
if (!KAFKA_BROKERS) refuse('KAFKA_BROKERS is missing: set it to a comma-separated list of host:port.');
const client = kafkaClients.find((each) => each === KAFKA_CLIENT);
if (!client) refuse(`KAFKA_CLIENT is ${KAFKA_CLIENT}: set it to one of ${kafkaClients.join(', ')}.`);
const log = await openEventLog(
  client,
  { brokers: KAFKA_BROKERS.split(','), clientId: 'create-topics' },
  (level, message) => {
    if (level === 'error') process.stderr.write(`${message}\n`);
  },
);
const created = await createTopics(log, TOPIC_PREFIX, { replicas: Number(TOPIC_REPLICAS) });
process.stdout.write(`${created.length === 0 ? 'all topics are there' : `created ${created.join(', ')}`}\n`);
await log.close();
