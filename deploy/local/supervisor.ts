import { setTimeout as delay } from 'node:timers/promises';
import { describeExit } from './parts/process.ts';
import type { RunningProcess } from './parts/process.ts';

/** How often and how fast a process has died, so far. */
export type DeathRecord = { quickInARow: number; delayMs: number };

export const noDeaths: DeathRecord = { quickInARow: 0, delayMs: 0 };

const quickMs = 10_000;
const quickDeathsAllowed = 3;
const firstDelayMs = 1_000;
const longestDelayMs = 30_000;

/**
 * What to do about a process that died after `livedMs`: wait `delayMs` and start it again, or give up.
 * Giving up is for the time before Tierline was ever ready; afterwards a service is tried for ever.
 */
export const afterDeath = (
  former: DeathRecord,
  livedMs: number,
  wasEverReady: boolean,
): DeathRecord & { giveUp: boolean } => {
  const isQuick = livedMs < quickMs;
  const quickInARow = isQuick ? former.quickInARow + 1 : 0;
  const isFirst = !isQuick || former.delayMs === 0;
  const delayMs = isFirst ? firstDelayMs : Math.min(former.delayMs * 2, longestDelayMs);
  return { quickInARow, delayMs, giveUp: !wasEverReady && quickInARow >= quickDeathsAllowed };
};

export type Supervised = {
  name: string;
  /** Starts the process; a rejection counts as a death. */
  start: () => Promise<RunningProcess>;
  /** Resolves when the process that was started again serves; only used to say so. */
  untilReady?: ((running: RunningProcess) => Promise<void>) | undefined;
  say: (text: string) => void;
  /** Whether all of Tierline has been ready once. */
  wasEverReady: () => boolean;
  /** Called once, when the process died too often. The text has its last lines. */
  onGivenUp: (text: string) => void;
};

export type Supervision = { name: string; stop: () => Promise<void> };

const indent = (lines: readonly string[]): string => lines.map((line) => `\n    ${line}`).join('');

type Death = { reason: string; lines: readonly string[] };

const lifeOf = async (running: RunningProcess): Promise<Death> => {
  const exit = await running.exited;
  return { reason: describeExit(exit), lines: running.lastLines() };
};

/** Keeps a process running until it is stopped; says each unexpected death at once. `first` is already running. */
export const supervise = (supervised: Supervised, first?: RunningProcess): Supervision => {
  const { name, start, say, untilReady, wasEverReady, onGivenUp } = supervised;
  const stopping = new AbortController();
  let running = first;
  let deaths = 0;

  const announce = (started: RunningProcess) =>
    untilReady?.(started).then(
      () => say(`${name} is ready again`),
      // Its death is told by the loop below.
      () => undefined,
    );
  const live = async (): Promise<Death> => {
    try {
      running ??= await start();
    } catch (error) {
      return { reason: error instanceof Error ? error.message : String(error), lines: [] };
    }
    if (stopping.signal.aborted) await running.stop();
    else if (deaths > 0 && wasEverReady()) void announce(running);
    const death = await lifeOf(running);
    running = undefined;
    return death;
  };
  const keepAlive = async () => {
    let record = noDeaths;
    while (!stopping.signal.aborted) {
      const startedAt = Date.now();
      const { reason, lines } = await live();
      if (stopping.signal.aborted) return;
      const next = afterDeath(record, Date.now() - startedAt, wasEverReady());
      record = next;
      deaths += 1;
      if (next.giveUp)
        return onGivenUp(`${name} ended ${quickDeathsAllowed} times in a row (${reason})${indent(lines)}`);
      say(`✗ ${name} ended (${reason}); starting it again in ${next.delayMs / 1000} s${indent(lines)}`);
      await delay(next.delayMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const kept = keepAlive();

  const stop = async () => {
    stopping.abort();
    await running?.stop();
    await kept;
  };
  return { name, stop };
};
