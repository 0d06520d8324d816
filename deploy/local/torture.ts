import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.ts';
import { startKafka } from './parts/kafka.ts';
import { startPostgres } from './parts/postgres.ts';
import type { RunningProcess } from './parts/process.ts';
import { findFreePort } from './ports.ts';
import { Refusal } from './refusal.ts';
import { reportFailure } from './report-failure.ts';
import { projectRoot, settings } from './settings.ts';
import { checkParts } from './start-parts.ts';
import { guards, head, rowIn, type Row } from './torture-proof.ts';

const usage = `Usage: npm run torture -- --minutes M [--seed S]      breaks a running system for M minutes, then audits it
       npm run torture -- --without GUARD [--seed S]   the same without a protection: the audit must notice
       npm run torture -- --proof [--without GUARD]    a sound run, then that for every protection (or this one), as a table
       … --only KIND                                   faults of one kind alone, such as half-open
       … --every N                                     faults in each Nth minute only, peace in the others
       … --rate N                                      up to N tickets a second more, by programs; agents of their tenant end them
       … --ended SHARE                                 they end this share of those, from 0 to 1; default all
       … --folder DIR                                  where the run is written; kept then, and when it failed
       … --schedule                                    only says what would happen when
`;
const read = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      minutes: { type: 'string' },
      without: { type: 'string' },
      only: { type: 'string' },
      every: { type: 'string' },
      rate: { type: 'string' },
      ended: { type: 'string' },
      folder: { type: 'string' },
      proof: { type: 'boolean', default: false },
      schedule: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values;
type Arguments = ReturnType<typeof read>;

const check = ({ minutes, without, every, rate, ended }: Arguments): void => {
  const { postgresUrl, kafkaBrokers } = settings();
  if (minutes !== undefined && !(Number(minutes) >= 0.5 && Number(minutes) <= 1_440))
    throw new Refusal(`--minutes is ${minutes}: say a number from 0.5 to 1440.`);
  if (every !== undefined && !(Number.isInteger(Number(every)) && Number(every) >= 1))
    throw new Refusal(`--every is ${every}: say a whole number of minutes from 1.`);
  if (rate !== undefined && !(Number(rate) >= 0 && Number(rate) <= 2_000))
    throw new Refusal(`--rate is ${rate}: say a number of tickets a second from 0 to 2000.`);
  if (ended !== undefined && !(Number(ended) >= 0 && Number(ended) <= 1))
    throw new Refusal(`--ended is ${ended}: say a share from 0 to 1.`);
  if (without !== undefined && !(without in guards))
    throw new Refusal(`--without is ${without}: say one of ${Object.keys(guards).join(', ')}.`);
  if (postgresUrl !== undefined || kafkaBrokers !== undefined)
    throw new Refusal(
      'A torture run stops and kills its parts: unset TIERLINE_POSTGRES_URL and TIERLINE_KAFKA_BROKERS.',
    );
};

type Server = { process?: RunningProcess; stop: () => Promise<void> };

/** A part that can be killed and started again at the same place. */
const restartable = async <S extends Server>(launch: () => Promise<S>) => {
  let server = await launch();
  const restart = async (signal: NodeJS.Signals): Promise<void> => {
    const { process: running } = server;
    if (!running) throw new Error('this part has no process of its own');
    process.kill(running.pid, signal);
    await running.exited;
    server = await launch();
  };
  let last: Promise<void> = Promise.resolve();
  return {
    server,
    /** One restart after the other: before it has begun to serve there is nobody to be ended. */
    restart: (signal: NodeJS.Signals): Promise<void> => {
      const restarted = last.then(() => restart(signal));
      // Whoever asked hears of a failure.
      last = restarted.catch(() => undefined);
      return restarted;
    },
    stop: () => last.then(() => server.stop()),
  };
};

const startParts = async (folder: string) => {
  const ports = [await findFreePort(), await findFreePort(), await findFreePort()] as const;
  const logTo = (name: string) => (line: string) =>
    appendFileSync(join(folder, 'processes', `${name}.log`), `${line}\n`);
  const state = join(folder, 'state');
  await mkdir(state, { recursive: true });
  await mkdir(join(folder, 'processes'), { recursive: true });
  const [postgres, kafka] = await Promise.all([
    restartable(() => startPostgres({ dataDir: join(state, 'postgres'), port: ports[0], log: logTo('postgres') })),
    restartable(() =>
      startKafka({ dataDir: join(state, 'kafka'), port: ports[1], controllerPort: ports[2], log: logTo('kafka') }),
    ),
  ]);
  return { postgres, kafka, stop: () => Promise.all([kafka.stop(), postgres.stop()]) };
};
type Parts = Awaited<ReturnType<typeof startParts>>;

