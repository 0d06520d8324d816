import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, runTool } from './build.ts';
import type { ToolResult } from './build.ts';
import { createProgress } from './progress.ts';
import type { Progress } from './progress.ts';
import { Refusal } from './refusal.ts';
import { reportFailure } from './report-failure.ts';
import { projectRoot, settings } from './settings.ts';
import { checkParts } from './start-parts.ts';
import { jestTally, lastLine, single, sum } from './test-tally.ts';
import type { JestReport, Tally } from './test-tally.ts';

/** Aborted when this run is to end: its tools must not outlive it. */
const stop = new AbortController();

type Outcome = { tally: Tally; output: string };
/** `row`: steps of the first two rows need no parts, and the rows run side by side; the others follow one by one. */
type Step = { title: string; row: 'checks' | 'rules' | 'system'; run: () => Promise<Outcome> };

const tool = (path: string): string => join(projectRoot, 'node_modules', path);

const asOne = ({ code, output }: ToolResult): Outcome => ({ tally: single(code === 0), output });

const check = (title: string, path: string, ...args: string[]): Step => ({
  title,
  row: 'checks',
  run: async () => asOne(await runTool(process.execPath, [tool(path), ...args], {}, stop.signal)),
});

/** The boundary rule reads the project graph that Nx keeps; without one it would be skipped in silence. */
const lint = async (): Promise<Outcome> => {
  const graph = await runTool(tool('.bin/nx'), ['show', 'projects']);
  if (graph.code !== 0) return asOne(graph);
  return asOne(await runTool(process.execPath, [tool('eslint/bin/eslint.js'), '.']));
};

const readReport = async (file: string): Promise<JestReport | undefined> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as JestReport;
  } catch (error) {
    // Jest ended before it could report; its output says why.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/**
 * Files that run at once. Jest leaves a core free, which of two is half; and integration tests wait for other processes
 * more than they compute, so that there are more of them than cores.
 */
const workersOf = (project: string): readonly string[] => {
  const cores = availableParallelism();
  return ['--maxWorkers', String(project === 'integration' ? cores + 1 : cores)];
};

const runJest = async (project: string): Promise<Outcome> => {
  const folder = await mkdtemp(join(tmpdir(), 'tierline-test-'));
  const file = join(folder, 'report.json');
  // A failed test may leave something open: say that it failed rather than wait for ever.
  const options = [
    '--selectProjects',
    project,
    ...workersOf(project),
    '--json',
    '--outputFile',
    file,
    '--passWithNoTests',
    '--forceExit',
  ];
  const env = { NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning' };
  try {
    const result = await runTool(process.execPath, [tool('jest/bin/jest.js'), ...options], env, stop.signal);
    // Jest prints the report itself to standard output as well.
    const output = result.output
      .split('\n')
      .filter((line) => !line.startsWith('{"num'))
      .join('\n');
    return { tally: jestTally(await readReport(file), result.code), output };
  } finally {
    await rm(folder, { recursive: true });
  }
};

const buildOnce = async (): Promise<Outcome> => {
  try {
    await build(stop.signal);
    return { tally: { passed: 0, failed: 0, skipped: 0 }, output: '' };
  } catch (error) {
    return { tally: single(false), output: error instanceof Error ? error.message : String(error) };
  }
};

/** Tests that need the parts count as failed where these cannot run. */
const withParts = (project: string) => async (): Promise<Outcome> => {
  try {
    await checkParts();
  } catch (error) {
    if (error instanceof Refusal) return { tally: single(false), output: error.message };
    throw error;
  }
  return runJest(project);
};

const allSteps: readonly Step[] = [
  { title: 'lint', row: 'checks', run: lint },
  check('format', 'prettier/bin/prettier.cjs', '--check', '.'),
  check('types', 'typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'),
  { title: 'unit', row: 'rules', run: () => runJest('unit') },
  { title: 'build', row: 'system', run: buildOnce },
  { title: 'integration', row: 'system', run: withParts('integration') },
  { title: 'journey', row: 'system', run: withParts('journey') },
  { title: 'scenarios', row: 'system', run: withParts('scenarios') },
  { title: 'torture', row: 'system', run: withParts('torture') },
];

const chooseSteps = (titles: readonly string[]): readonly Step[] => {
  const unknown = titles.find((title) => !allSteps.some((step) => step.title === title));
  if (unknown !== undefined) {
    throw new Refusal(
      `There is no test step ${unknown}: name some of ${allSteps.map(({ title }) => title).join(', ')}, or none for all.`,
    );
  }
  return titles.length === 0 ? allSteps : allSteps.filter(({ title }) => titles.includes(title));
};

const runStep = async ({ title, run }: Step, progress: Progress): Promise<Tally> => {
  const startedAt = Date.now();
  const { tally, output } = await progress.quietly(title, run);
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  const isGood = tally.failed === 0;
  if (!isGood) progress.say(output.trimEnd());
  const isCounted = tally.passed + tally.failed + tally.skipped > 1;
  progress.say(`${isGood ? '✓' : '✗'} ${title} (${seconds} s)${isCounted ? `: ${lastLine(tally)}` : ''}`);
  return tally;
};

try {
  const steps = chooseSteps(process.argv.slice(2));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => stop.abort(new Refusal('The tests were stopped.')));
  }
  const progress = createProgress(process.stdout.isTTY && !settings().isCi);
  const runRow = async (row: Step['row']): Promise<Tally[]> => {
    const tallies: Tally[] = [];
    for (const step of steps.filter((each) => each.row === row)) {
      tallies.push(await runStep(step, progress));
      stop.signal.throwIfAborted();
    }
    return tallies;
  };
  const [checks, rules] = await Promise.all([runRow('checks'), runRow('rules')]);
  const total = sum([...checks, ...rules, ...(await runRow('system'))]);
  process.exitCode = total.failed > 0 ? 1 : 0;
  progress.say(lastLine(total));
} catch (error) {
  reportFailure(error);
}
