import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { endReporting } from '../audit/run.ts';

const program = join(import.meta.dirname, '..', 'audit', 'main.js');

/** It needs no more; without a limit garbage stays until there is ten times as much. */
const flags = ['--enable-source-maps', '--max-old-space-size=768', '--max-semi-space-size=16'];

export type Audit = { code: number; lines: readonly string[] };

const start = (args: readonly string[]): ChildProcess => {
  if (!existsSync(program)) throw new Error(`the auditor is not built: there is no ${program}`);
  return spawn(process.execPath, [...flags, program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
};

const outputOf = (child: ChildProcess, say: (text: string) => void): (() => string) => {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      say(text);
    });
  return () => output;
};

/** The auditor that looks on while the load runs; `stop` ends it. */
export const startWatch = (folder: string, log: (line: string) => void): { stop(): Promise<void> } => {
  const child = start([folder, '--watch']);
  const printed = outputOf(child, log);
  const closed = once(child, 'close') as Promise<[number | null]>;
  return {
    stop: async () => {
      child.kill('SIGTERM');
      const [code] = await closed;
      if (code !== 0) throw new Error(`the watch of the auditor ended with ${code}:\n${printed()}`);
    },
  };
};

type Starter = { say: (text: string) => void; stopReporting: () => Promise<unknown> };

/** Runs the auditor over the folder: a program of its own, which reads databases, topics and the files of the run. */
export const audit = async (folder: string, { say, stopReporting }: Starter): Promise<Audit> => {
  const child = start([folder]);
  child.on('message', (message) => {
    if (message === endReporting) void stopReporting().then(() => child.connected && child.send('ended'));
  });
  const printed = outputOf(child, say);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? 1, lines: printed().split('\n').filter(Boolean) };
};
