import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findFreePort, services } from '@tierline/local';
import { createTopics, openEventLog, type Producer } from '@tierline/messaging';
import type { Arguments } from './arguments.ts';
import { startWatch } from './auditor.ts';
import { chanceOf } from './chance.ts';
import { openClient, type Client } from './client.ts';
import { tenantsAt } from './desk.ts';
import type { Service } from './fault.ts';
import type { World } from './faults/world.ts';
import type { Crash } from './keeping.ts';
import { openParts, type Parts } from './parts.ts';
import { entryOf, environmentOf, prefix, serviceVariables, startPods, type Pod } from './pods.ts';
import { countIn } from './quiet.ts';
import { startReceivers, type Receivers } from './receivers.ts';
import type { RunFile, RunFolder } from './run-folder.ts';
import { setUp } from './set-up.ts';
import { openTap, type Tap } from './tap.ts';

type Say = (line: string) => void;

/** Everything that a run needs, started: parts, processes, clients, receivers, the tap, the watch. */
export type Stage = Awaited<ReturnType<typeof openStage>>;

const migrate = async (parts: Parts, folder: RunFolder, service: Service): Promise<void> => {
  const { env } = environmentOf(parts, service, 0, null);
  const child = spawn(process.execPath, [entryOf(service), 'migrate'], { env: { ...process.env, ...env } });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => folder.logOf(`${service}-migrate`)(text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0)
    throw new Error(`the migration of ${service} ended with ${code}: see processes/${service}-migrate.log`);
};

const makeTopics = async (parts: Parts): Promise<void> => {
  const log = await openEventLog('kafkajs', { brokers: [parts.brokers], clientId: 'torture' }, () => undefined);
  await createTopics(log, prefix, { replicas: 1 });
  await log.close();
};

const runFileOf = async (
  parts: Parts,
  pods: readonly Pod[],
  { seed, minutes, without, rate }: Arguments,
  receivers: RunFile['receivers'],
): Promise<RunFile> => {
  const urls = (of: (service: Service) => string) =>
    Object.fromEntries(services.map((service) => [service, of(service)])) as RunFile['databases'];
  // The auditor looks over every wall, and changes nothing in order to.
  const unwalled = (service: Service): string =>
    Object.assign(new URL(parts.postgresUrl), { pathname: `/${parts.databases[service].database}` }).href;
  const tokens: Record<string, string> = {};
  for (const tenant of tenantsAt(rate)) tokens[tenant] = await parts.token({ tenant, subject: 'admin', role: 'admin' });
  const reporting = environmentOf(parts, 'reporting', await findFreePort(), null);
  return {
    seed,
    minutes,
    prefix,
    brokers: parts.brokers,
    databases: urls(unwalled),
    appDatabases: urls((service) => parts.databases[service].appUrl),
    tenants: [...tenantsAt(rate)],
    startedAt: new Date().toISOString(),
    loadEndedAt: null,
    endedAt: null,
    guardOff: without,
    processes: pods.map(({ name, service, address }) => ({ name, service, address })),
    receivers,
    variables: serviceVariables,
    tokens,
    rebuild: { command: [process.execPath, entryOf('reporting')], env: reporting.env },
  };
};

/** Steps that end what was started, the last one first; each is done once. */
const closing = () => {
  const steps: (() => Promise<unknown>)[] = [];
  let closed: Promise<void> | undefined;
  const closeAll = async () => {
    for (let step = steps.pop(); step; step = steps.pop()) await step().catch(() => undefined);
  };
  return { onClose: (step: () => Promise<unknown>) => void steps.push(step), close: () => (closed ??= closeAll()) };
};

type Actors = { client: Client; tap: Tap; receivers: Receivers; producer: Producer };

