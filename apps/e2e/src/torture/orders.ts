import type { Failpoint } from '@tierline/messaging';

/** What a process under torture is told, by a file that it looks at a few times a second. */
export type Orders = {
  /** Milliseconds that its clock is off. */
  clock: number;
  /** Where to end or to freeze itself; `number` tells one order from the next. */
  trap: { number: number; point: Failpoint; after: number; then: 'die' | 'freeze' } | null;
};

/** Milliseconds between two looks. */
export const lookEach = 150;

/** The variables that only `preload.ts` reads. */
export const variables = { orders: 'TIERLINE_TORTURE_ORDERS', without: 'TIERLINE_TORTURE_WITHOUT' } as const;

/** Beside the file of the orders: the number of the last trap that closed, with the process id. */
export const sprungFile = (orders: string): string => `${orders}.sprung`;
