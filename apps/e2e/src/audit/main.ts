import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { counted, type Verdict } from './findings.ts';
import { judgeSpilled } from './invariants/index.ts';
import { probe } from './probes.ts';
import { closeSources, gather, openSources, type Sources } from './reading/gather.ts';
import { holdStill } from './reading/stillness.ts';
import { rebuildReporting } from './rebuild.ts';
import { linesOf, writeReport } from './report.ts';
import { Unusable, endReporting, readRun, type Run } from './run.ts';
import { watch } from './watch.ts';

const usage = `Usage: main.js RUN_FOLDER [--watch]

  RUN_FOLDER  has run.json, clients.jsonl, webhooks.jsonl, faults.jsonl and poison.jsonl of a run
  --watch     looks each second while the run goes on, until SIGTERM
`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Asks whoever started the auditor to end reporting's processes, and waits until they have ended. */
const reportingEnded = async (): Promise<void> => {
  if (!process.send) return;
  process.send(endReporting);
  await once(process, 'message');
};

const audited = async (sources: Sources, run: Run, folder: string): Promise<Verdict[]> => {
  const still = await holdStill(sources);
  try {
    const { whole, spill } = await gather(sources, folder, still);
    // Until here it takes what timers still make, and the last of it while nothing new can be made.
    await reportingEnded();
    const rebuilding = rebuildReporting(sources, spill);
    const probes = await probe(run, whole.walls, spill);
    const verdicts = await judgeSpilled({ ...whole, probes }, spill.scratch, rebuilding);
    await spill.scratch.close();
    return verdicts;
  } finally {
    await still.letGo();
  }
};

/** Reads everything, says what it found, and gives the exit code: 0 when nothing is violated. */
const audit = async (folder: string, run: Run): Promise<number> => {
  const began = performance.now();
  const sources = await openSources(run);
  const verdicts = await audited(sources, run, folder);
  for (const line of verdicts.flatMap(linesOf)) say(line);
  const milliseconds = Math.round(performance.now() - began);
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1_024);
  say(`audited in ${(milliseconds / 1_000).toFixed(1)} s, with ${counted(megabytes)} MB at most`);
  await writeReport(folder, verdicts, { milliseconds, megabytes });
  await closeSources(sources);
  return verdicts.some(({ state }) => state === 'violated') ? 1 : 0;
};

const watchUntilSignal = async (folder: string, run: Run): Promise<number> => {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
  await watch(folder, run, stop.signal, () => say('watching'));
  return 0;
};

const run = async (): Promise<number> => {
  const { values, positionals } = parseArgs({ options: { watch: { type: 'boolean' } }, allowPositionals: true });
  const [folder, surplus] = positionals;
  if (!folder || surplus) throw new Unusable(usage);
  return values.watch ? watchUntilSignal(folder, await readRun(folder)) : audit(folder, await readRun(folder));
};

try {
  process.exitCode = await run();
} catch (error) {
  const { name, message, stack } = error as Error;
  process.stderr.write(`${name === 'Unusable' ? message : stack}\n`);
  process.exitCode = 2;
}
process.exit();
