import type { LoggerService } from '@nestjs/common';
import { correlation } from '@tierline/messaging';
import { pino, type Logger } from 'pino';

/** JSON lines on standard output; each carries the service and the correlation id of the work it belongs to. */
export const createLog = (service: string, level: string): Logger =>
  pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin: () => {
      const now = correlation();
      return now ? { correlationId: now.correlationId } : {};
    },
  });

/** Nest's own lines, through the same log. */
export const nestLog = (log: Logger): LoggerService => {
  const write =
    (level: 'info' | 'error' | 'warn' | 'debug') =>
    (message: unknown, ...rest: unknown[]) => {
      const context = rest.findLast((value) => typeof value === 'string');
      if (message instanceof Error) log[level]({ err: message, context }, message.message);
      else log[level]({ context }, String(message));
    };
  // Nest tells each route and module at start: of use only when something is sought.
  return { log: write('debug'), error: write('error'), warn: write('warn'), debug: write('debug') };
};
