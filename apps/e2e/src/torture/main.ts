import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readArguments, type Arguments } from './arguments.ts';
import { audit } from './auditor.ts';
import { letLoose } from './calamity.ts';
import { chanceOf } from './chance.ts';
import { startLoad } from './load.ts';
import { untilQuiet } from './quiet.ts';
import { openRunFolder, type Injured, type RunFolder } from './run-folder.ts';
import { linesOf as scheduleLines, scheduleOf } from './schedule.ts';
import { openStage, type Stage } from './stage.ts';
import { linesOf, summaryOf } from './summary.ts';
import { setTimeout as sleep } from 'node:timers/promises';

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Clients that got no definite answer may go on asking this long after the load, in milliseconds. */
const lastAnswers = 60_000;

const inSeconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(1)} s`;

const tellFault = ({ id, at, kind, target, detail, seconds, recoveredMs, undisturbedMs, missed }: Injured): void => {
  const recovery = recoveredMs === null ? 'NOT RECOVERED' : `recovered in ${inSeconds(recoveredMs)}`;
  const outcome =
    missed === undefined
      ? `${recovery}${undisturbedMs === null || undisturbedMs === recoveredMs ? '' : `, ${inSeconds(undisturbedMs)} after the last fault`}`
      : `did not come about: ${missed}`;
  say(`${at.slice(11, 19)} #${id} ${kind} ${target} (${detail}), ${seconds} s: ${outcome}`);
};

const suffer = async (stage: Stage, options: Arguments) => {
  const { client, tap, world, probing } = stage;
  const schedule = scheduleOf(options);
  const from = performance.now();
  const load = startLoad({
    client,
    tap,
    pods: world.pods,
    chance: chanceOf(`${options.seed}/load`),
    rate: options.rate,
    ended: options.ended,
  });
  const happened = letLoose(schedule, { world, probing, onTold: tellFault });
  happened.catch(() => undefined);
  await Promise.race([sleep(options.minutes * 60_000 - (performance.now() - from)), stage.failed]);
  const loadEndedAt = new Date().toISOString();
  setTimeout(() => client.giveUp(), lastAnswers).unref();
  const [injured] = await Promise.race([Promise.all([happened, load.end()]), stage.failed]);
  return { injured, loadEndedAt };
};

const judge = async (stage: Stage, folder: RunFolder, options: Arguments): Promise<number> => {
  const { injured, loadEndedAt } = await suffer(stage, options);
  say('The load and the faults have ended; waiting until nothing is under way …');
  stage.receivers.calm();
  const quietFrom = performance.now();
  const stillUnder = await untilQuiet(stage.watched, (found) => say(`… ${found}`));
  const quietAfterMs = Math.round(performance.now() - quietFrom);
  await stage.standStill({ loadEndedAt, endedAt: new Date().toISOString() });
  const judged = await audit(folder.folder, {
    say: (text) => process.stdout.write(text),
    stopReporting: stage.stopReporting,
  });
  const figures = await stage.figures();
  const summary = summaryOf({ arguments: options, injured, quietAfterMs, stillUnder, audit: judged, ...figures });
  await folder.writeSummary(summary);
  linesOf(summary).forEach(say);
  const isFaultless =
    summary.recovery.never.length === 0 && stillUnder.length === 0 && summary.commands.failures.length === 0;
  return judged.code === 0 && isFaultless ? 0 : 1;
};

const torture = async (options: Arguments): Promise<number> => {
  const lines = scheduleLines(scheduleOf(options));
  say(`Seed ${options.seed}: ${lines.length} faults in ${options.minutes} min`);
  lines.forEach(say);
  if (options.schedule) return 0;
  const folder = await openRunFolder(options.folder);
  await writeFile(join(options.folder, 'schedule.txt'), `${lines.join('\n')}\n`);
  const stage = await openStage(folder, options, say);
  const leave = () => void stage.close().finally(() => process.exit(1));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, leave);
  // Without its starter there is nobody who looks after Kafka and PostgreSQL.
  process.once('disconnect', leave);
  try {
    return await judge(stage, folder, options);
  } finally {
    await stage.close();
  }
};

try {
  process.exitCode = await torture(readArguments(process.argv.slice(2), String(randomInt(1_000_000))));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
}
process.exit();
