import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningProcess } from '@tierline/local';
import type { Chance } from './chance.ts';
import type { PodName } from './fault.ts';

/** An end of a process that nobody ordered. */
export type Crash = { at: string; pod: PodName; reason: string; lines: readonly string[] };

type Surroundings = { chance: Chance; onCrash: (crash: Crash) => void };

/** How long a process may take to end by SIGTERM when it is halted, in milliseconds. */
const grace = 10_000;

/** Starts the process again whenever it ends, after at most a second, unless it is halted. */
export const keepRunning = (name: PodName, { chance, onCrash }: Surroundings, start: () => Promise<RunningProcess>) => {
  let running: RunningProcess | undefined;
  let isAlive = false;
  let stopping = false;
  let expected = false;
  let lives = 0;
  let halts = 0;
  const live = async () => {
    isAlive = true;
    running = await start();
    lives += 1;
    const { pid, exited, lastLines } = running;
    const { code, signal } = await exited;
    running = undefined;
    isAlive = false;
    if (!expected && !stopping)
      onCrash({ at: new Date().toISOString(), pod: name, reason: `${signal ?? code} (${pid})`, lines: lastLines() });
    expected = false;
  };
  const keep = async () => {
    while (!stopping) {
      if (halts === 0) await live();
      await sleep(chance.between(250, 1_000));
    }
  };
  const kept = keep();
  const signal = (sent: NodeJS.Signals): boolean => {
    if (!running) return false;
    if (sent === 'SIGKILL' || sent === 'SIGTERM') expected = true;
    process.kill(running.pid, sent);
    return true;
  };
  return {
    lives: () => lives,
    expectDeath: (ordered: boolean) => void (expected = ordered),
    signal,
    halt: async () => {
      halts += 1;
      const patient = Date.now() + grace;
      for (let asked = false; isAlive; await sleep(50))
        if (Date.now() > patient) signal('SIGKILL');
        else if (!asked) asked = signal('SIGCONT') && signal('SIGTERM');
      return () => void (halts -= 1);
    },
    stop: async () => {
      stopping = true;
      if (running) {
        process.kill(running.pid, 'SIGCONT');
        await running.stop();
      }
      await kept;
    },
  };
};
