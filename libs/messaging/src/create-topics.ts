import { KafkajsEventLog } from './kafkajs-event-log.ts';
import { createTopics } from './topics.ts';

// A program of its own: topics are made once, by whoever sets the system up, never by a service.
const { KAFKA_BROKERS, TOPIC_PREFIX = 'tierline', TOPIC_REPLICAS = '1' } = process.env;
if (!KAFKA_BROKERS) {
  process.stderr.write('KAFKA_BROKERS is missing: set it to a comma-separated list of host:port.\n');
  process.exit(1);
}
const log = new KafkajsEventLog({ brokers: KAFKA_BROKERS.split(','), clientId: 'create-topics' }, (level, message) => {
  if (level === 'error') process.stderr.write(`${message}\n`);
});
const created = await createTopics(log, TOPIC_PREFIX, { replicas: Number(TOPIC_REPLICAS) });
process.stdout.write(`${created.length === 0 ? 'all topics are there' : `created ${created.join(', ')}`}\n`);
await log.close();
