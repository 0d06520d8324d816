import { join } from 'node:path';
import { openLog } from './logs.ts';
import { createServiceDatabases } from './parts/databases.ts';
import type { DatabaseUrls, Service } from './parts/databases.ts';
import { startIssuer } from './parts/issuer.ts';
import type { Issuer } from './parts/issuer.ts';
import { checkJava, checkMaven } from './parts/java.ts';
import { startKafka } from './parts/kafka.ts';
import type { Kafka } from './parts/kafka.ts';
import { startMail } from './parts/mail.ts';
import type { Mail } from './parts/mail.ts';
import type { RunningProcess } from './parts/process.ts';
import { startPostgres } from './parts/postgres.ts';
import type { Postgres } from './parts/postgres.ts';
import type { Ports } from './ports.ts';
import type { Progress } from './progress.ts';
import { settings } from './settings.ts';
import type { Shutdown } from './shutdown.ts';
import type { StatePaths } from './state.ts';
import { supervise } from './supervisor.ts';

export type StartContext = {
  paths: StatePaths;
  ports: Ports;
  progress: Progress;
  shutdown: Shutdown;
  wasEverReady: () => boolean;
  onGivenUp: (text: string) => void;
};

export type Parts = {
  postgres: Postgres;
  databases: Record<Service, DatabaseUrls>;
  kafka: Kafka;
  mail: Mail;
  issuer: Issuer;
};

type Part = { process?: RunningProcess; stop: () => Promise<void> };

/** @throws PartMissing when Kafka or the mail server cannot run here and no existing one is named. */
export const checkParts = async (): Promise<void> => {
  const { kafkaBrokers, smtpUrl } = settings();
  for (const part of [...(kafkaBrokers ? [] : (['kafka'] as const)), ...(smtpUrl ? [] : (['mail'] as const))]) {
    await checkJava(part);
    await checkMaven(part);
  }
};

/** Starts a part and keeps it running; its `stop` then also ends the keeping. */
const keep = async <P extends Part>(context: StartContext, name: string, start: () => Promise<P>): Promise<P> => {
  const part = await context.progress.step(name, start);
  if (!part.process) return part;
  const restart = async () => {
    const { process: again } = await start();
    if (!again) throw new Error(`${name} came back without a process`);
    return again;
  };
  const { progress, wasEverReady, onGivenUp } = context;
  const untilReady = () => Promise.resolve();
  const kept = supervise(
    { name, start: restart, untilReady, say: progress.say, wasEverReady, onGivenUp },
    part.process,
  );
  return { ...part, stop: kept.stop };
};

const keepPostgres = async (context: StartContext) => {
  const { paths, ports, progress } = context;
  const log = openLog(paths.logs, 'postgres');
  const postgres = await keep(context, 'PostgreSQL', () =>
    startPostgres({ dataDir: paths.postgres, port: ports.postgres, log }),
  );
  const create = () =>
    createServiceDatabases({
      adminUrl: postgres.url,
      passwordFile: paths.passwords,
      prefix: settings().databasePrefix,
    });
  try {
    return { postgres, databases: await progress.step('databases', create) };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
};

const keepKafka = (context: StartContext) => {
  const { paths, ports } = context;
  const log = openLog(paths.logs, 'kafka');
  const controllerPort = ports['kafka-controller'];
  return keep(context, 'Kafka', () => startKafka({ dataDir: paths.kafka, port: ports.kafka, controllerPort, log }));
};

const keepMail = (context: StartContext) => {
  const { paths, ports } = context;
  const log = openLog(paths.logs, 'mail');
  const options = { smtpPort: ports.smtp, imapPort: ports.imap, apiPort: ports['mail-api'], dataDir: paths.mail, log };
  return keep(context, 'mail server', () => startMail(options));
};

/**
 * Starts PostgreSQL with its databases, Kafka, mail and the token issuer, and `beside` them at the same time.
 * What did start is registered for the stop, also when another part fails.
 */
export const startParts = async (context: StartContext, beside: () => Promise<void>): Promise<Parts> => {
  const { paths, ports, shutdown } = context;
  const keyFile = join(paths.tokenKey);
  const [issuer, postgres, kafka, mail, other] = await Promise.allSettled([
    startIssuer({ port: ports.issuer, keyFile }),
    keepPostgres(context),
    keepKafka(context),
    keepMail(context),
    beside(),
  ]);
  if (issuer.status === 'fulfilled') shutdown.onStop(issuer.value.stop);
  if (postgres.status === 'fulfilled') shutdown.onStop(postgres.value.postgres.stop);
  if (kafka.status === 'fulfilled') shutdown.onStop(kafka.value.stop);
  if (mail.status === 'fulfilled') shutdown.onStop(mail.value.stop);
  shutdown.signal.throwIfAborted();
  for (const result of [other, postgres, kafka, mail, issuer]) if (result.status === 'rejected') throw result.reason;
  return {
    ...valueOf(postgres),
    kafka: valueOf(kafka),
    mail: valueOf(mail),
    issuer: valueOf(issuer),
  };
};

const valueOf = <T>(result: PromiseSettledResult<T>): T => {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
};
