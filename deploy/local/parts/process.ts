import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Refusal } from '../refusal.ts';
import { hold, release } from './leash.ts';

export type Log = (line: string) => void;
export type Exit = { code: number | null; signal: NodeJS.Signals | null };

export type ProcessOptions = {
  name: string;
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv | undefined;
  uid?: number | undefined;
  gid?: number | undefined;
  log: Log;
  /** Where to note the pid, so that a later start can end an orphan. */
  pidFile?: string | undefined;
  stopSignal?: NodeJS.Signals | undefined;
};

export type RunningProcess = {
  name: string;
  pid: number;
  exited: Promise<Exit>;
  /** The end of its output, at most 20 lines. */
  lastLines: () => readonly string[];
  /** Asks it to end, kills it after the deadline, and resolves when it is gone. */
  stop: (deadlineMs?: number) => Promise<Exit>;
};

const keptLines = 20;

const keepLines = (child: ChildProcess, log: Log): (() => readonly string[]) => {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      log(line);
    });
  }
  return () => lines;
};

const stopper =
  (child: ChildProcess, exited: Promise<Exit>, signal: NodeJS.Signals) =>
  async (deadlineMs = 15_000): Promise<Exit> => {
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
    const exit = await exited;
    clearTimeout(timer);
    return exit;
  };

/**
 * Starts a program in a process group of its own, so that Ctrl-C reaches only its starter.
 * @throws the system's error when the program cannot be started.
 */
export const startProcess = async (options: ProcessOptions): Promise<RunningProcess> => {
  const { name, command, args, log, pidFile, stopSignal = 'SIGTERM' } = options;
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.env ? { env: options.env } : {}),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  });
  const lastLines = keepLines(child, log);
  const exited = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  await once(child, 'spawn');
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${name} started without a process id`);
  hold(pid, stopSignal);
  const gone = exited.then(async (exit) => {
    release(pid);
    if (pidFile) await rm(pidFile, { force: true });
    return exit;
  });
  if (pidFile) await writeFile(pidFile, `${pid}\n`, { mode: 0o600 });
  return { name, pid, exited: gone, lastLines, stop: stopper(child, gone, stopSignal) };
};

export const describeExit = ({ code, signal }: Exit): string => (signal ? `signal ${signal}` : `code ${code}`);

/**
 * Resolves when `isReady` says so.
 * @throws Refusal when the process ends first, with its last lines, or after `timeoutMs`.
 */
export const waitUntilReady = async (
  running: RunningProcess,
  isReady: () => Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> => {
  let exit: Exit | undefined;
  void running.exited.then((value) => (exit = value));
  const deadline = Date.now() + timeoutMs;
  while (!(await isReady())) {
    const tail = running.lastLines().join('\n');
    if (exit) throw new Refusal(`${running.name} ended with ${describeExit(exit)} before it was ready\n${tail}`);
    if (Date.now() > deadline) {
      await running.stop();
      throw new Refusal(`${running.name} was not ready after ${timeoutMs / 1000} s\n${tail}`);
    }
    await delay(100);
  }
};
