import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { platform } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The command line of a live process; empty when there is none. */
export const commandLine = async (pid: number): Promise<string> => {
  try {
    if (platform() === 'linux') return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
    return (await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)])).stdout;
  } catch {
    return '';
  }
};

/** The first number in a pid file; undefined when the file is missing or holds none. */
export const readPid = async (pidFile: string): Promise<number | undefined> => {
  try {
    const pid = Number.parseInt(await readFile(pidFile, 'utf8'), 10);
    return pid > 0 ? pid : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/**
 * Ends the process that a former start left behind, and removes its pid file.
 * A pid is a number that the system reuses: only a command line that holds `marker` is ours.
 */
export const endOrphan = async (pidFile: string, marker: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
  const pid = await readPid(pidFile);
  if (pid === undefined) return;
  const isOurs = async () => (await commandLine(pid)).includes(marker);
  if (await isOurs()) process.kill(pid, signal);
  const deadline = Date.now() + 15_000;
  while (await isOurs()) {
    if (Date.now() > deadline) process.kill(pid, 'SIGKILL');
    await delay(50);
  }
  await rm(pidFile, { force: true });
};
