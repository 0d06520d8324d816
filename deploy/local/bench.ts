import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { build } from './build.ts';
import { reportFailure } from './report-failure.ts';
import { projectRoot } from './settings.ts';
import { startTestParts } from './test-parts.ts';

/** Measures on PostgreSQL and Kafka of its own, which go with the run. */
const bench = async (args: readonly string[]): Promise<number> => {
  await build();
  const parts = await startTestParts();
  try {
    const entry = join(projectRoot, 'dist', 'apps', 'bench', 'src', 'main.js');
    const child = spawn(process.execPath, ['--enable-source-maps', entry, ...args], { stdio: 'inherit' });
    const [code] = (await once(child, 'close')) as [number | null];
    return code ?? 1;
  } finally {
    await parts.stop();
  }
};

try {
  process.exitCode = await bench(process.argv.slice(2));
} catch (error) {
  reportFailure(error);
}
