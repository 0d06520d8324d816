import type { Received } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import type { Task } from './unit-of-work.ts';

/** What a service does with events: which types it takes, and the work that each one means. */
export type Dispatcher = {
  handles(type: string): boolean;
  tasksFor(event: Received): Promise<readonly Task[]>;
};

/** Runs tasks: those of one batch together, in order. */
export const runTasks = async (tx: Transaction, tasks: readonly Task[]): Promise<void> => {
  for (const [batch, together] of Map.groupBy(tasks, ({ batch }) => batch)) {
    await batch.run(
      tx,
      together.map(({ work }) => work),
    );
  }
};