type Wish = { id: number; part: 'postgres' | 'kafka'; signal: NodeJS.Signals };

/** The run asks for restarts, and hears when the part serves again. */
const grant = (child: ChildProcess, parts: Parts): void => {
  child.on('message', ({ id, part, signal }: Wish) => {
    const answer = (error?: string) => child.connected && child.send({ id, error });
    parts[part].restart(signal).then(
      () => answer(),
      (error: Error) => answer(error.message),
    );
  });
};

/** About 60 MB live, however long it lasts; without limits ten times as much is garbage. */
const heap = ['--max-old-space-size=512', '--max-semi-space-size=16'];

const runMain = async (
  folder: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  onStarted: (child: ChildProcess) => void,
): Promise<number> => {
  const entry = join(projectRoot, 'dist', 'apps', 'e2e', 'src', 'torture', 'main.js');
  const { NODE_OPTIONS: _options, ...inherited } = process.env;
  const child = spawn(process.execPath, [...heap, '--enable-source-maps', entry, '--folder', folder, ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...inherited, ...env },
  });
  const passOn = (signal: NodeJS.Signals) => void child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, passOn);
  onStarted(child);
  const [code] = (await once(child, 'close')) as [number | null];
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, passOn);
  return code ?? 1;
};

const runOnce = async (folder: string, args: readonly string[]): Promise<number> => {
  const parts = await startParts(folder);
  try {
    const place = {
      TIERLINE_TORTURE_POSTGRES: parts.postgres.server.url,
      TIERLINE_TORTURE_KAFKA: parts.kafka.server.brokers,
    };
    return await runMain(folder, args, place, (child) => grant(child, parts));
  } finally {
    await parts.stop();
  }
};

const withFolder = async (wanted: string | undefined, work: (folder: string) => Promise<number>): Promise<number> => {
  const folder = wanted === undefined ? await mkdtemp(join(tmpdir(), 'tierline-torture-')) : resolve(wanted);
  const code = await work(folder);
  if (wanted !== undefined || code !== 0) process.stdout.write(`The run is in ${folder}\n`);
  else await rm(folder, { recursive: true, force: true });
  return code;
};

/** What the proof runs with where nothing else is said: faults that bring out the lack of a guard within so short a time. */
const proofRun = { seed: '7', minutes: '0.75' };

/** A sound run, and one without each guard; or, with `--without`, without that one alone. Prints what the audit made of each. */
const prove = async ({ seed, minutes, without, folder: wanted }: Arguments): Promise<number> => {
  const folder = wanted === undefined ? await mkdtemp(join(tmpdir(), 'tierline-torture-')) : resolve(wanted);
  const options = ['--seed', seed ?? proofRun.seed, '--minutes', minutes ?? proofRun.minutes];
  const rows: Row[] = [];
  for (const guard of without === undefined ? [null, ...Object.keys(guards)] : [without]) {
    const own = join(folder, guard ?? 'sound');
    const code = await runOnce(own, guard === null ? options : [...options, '--without', guard]);
    rows.push(await rowIn({ guard, folder: own, code }));
  }
  process.stdout.write(`\n${[head, ...rows.map(({ text }) => text)].join('\n')}\n`);
  const isProven = rows.every((row) => row.isProven);
  if (wanted !== undefined || !isProven) process.stdout.write(`The runs are in ${folder}\n`);
  else await rm(folder, { recursive: true, force: true });
  return isProven ? 0 : 1;
};

const torture = async (given: Arguments): Promise<number> => {
  if (given.help) {
    process.stdout.write(usage);
    return 0;
  }
  check(given);
  await checkParts();
  await build();
  const seed = given.seed === undefined ? [] : ['--seed', given.seed];
  if (given.proof) return prove(given);
  const minutes = ['--minutes', given.minutes ?? (given.without === undefined ? '5' : '1')];
  const without = given.without === undefined ? [] : ['--without', given.without];
  const only = given.only === undefined ? [] : ['--only', given.only];
  const every = given.every === undefined ? [] : ['--every', given.every];
  const rate = given.rate === undefined ? [] : ['--rate', given.rate];
  const ended = given.ended === undefined ? [] : ['--ended', given.ended];
  const options = [...seed, ...minutes, ...without, ...only, ...every, ...rate, ...ended];
  if (given.schedule) return runMain('.', [...options, '--schedule'], {}, () => undefined);
  return withFolder(given.folder, (folder) => runOnce(folder, options));
};

try {
  process.exitCode = await torture(read(process.argv.slice(2)));
} catch (error) {
  reportFailure(error);
}
