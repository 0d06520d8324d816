import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@tierline/persistence';
import { percentile, type Figure } from './figure.ts';
import { asAdmin, type Parts } from './parts.ts';

const pace = 10;

/** One row changed and committed a hundred times a second: no command takes less on this disk. */
export const bareCommits = async (
  parts: Parts,
  name: string,
  database: Database,
  seconds: number,
): Promise<Figure[]> => {
  await asAdmin(parts, name, 'CREATE TABLE bare_commit (n int)');
  await asAdmin(parts, name, 'GRANT ALL ON bare_commit TO PUBLIC');
  await database.query('INSERT INTO bare_commit VALUES (0)');
  const took: number[] = [];
  const begun = performance.now();
  for (let nth = 1; nth <= seconds * 100; nth += 1) {
    const began = performance.now();
    await database.query('UPDATE bare_commit SET n = n + 1');
    took.push(performance.now() - began);
    const rest = begun + nth * pace - performance.now();
    if (rest > 0) await sleep(rest);
  }
  return [
    { name: 'a row changed and committed, 100/s, p50', value: percentile(took, 0.5), unit: 'ms' },
    { name: 'a row changed and committed, 100/s, p99', value: percentile(took, 0.99), unit: 'ms' },
  ];
};
