import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { commandLine, endOrphan, readPid } from './parts/orphan.ts';
import { Refusal } from './refusal.ts';
import { projectRoot, settings } from './settings.ts';

const neededBytes = 1_000_000_000;

/** The folder that holds all data of this clone: `.tierline`, or TIERLINE_STATE. */
export const stateFolder = (): string => resolve(projectRoot, settings().state ?? '.tierline');

/** The files and folders of a state folder. */
export const statePaths = (folder: string) => ({
  folder,
  lock: join(folder, 'lock'),
  running: join(folder, 'running.json'),
  ports: join(folder, 'ports.json'),
  passwords: join(folder, 'database-passwords.json'),
  tokenKey: join(folder, 'token-key.json'),
  demo: join(folder, 'demo-loaded'),
  logs: join(folder, 'logs'),
  pids: join(folder, 'pids'),
  postgres: join(folder, 'postgres'),
  kafka: join(folder, 'kafka'),
  mail: join(folder, 'mail'),
});
export type StatePaths = ReturnType<typeof statePaths>;

/** What a running Tierline tells the other commands. */
export type RunningTierline = {
  pid: number;
  /** False while the demo company is still being loaded. */
  ready: boolean;
  address: string;
  services: Record<string, string>;
  issuer: { issuer: string; audience: string; jwksUrl: string; keyFile: string };
  kafkaBrokers: string;
  topicPrefix: string;
  postgresUrl: string;
  databases: Record<string, { ownerUrl: string; appUrl: string; workerUrl: string }>;
  smtpUrl: string;
  imapUrl?: string | undefined;
  mailApiUrl?: string | undefined;
  logs: string;
};

/** What runs on that state folder; undefined when nothing does. */
export const readRunning = async (paths: StatePaths): Promise<RunningTierline | undefined> => {
  if (!existsSync(paths.running)) return undefined;
  const running = JSON.parse(await readFile(paths.running, 'utf8')) as RunningTierline;
  return (await isStarter(running.pid)) ? running : undefined;
};

/** Written whole or not at all: others may read it at any moment. */
export const writeRunning = async (paths: StatePaths, running: RunningTierline): Promise<void> => {
  const fresh = `${paths.running}.new`;
  await writeFile(fresh, JSON.stringify(running, null, 2), { mode: 0o600 });
  await rename(fresh, paths.running);
};

const isStarter = async (pid: number): Promise<boolean> =>
  (await commandLine(pid)).includes(join(import.meta.dirname, 'start.ts'));

/**
 * Takes the state folder for this process, which must be a start.
 * @throws Refusal when another start holds it.
 */
export const lockState = async (
  paths: StatePaths,
  holds: typeof isStarter = isStarter,
): Promise<() => Promise<void>> => {
  await mkdir(paths.folder, { recursive: true });
  const pid = await readPid(paths.lock);
  if (pid !== undefined && pid !== process.pid && (await holds(pid))) throw await alreadyRuns(paths, pid);
  // Two starts may both have found a stale lock: the later writer wins, the other sees it here.
  const own = `${paths.lock}.${process.pid}`;
  await writeFile(own, `${process.pid}\n`);
  await rename(own, paths.lock);
  await delay(100);
  const winner = await readPid(paths.lock);
  if (winner !== process.pid) throw await alreadyRuns(paths, winner ?? 0);
  return () => rm(paths.lock, { force: true });
};

const alreadyRuns = async (paths: StatePaths, pid: number): Promise<Refusal> => {
  const address = (await readRunning(paths))?.address ?? 'still starting';
  return new Refusal(`Tierline already runs here (pid ${pid}, ${address}).`);
};

/** Ends what a killed start left running on that folder: services first, then the parts they use. */
export const endOrphans = async (paths: StatePaths): Promise<void> => {
  const pidFiles = existsSync(paths.pids) ? await readdir(paths.pids) : [];
  await Promise.all(pidFiles.map((file) => endOrphan(join(paths.pids, file), serviceMarker(paths))));
  await Promise.all([
    endOrphan(join(paths.kafka, 'kafka.pid'), join(paths.kafka, 'server.properties')),
    endOrphan(join(paths.mail, 'mail.pid'), `-Dtierline.data=${paths.mail}`),
  ]);
};

/** An argument that tells the services of this state folder from those of another. */
export const serviceMarker = (paths: StatePaths): string => `--state=${paths.folder}`;

const emptyState = async (paths: StatePaths): Promise<void> => {
  const own = Object.values(paths).map((path) => basename(path));
  const isOwn = (entry: string) => own.some((name) => entry === name || entry.startsWith(`${name}.`));
  const entries = await readdir(paths.folder);
  const foreign = entries.find((entry) => !isOwn(entry));
  if (foreign !== undefined) {
    throw new Refusal(`--fresh would delete ${join(paths.folder, foreign)}, which Tierline did not make.`);
  }
  await endOrphan(join(paths.postgres, 'data', 'postmaster.pid'), join(paths.postgres, 'data'), 'SIGINT');
  const doomed = entries.filter((entry) => join(paths.folder, entry) !== paths.lock);
  for (const entry of doomed) await rm(join(paths.folder, entry), { recursive: true });
};

const checkDisk = async (folder: string): Promise<void> => {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= neededBytes) return;
  throw new Refusal(
    `There is less than 1 GB free where ${folder} is: make room, or set TIERLINE_STATE to another disk.`,
  );
};

/**
 * Makes a locked state folder ready for a start; with `fresh` all former data is deleted.
 * @throws Refusal when the disk is full, or when `fresh` would delete what is not Tierline's.
 */
export const prepareState = async (paths: StatePaths, fresh: boolean): Promise<void> => {
  await endOrphans(paths);
  if (fresh) await emptyState(paths);
  await checkDisk(paths.folder);
  await mkdir(paths.logs, { recursive: true });
  await mkdir(paths.pids, { recursive: true });
};
