import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hold, nodeFlags, release, type App } from '@tierline/local';

/** A built service that runs in a process of its own, as it does in production. */
export type ServiceProcess = {
  name: string;
  url: string;
  pid: number;
  /** Seconds from start to its first answer that it is ready. */
  readyAfter: number;
  stop(): Promise<void>;
};

/** Processor seconds and resident megabytes of a process; undefined where the system does not tell (not Linux). */
export const usageOf = (pid: number): { cpu: number; megabytes: number } | undefined => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
    return { cpu: (Number(fields[11]) + Number(fields[12])) / 100, megabytes: (Number(fields[21]) * 4_096) / 1e6 };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

const isReady = async (url: string): Promise<boolean> => {
  try {
    const { status } = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    return status === 200;
  } catch (error) {
    // Nobody listens yet.
    if (error instanceof TypeError || (error as Error).name === 'TimeoutError') return false;
    throw error;
  }
};

const readyWithin = 60_000;

/** Starts a built service, and resolves when it is ready. Its log goes to a file, and is quoted when it does not start. */
export const startServiceProcess = async (
  { name, entry, address, readyUrl, env }: App,
  flags: readonly string[] = [],
): Promise<ServiceProcess> => {
  const logFile = join(tmpdir(), `tierline-bench-${process.pid}-${name}.log`);
  const log = openSync(logFile, 'w');
  const started = performance.now();
  const child = spawn(process.execPath, [...nodeFlags, ...flags, entry], {
    stdio: ['ignore', log, log],
    detached: true,
    env: { ...process.env, ...env },
  });
  closeSync(log);
  await once(child, 'spawn');
  const pid = child.pid!;
  hold(pid, 'SIGTERM');
  const gone = once(child, 'exit').then(() => release(pid));
  let ended = false;
  void gone.then(() => (ended = true));
  while (!(await isReady(readyUrl))) {
    if (ended || performance.now() - started > readyWithin)
      throw new Error(`${name} did not become ready\n${readFileSync(logFile, 'utf8').slice(-2_000)}`);
    await sleep(20);
  }
  return {
    name,
    url: address,
    pid,
    readyAfter: (performance.now() - started) / 1_000,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await gone;
      clearTimeout(timer);
      rmSync(logFile, { force: true });
    },
  };
};
