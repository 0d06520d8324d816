import { readFile, writeFile } from 'node:fs/promises';
import { WrongArguments, parseBenchArguments, usage } from './arguments.ts';
import { benchClaims } from './claims.ts';
import { benchConsumer } from './consumer.ts';
import { benchDeadRows } from './dead-rows.ts';
import type { Figure } from './figure.ts';
import { benchIdle } from './idle.ts';
import { benchIntake } from './intake/intake.ts';
import { partsOfRun, type Parts } from './parts.ts';
import { benchPoison } from './poison.ts';
import { benchRebuild } from './rebuild.ts';
import { benchRelay } from './relay.ts';
import { reportText, type Report } from './report.ts';
import { settingOf } from './setting.ts';
import { sizes, type Sizes } from './sizes.ts';
import { benchTimers } from './timers.ts';
import { benchWay } from './way.ts';

const measures: Record<string, (parts: Parts, sizes: Sizes) => Promise<Figure[]>> = {
  intake: benchIntake,
  relay: benchRelay,
  consumer: benchConsumer,
  poison: benchPoison,
  way: benchWay,
  claims: benchClaims,
  timers: benchTimers,
  'dead-rows': benchDeadRows,
  rebuild: benchRebuild,
  idle: benchIdle,
};

const say = (text: string) => process.stdout.write(`${text}\n`);

const run = async (args: readonly string[]): Promise<void> => {
  const given = parseBenchArguments(args, Object.keys(measures));
  if (given.help) return void say(usage);
  const before = given.against ? (JSON.parse(await readFile(given.against, 'utf8')) as Report) : undefined;
  const parts = partsOfRun();
  const setting = await settingOf(parts, process.env.TIERLINE_KAFKA_VERSION ?? 'unknown');
  const size = sizes(given.quick, given['node-flags'].split(' ').filter(Boolean));
  const figures: (Figure & { part: string })[] = [];
  const names = given.only.length > 0 ? given.only : Object.keys(measures);
  for (const part of names) {
    const began = performance.now();
    for (const figure of await measures[part]!(parts, size)) figures.push({ part, ...figure });
    say(`measured ${part} in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
  }
  const report: Report = { at: new Date().toISOString(), quick: given.quick, setting, figures };
  if (given.json) await writeFile(given.json, `${JSON.stringify(report, null, 2)}\n`);
  say(`\n${reportText(report, before)}`);
};

try {
  await run(process.argv.slice(2));
  process.exit();
} catch (error) {
  if (!(error instanceof WrongArguments)) throw error;
  process.stderr.write(`${error.message}\n\n${usage}`);
  process.exit(2);
}
