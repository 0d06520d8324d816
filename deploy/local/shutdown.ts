export type Shutdown = {
  /** Aborted as soon as a stop is wanted. */
  signal: AbortSignal;
  /** Steps run in the reverse order of their registration; those of one call together. */
  onStop: (...steps: (() => Promise<void>)[]) => void;
  /** Stops everything registered so far; may be called again for what registered itself later. */
  stop: () => Promise<void>;
};

/** Collects what must be stopped. A step that fails is told, and does not keep the others from stopping. */
export const createShutdown = (say: (text: string) => void): Shutdown => {
  const controller = new AbortController();
  const stages: (() => Promise<void>)[][] = [];
  let stopped: Promise<void> = Promise.resolve();

  const runAll = async () => {
    controller.abort();
    for (let stage = stages.pop(); stage; stage = stages.pop()) {
      const results = await Promise.allSettled(stage.map((step) => step()));
      for (const result of results) if (result.status === 'rejected') say(`✗ ${String(result.reason)}`);
    }
  };
  return {
    signal: controller.signal,
    onStop: (...steps) => void stages.push(steps),
    stop: () => (stopped = stopped.then(runAll)),
  };
};

/** npm and the terminal both pass Ctrl-C on, so one press may arrive twice. */
const repeatMs = 1_000;

/** Calls `onFirst` at the first Ctrl-C, SIGTERM or SIGHUP, and `onSecond` at a later one. */
export const onStopSignals = (onFirst: () => void, onSecond: () => void): void => {
  let firstAt: number | undefined;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (firstAt === undefined) {
        firstAt = Date.now();
        onFirst();
      } else if (Date.now() - firstAt > repeatMs) onSecond();
    });
  }
};
