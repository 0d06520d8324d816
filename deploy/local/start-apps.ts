import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openLog } from './logs.ts';
import { startProcess } from './parts/process.ts';
import type { RunningProcess } from './parts/process.ts';
import { Refusal } from './refusal.ts';
import { nodeFlags, type App } from './services.ts';
import { projectRoot } from './settings.ts';
import type { StartContext } from './start-parts.ts';
import { serviceMarker } from './state.ts';
import { supervise } from './supervisor.ts';

const readyTimeoutMs = 120_000;

const answersReady = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
};

/** Resolves when the app answers that it is ready. @throws when `signal` aborts or after two minutes. */
const untilReady = async (app: App, logFile: string, signal: AbortSignal): Promise<void> => {
  const deadline = Date.now() + readyTimeoutMs;
  while (!(await answersReady(app.readyUrl))) {
    signal.throwIfAborted();
    if (Date.now() > deadline) {
      throw new Refusal(
        `${app.name} is not ready after ${readyTimeoutMs / 1000} s: see ${logFile} and ${app.readyUrl}.`,
      );
    }
    await delay(200);
  }
};

const untilReadyOrGone = (app: App, logFile: string, running: RunningProcess, signal: AbortSignal): Promise<void> => {
  const gone = new AbortController();
  void running.exited.then(() => gone.abort());
  return untilReady(app, logFile, AbortSignal.any([signal, gone.signal]));
};

const keepApp = (context: StartContext, app: App): (() => Promise<void>) => {
  const { paths, progress, shutdown, wasEverReady, onGivenUp } = context;
  const log = openLog(paths.logs, app.name);
  const logFile = join(paths.logs, `${app.name}.log`);
  const start = () =>
    startProcess({
      name: app.name,
      command: process.execPath,
      args: [...nodeFlags, app.entry, serviceMarker(paths)],
      env: { ...process.env, ...app.env },
      log,
      pidFile: join(paths.pids, `${app.name}.pid`),
    });
  const kept = supervise({
    name: app.name,
    start,
    untilReady: (running) => untilReadyOrGone(app, logFile, running, shutdown.signal),
    say: progress.say,
    wasEverReady,
    onGivenUp,
  });
  shutdown.signal.throwIfAborted();
  return kept.stop;
};

/**
 * Starts all services and the gateway, keeps them running, and resolves when each of them is ready.
 * @throws Refusal when one was not built or does not become ready.
 */
export const startApps = async (context: StartContext, apps: readonly App[]): Promise<void> => {
  const { paths, progress, shutdown } = context;
  for (const { name, entry } of apps) {
    if (!existsSync(entry))
      throw new Refusal(`The build made no ${relative(projectRoot, entry)}, so ${name} cannot start.`);
  }
  shutdown.onStop(...apps.map((app) => keepApp(context, app)));
  await Promise.all(
    apps.map((app) =>
      progress.step(app.name, () => untilReady(app, join(paths.logs, `${app.name}.log`), shutdown.signal)),
    ),
  );
};
