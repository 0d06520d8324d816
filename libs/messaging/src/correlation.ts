import { AsyncLocalStorage } from 'node:async_hooks';

/** What ties log lines, commands and events of one ticket's way together. */
export type Correlation = { correlationId: string; causationId: string | null; traceparent: string | null };

const current = new AsyncLocalStorage<Correlation>();

/** Runs the work under this correlation; everything it awaits sees it. */
export const withCorrelation = <T>(correlation: Correlation, work: () => T): T => current.run(correlation, work);

/** The correlation of the work that is running, or undefined outside of any. */
export const correlation = (): Correlation | undefined => current.getStore();

/** Runs work that belongs to nobody's request in particular. */
export const withoutCorrelation = <T>(work: () => T): T => current.exit(work);
