import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { askAt } from './desk/ask.ts';
import { readDocument } from './desk/document.ts';
import { applyDesk, exportDesk, planDesk } from './desk/services.ts';
import { demoTenant } from './people.ts';
import type { Progress } from './progress.ts';
import { projectRoot } from './settings.ts';
import type { RunningTierline, StatePaths } from './state.ts';

export const replayEntry = join(projectRoot, 'dist', 'apps', 'replay', 'src', 'main.js');

/** What the replay program is told about the Tierline that runs. */
export const replayEnvironment = (paths: StatePaths, running: RunningTierline): Record<string, string> => ({
  TIERLINE_URL: running.address,
  TIERLINE_STATE: paths.folder,
  AUTH_ISSUER: running.issuer.issuer,
  AUTH_AUDIENCE: running.issuer.audience,
  TIERLINE_TOKEN_KEY: running.issuer.keyFile,
});

type Demo = { paths: StatePaths; running: RunningTierline; progress: Progress; signal: AbortSignal };

const runDemo = ({ paths, running, progress, signal }: Demo): Promise<number> =>
  new Promise((resolve, reject) => {
    const env = { ...process.env, ...replayEnvironment(paths, running) };
    const child = spawn(process.execPath, [replayEntry, 'demo'], { stdio: ['ignore', 'pipe', 'pipe'], env, signal });
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (line) => progress.say(`    ${line}`));
    }
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });

const preset = join(projectRoot, 'deploy', 'presets', 'large.yaml');

/** The desk of the demo company, where it has none yet: whoever changed it since keeps it. */
const putDesk = async (running: RunningTierline): Promise<void> => {
  const ask = await askAt(running, demoTenant);
  const { tiers } = await exportDesk(ask);
  if (tiers !== undefined) return;
  const document = await readDocument(preset);
  await applyDesk(ask, document, await planDesk(ask, document), 'The desk of the demo company.');
};

/** Loads the demo company once into a new state. Tierline runs without it too, so a failure is told and no more. */
export const loadDemo = async (demo: Demo): Promise<void> => {
  const { paths, progress } = demo;
  if (!existsSync(replayEntry)) {
    progress.say('The demo company is not built: Tierline starts empty.');
    return;
  }
  const code = await progress.step('demo company', async () => {
    await putDesk(demo.running);
    return runDemo(demo);
  });
  if (code === 0) await writeFile(paths.demo, '');
  else progress.say('The demo company could not be loaded whole; `npm run replay -- demo` tries again.');
};
