import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { LoadOrder, LoadReport } from './order.ts';

/** Loads a service from a process of its own. Throws when the load could not be made. */
export const runLoad = (order: LoadOrder): Promise<LoadReport> =>
  new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'main.js'), { execArgv: ['--enable-source-maps'] });
    child.once('message', (said: { report: LoadReport } | { error: string }) => {
      if ('report' in said) resolve(said.report);
      else reject(new Error(`the load could not be made: ${said.error}`));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the load process ended with ${code}`)));
    child.send(order);
  });
