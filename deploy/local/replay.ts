import { existsSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { replayEntry, replayEnvironment } from './demo.ts';
import { Refusal } from './refusal.ts';
import { reportFailure } from './report-failure.ts';
import { readRunning, stateFolder, statePaths } from './state.ts';

const replay = async (args: readonly string[]): Promise<number> => {
  const paths = statePaths(stateFolder());
  const running = await readRunning(paths);
  if (!running) throw new Refusal('Tierline is not running here: start it with npm start.');
  if (!existsSync(replayEntry)) throw new Refusal('The replay program is not built: run npm run build.');
  const env = { ...process.env, ...replayEnvironment(paths, running) };
  const child = spawn(process.execPath, ['--enable-source-maps', replayEntry, ...args], { stdio: 'inherit', env });
  // Ctrl-C reaches the child through the terminal; it decides how to end.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
};

try {
  process.exitCode = await replay(process.argv.slice(2));
} catch (error) {
  reportFailure(error);
}
