import { Refusal } from './refusal.ts';

/** Says on standard error why a command ends, and makes its exit code 1. */
export const reportFailure = (error: unknown): void => {
  process.exitCode = 1;
  const isExpected = error instanceof Refusal;
  const text = error instanceof Error ? (isExpected ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`${text}\n`);
};
