import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { settings } from '../settings.ts';
import { javaFlags, prepareJava } from './java.ts';
import { knowsABroker } from './kafka-probe.ts';
import { endOrphan } from './orphan.ts';
import { PartMissing } from './part-missing.ts';
import { startProcess, waitUntilReady } from './process.ts';
import type { Log, RunningProcess } from './process.ts';

const run = promisify(execFile);

/** `brokers` is a comma list of host:port. `process` is absent for an existing Kafka. */
export type Kafka = { brokers: string; process?: RunningProcess; stop: () => Promise<void> };

export type KafkaOptions = {
  dataDir: string;
  port: number;
  controllerPort: number;
  log: Log;
  /** The JVM's largest heap, like `512m`; default TIERLINE_KAFKA_HEAP. */
  heap?: string | undefined;
  /** Brokers of an existing Kafka to use instead; default TIERLINE_KAFKA_BROKERS. */
  existing?: string | undefined;
};

const properties = (data: string, port: number, controllerPort: number): string =>
  Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': data,
    'auto.create.topics.enable': false,
    'group.initial.rebalance.delay.ms': 0,
    'offsets.topic.num.partitions': 4,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'background.threads': 2,
    'num.recovery.threads.per.data.dir': 2,
    // The default reserves a quarter of a 512 MB heap.
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
    // Enough for a 1 GB segment; the default makes 20 MB of index files for each partition.
    'log.index.size.max.bytes': 2 * 1024 * 1024,
  })
    .map(([key, value]) => `${key}=${value}`)
    .join('\n');

const flagsOf = (jars: string, heap: string): string[] => [
  ...javaFlags(heap),
  '-XX:+ExitOnOutOfMemoryError',
  `-Dlog4j2.configurationFile=${join(import.meta.dirname, 'log4j2.properties')}`,
  ...['-cp', join(jars, '*')],
];

/** A format that was cut short leaves a folder that Kafka refuses, hence the stamp. */
const format = async (dataDir: string, config: string, flags: readonly string[]): Promise<void> => {
  const stamp = join(dataDir, 'formatted');
  if (existsSync(stamp)) return;
  await rm(join(dataDir, 'data'), { recursive: true, force: true });
  // Prefixed, since Kafka refuses an id that starts with a dash.
  const clusterId = `T${randomBytes(16).toString('base64url').slice(0, 20)}A`;
  try {
    await run('java', [...flags, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', config]);
  } catch (cause) {
    const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string };
    throw new Error(`Kafka could not prepare ${dataDir}\n${stdout}${stderr}`.trimEnd(), { cause });
  }
  await writeFile(stamp, clusterId);
};

const useExisting = async (brokers: string): Promise<Kafka> => {
  const answers = await Promise.all(brokers.split(',').map((broker) => isReachable(broker.trim())));
  if (!answers.some(Boolean)) {
    throw new PartMissing(`No Kafka broker of TIERLINE_KAFKA_BROKERS answers (${brokers}).`);
  }
  return { brokers, stop: () => Promise.resolve() };
};

const isReachable = (broker: string): Promise<boolean> => {
  const [, host = '', port = ''] = /^(.+):(\d+)$/.exec(broker) ?? [];
  if (!host) throw new PartMissing(`TIERLINE_KAFKA_BROKERS holds ${broker}, which is not host:port.`);
  return knowsABroker(host, Number(port), 10_000);
};

/**
 * Starts one Kafka 4 node on 127.0.0.1 with its files in `dataDir`; ends an orphan of ours first.
 * Ready means that it answers for metadata with itself in it, so topics can be created at once.
 * @throws PartMissing without Java or Maven, Error with its last lines when it does not come up.
 */
export const startKafka = async (options: KafkaOptions): Promise<Kafka> => {
  const { dataDir, port, controllerPort, log } = options;
  const { kafkaBrokers, kafkaHeap } = settings();
  const existing = options.existing ?? kafkaBrokers;
  if (existing) return useExisting(existing);
  const jars = await prepareJava('kafka');
  await mkdir(dataDir, { recursive: true });
  const config = join(dataDir, 'server.properties');
  const pidFile = join(dataDir, 'kafka.pid');
  await endOrphan(pidFile, config);
  await writeFile(config, properties(join(dataDir, 'data'), port, controllerPort));
  const flags = flagsOf(jars, options.heap ?? kafkaHeap);
  await format(dataDir, config, flags);
  const args = [...flags, 'kafka.Kafka', config];
  const running = await startProcess({ name: 'Kafka', command: 'java', args, log, pidFile });
  await waitUntilReady(running, () => knowsABroker('127.0.0.1', port));
  return { brokers: `127.0.0.1:${port}`, process: running, stop: async () => void (await running.stop()) };
};