const openActors = async (
  { parts, pods, folder, seed }: { parts: Parts; pods: readonly Pod[]; folder: RunFolder; seed: string },
  onClose: (step: () => Promise<unknown>) => void,
  onFatal: (error: Error) => void,
): Promise<Actors> => {
  const receivers = await startReceivers(folder, chanceOf(`${seed}/receivers`));
  onClose(() => folder.close());
  onClose(() => receivers.stop());
  const tap = await openTap(parts, folder, onFatal);
  onClose(() => tap.close());
  const producer = await tap.log.producer();
  const client = openClient({ parts, pods, folder, chance: chanceOf(`${seed}/client`), seed });
  return { client, tap, receivers, producer };
};

/** How long what is under way may take after the load, in milliseconds, if it gets less all the time. */
const longestQuiet = (minutes: number) => Math.max(10, 2 * minutes) * 60_000;
/** How long a fault may trouble, in milliseconds: where programs open as much as can be done, a ticket waits in line. */
const recoveryPatience = (rate: number) => (rate > 0 ? 600_000 : 120_000);

/** Events that the services journalled. */
const eventsIn = async (parts: Parts): Promise<number> => {
  const publishers = services.filter((service) => service !== 'reporting');
  const counts = publishers.map((service) => countIn(parts, service, 'SELECT count(*) AS n FROM journal'));
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
};

/** Says how long each step took. */
const timer = (say: Say) => {
  let last = performance.now();
  return (step: string): void => {
    const now = performance.now();
    say(`Ready after ${((now - last) / 1_000).toFixed(1)} s: ${step}`);
    last = now;
  };
};

export const openStage = async (folder: RunFolder, options: Arguments, say: Say) => {
  const { seed, without } = options;
  const { onClose, close } = closing();
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => undefined);
  const crashes: Crash[] = [];
  const onCrash = (crash: Crash) => {
    crashes.push(crash);
    say(`${crash.at.slice(11, 19)} ${crash.pod} ended unasked (${crash.reason}): ${crash.lines.at(-1) ?? ''}`);
  };
  const timed = timer(say);
  try {
    const parts = await openParts(folder);
    onClose(() => parts.stop());
    await makeTopics(parts);
    timed('topics and databases');
    await Promise.all(services.map((service) => migrate(parts, folder, service)));
    timed('migrations');
    const pods = await startPods({ parts, folder, chance: chanceOf(`${seed}/pods`), without, onCrash });
    onClose(() => Promise.all(pods.map((pod) => pod.stop())));
    timed('processes');
    const actors = await openActors({ parts, pods, folder, seed }, onClose, failure.reject);
    const { client, tap, receivers, producer } = actors;
    const run = await runFileOf(parts, pods, options, await setUp(client, { receivers, tap, rate: options.rate }));
    timed('desks and first tickets');
    await folder.writeRun(run);
    const watch = startWatch(folder.folder, folder.logOf('watch'));
    onClose(() => watch.stop());
    const world: World = { parts, pods, tap, producer, folder };
    /** Ends what would still write while the auditor reads. */
    const standStill = async (times: Pick<RunFile, 'loadEndedAt' | 'endedAt'>): Promise<void> => {
      await watch.stop();
      const processes = run.processes.filter(({ service }) => service !== 'reporting');
      await folder.writeRun({ ...run, ...times, processes });
      await folder.closeOthers();
    };
    /** The auditor starts reporting itself, to see it rebuilt. */
    const stopReporting = () =>
      Promise.all(pods.filter(({ service }) => service === 'reporting').map((pod) => pod.stop()));
    const figures = async () => ({
      crashes,
      answers: client.counts(),
      tickets: await countIn(parts, 'intake', `SELECT count(*) AS n FROM journal WHERE type LIKE '%.opened.v1'`),
      events: await eventsIn(parts),
      ...tap.counts(),
      webhooks: receivers.count(),
    });
    return {
      client,
      tap,
      world,
      probing: { client, tap, receivers, pods, patience: recoveryPatience(options.rate) },
      receivers,
      watched: { parts, pods, log: tap.log, longest: longestQuiet(options.minutes) },
      /** Rejects when the run itself, not the system under torture, cannot go on. */
      failed: failure.promise,
      standStill,
      stopReporting,
      figures,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};
