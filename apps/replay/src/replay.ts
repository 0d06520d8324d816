import { agrees, figuresOf, settledSummary, tableOf } from './account.ts';
import type { Api } from './api.ts';
import { describeHealth, isClean, settledHealth } from './health.ts';
import { play, type Played } from './player.ts';
import { showProgress } from './progress.ts';
import type { Script } from './script.ts';
import { setUpDesk } from './set-up.ts';
import type { Person } from './step.ts';

type Say = (text: string) => void;

const admin: Person = { id: 'replay', name: 'Replay', roles: ['admin'] };

const secondsSince = (start: number): number => (Date.now() - start) / 1_000;

const perSecond = (count: number, seconds: number): string => (count / Math.max(seconds, 0.001)).toFixed(1);

const tellPlayed = ({ tickets, commands, elsewhere }: Played, seconds: number, say: Say): void => {
  say(
    `Played ${tickets} tickets with ${commands} commands in ${seconds.toFixed(1)} s: ` +
      `${perSecond(tickets, seconds)} tickets/s, ${perSecond(commands, seconds)} commands/s.`,
  );
  if (elsewhere > 0) say(`${elsewhere} of them stand elsewhere than planned: somebody has worked on them since.`);
};

const playAll = async (api: Api, script: Script, concurrency: number): Promise<Played> => {
  const { plans, run } = script;
  const commands = plans.reduce((sum, { steps }) => sum + steps.length, 0);
  const progress = showProgress(commands, 'commands');
  try {
    return await play(api, { plans, run, concurrency, reader: admin, onCommand: progress.step });
  } finally {
    progress.stop();
  }
};

/**
 * Sets the desk up, plays the script, and says what came of it beside the independent count.
 * True when both agree and the desk has nothing left over.
 * @throws Refused or WentWrong when the desk does not take what the script has.
 */
export const replay = async (api: Api, script: Script, concurrency: number, say: Say): Promise<boolean> => {
  const { title, tenant, desk, plans, count, isAlone, remarks } = script;
  say(`${title}, into tenant ${tenant}`);
  const start = Date.now();
  await setUpDesk(api, admin, desk);
  say(
    `The desk is set up: ${desk.queues.length} queues, ${desk.agents.length} agents (${secondsSince(start).toFixed(1)} s).`,
  );
  const playStart = Date.now();
  const played = await playAll(api, script, concurrency);
  tellPlayed(played, secondsSince(playStart), say);
  if (!isAlone) return true;
  const figures = figuresOf(await settledSummary(api, admin, plans.length), count);
  say(`\n${tableOf(figures)}\n`);
  const health = await settledHealth(api, admin);
  say(describeHealth(health));
  remarks.forEach(say);
  say(`Duration ${secondsSince(start).toFixed(1)} s.`);
  return isClean(health) && figures.every(agrees);
};
