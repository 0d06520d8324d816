import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build, runTool } from './build.ts';
import { loadDemo } from './demo.ts';
import { killHeld } from './parts/leash.ts';
import { choosePorts } from './ports.ts';
import { createProgress } from './progress.ts';
import { Refusal } from './refusal.ts';
import { reportFailure } from './report-failure.ts';
import { addressOf, appTable } from './services.ts';
import { projectRoot, settings } from './settings.ts';
import { createShutdown, onStopSignals } from './shutdown.ts';
import { parseStartArguments, startUsage } from './start-arguments.ts';
import { startApps } from './start-apps.ts';
import { checkParts, startParts } from './start-parts.ts';
import type { Parts, StartContext } from './start-parts.ts';
import { lockState, prepareState, stateFolder, statePaths, writeRunning } from './state.ts';
import type { RunningTierline } from './state.ts';
import { summary } from './summary.ts';

const createTopics = async (kafkaBrokers: string, topicPrefix: string, signal: AbortSignal): Promise<void> => {
  const program = join(projectRoot, 'dist', 'libs', 'messaging', 'src', 'create-topics.js');
  const env = { KAFKA_BROKERS: kafkaBrokers, TOPIC_PREFIX: topicPrefix };
  const { code, output } = await runTool(process.execPath, [program], env, signal);
  if (code !== 0) throw new Refusal(`The topics could not be made\n${output}`);
};

const describe = ({ paths, ports }: StartContext, parts: Parts): RunningTierline => {
  const { postgres, databases, kafka, mail, issuer } = parts;
  const services = Object.keys(databases) as (keyof typeof databases)[];
  return {
    pid: process.pid,
    ready: false,
    address: addressOf(ports, 'gateway'),
    services: Object.fromEntries(services.map((name) => [name, addressOf(ports, name)])),
    issuer: { issuer: issuer.issuer, audience: issuer.audience, jwksUrl: issuer.jwksUrl, keyFile: paths.tokenKey },
    kafkaBrokers: kafka.brokers,
    topicPrefix: settings().topicPrefix,
    postgresUrl: postgres.url,
    databases,
    smtpUrl: mail.smtpUrl,
    imapUrl: mail.imapUrl,
    mailApiUrl: mail.apiUrl,
    logs: paths.logs,
  };
};

type Session = Omit<StartContext, 'ports' | 'wasEverReady'>;

const bringUp = async (session: Session, withDemo: boolean, onReady: () => void): Promise<void> => {
  const { paths, progress, shutdown } = session;
  const { port, topicPrefix, mailFrom, deskUrl, logLevel } = settings();
  let isReady = false;
  await checkParts();
  const ports = await choosePorts(paths.ports, port);
  const context: StartContext = { ...session, ports, wasEverReady: () => isReady };
  const parts = await startParts(context, () => progress.step('build', () => build(shutdown.signal)));
  const { databases, kafka, mail, issuer } = parts;
  await progress.step('topics', () => createTopics(kafka.brokers, topicPrefix, shutdown.signal));
  const surroundings = { ports, databases, kafkaBrokers: kafka.brokers, topicPrefix, mailFrom, deskUrl, logLevel };
  await startApps(context, appTable({ ...surroundings, smtpUrl: mail.smtpUrl, jwksUrl: issuer.jwksUrl }));
  const running = describe(context, parts);
  shutdown.onStop(() => rm(paths.running, { force: true }));
  await writeRunning(paths, running);
  isReady = true;
  if (withDemo && !existsSync(paths.demo)) await loadDemo({ paths, running, progress, signal: shutdown.signal });
  shutdown.signal.throwIfAborted();
  await writeRunning(paths, { ...running, ready: true });
  progress.say(summary(running));
  onReady();
};

const forceEnd = (): never => {
  process.stderr.write('Ended at once.\n');
  killHeld();
  process.exit(1);
};

/** Runs Tierline until a stop is wanted (resolves) or it cannot go on (rejects). */
const run = async (fresh: boolean, withDemo: boolean): Promise<void> => {
  const { isCi } = settings();
  const progress = createProgress(process.stdout.isTTY && !isCi);
  const shutdown = createShutdown(progress.say);
  const paths = statePaths(stateFolder());
  const givenUp = Promise.withResolvers<never>();
  const stopWanted = Promise.withResolvers<'stop'>();
  onStopSignals(() => stopWanted.resolve('stop'), forceEnd);
  shutdown.onStop(await lockState(paths));
  const onGivenUp = (text: string) => givenUp.reject(new Refusal(text));
  const up = (async () => {
    await prepareState(paths, fresh);
    await bringUp({ paths, progress, shutdown, onGivenUp }, withDemo, () => undefined);
    return stopWanted.promise;
  })();
  try {
    await Promise.race([up, stopWanted.promise, givenUp.promise]);
    progress.say('Stopping …');
  } finally {
    await shutdown.stop();
    // What was still on its way up has by now registered itself.
    stopWanted.resolve('stop');
    await up.catch(() => undefined);
    await shutdown.stop();
  }
  progress.say('Tierline has stopped.');
};

// Whoever read our output may be gone; Tierline goes on without being read.
process.stdout.on('error', () => undefined);
try {
  const { fresh, 'no-demo': noDemo, help } = parseStartArguments(process.argv.slice(2));
  if (help) process.stdout.write(startUsage);
  else await run(fresh, !noDemo);
} catch (error) {
  reportFailure(error);
}
process.exit();
