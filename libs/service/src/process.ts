import { WrongConfiguration } from './config.ts';

export type Stoppable = { stop(): Promise<void> };

/** How long a stop may take before the process ends anyway, in milliseconds; below Kubernetes' usual 30 s. */
const stopDeadline = 15_000;

const complain = (name: string, error: Error) =>
  process.stderr.write(
    `${name}: ${error instanceof WrongConfiguration ? error.message : (error.stack ?? error.message)}\n`,
  );

/**
 * Runs a program until SIGTERM or SIGINT, then stops it in order, within a deadline.
 * A failed start, an unhandled rejection or a fatal report ends the process with code 1.
 */
export const serveUntilSignal = async (
  name: string,
  start: (onFatal: (error: Error) => void) => Promise<Stoppable | undefined>,
): Promise<void> => {
  let running: Stoppable | undefined;
  let ending = false;
  const end = (code: number) => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(1), stopDeadline).unref();
    Promise.resolve(running?.stop()).then(
      () => process.exit(code),
      (error: Error) => {
        complain(name, error);
        process.exit(1);
      },
    );
  };
  const fatal = (error: Error) => {
    complain(name, error);
    end(1);
  };
  process.once('SIGTERM', () => end(0));
  process.once('SIGINT', () => end(0));
  process.on('unhandledRejection', (reason) => fatal(reason instanceof Error ? reason : new Error(String(reason))));
  process.on('uncaughtException', fatal);
  try {
    running = await start(fatal);
    if (!running) process.exit(0);
  } catch (error) {
    complain(name, error as Error);
    process.exit(1);
  }
};
