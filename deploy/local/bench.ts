import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from './build.ts';
import { reportFailure } from './report-failure.ts';
import { projectRoot, settings } from './settings.ts';
import { startTestParts } from './test-parts.ts';

/** The version of the embedded broker; that of another one is not known. */
const kafkaVersion = async (): Promise<string> => {
  if (settings().kafkaBrokers) return 'unknown';
  const pom = await readFile(join(import.meta.dirname, 'pom.xml'), 'utf8');
  return /<artifactId>kafka_[\d.]+<\/artifactId>\s*<version>([^<]+)/.exec(pom)?.[1] ?? 'unknown';
};

/** Measures on PostgreSQL and Kafka of its own, which go with the run. */
const bench = async (args: readonly string[]): Promise<number> => {
  await build();
  const parts = await startTestParts();
  try {
    const entry = join(projectRoot, 'dist', 'apps', 'bench', 'src', 'main.js');
    const child = spawn(process.execPath, ['--enable-source-maps', entry, ...args], {
      stdio: 'inherit',
      env: { ...process.env, TIERLINE_KAFKA_VERSION: await kafkaVersion() },
    });
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
