import type { Count } from '../count.ts';
import type { Rank } from '../log.ts';
import type { Plan } from '../step.ts';
import type { Story, Topic } from './catalogue/topic.ts';
import { monitoring, requesters, type Colleague, type TeamName } from './company.ts';
import { diceOf, type Dice } from './random.ts';
import { startTally } from './tally.ts';
import { tellTicket, wayOf, type Ending, type Idea } from './ticket.ts';
import { topics } from './topics.ts';

/** The tickets of some days, with what the teller counted while telling them. */
export type Generated = { readonly plans: readonly Plan[]; readonly count: Count };

const weekday = 60;
/** Tickets of a day of the week, Monday first. */
const perDay = [weekday + 6, weekday, weekday, weekday - 2, weekday - 8, 8, 5] as const;

type Day = { readonly dice: Dice; readonly told: Set<Story> };

type Left = Exclude<Ending, { kind: 'done' | 'cancelled' }>['kind'];

/** What stands where on the last evening, so that whoever looks first sees work in every state and on every tier. */
const leftStanding: readonly (readonly [Left, TeamName, requester?: string])[] = [
  ['resolved', 'service-desk', 'anna.berg'],
  ['waiting', 'messaging', 'anna.berg'],
  ['on-hold', 'service-desk', 'anna.berg'],
  ['waiting', 'service-desk'],
  ['waiting', 'service-desk'],
  ['waiting', 'service-desk'],
  ['waiting', 'service-desk'],
  ['waiting', 'workplace'],
  ['waiting', 'network'],
  ['waiting', 'applications'],
  ['waiting', 'servers'],
  ['waiting', 'database'],
  ['assigned', 'service-desk'],
  ['assigned', 'messaging'],
  ['assigned', 'database'],
  ['in-progress', 'service-desk'],
  ['in-progress', 'workplace'],
  ['in-progress', 'network'],
  ['in-progress', 'servers'],
  ['on-hold', 'workplace'],
  ['on-hold', 'applications'],
  ['on-hold', 'security'],
  ['resolved', 'messaging'],
  ['resolved', 'database'],
];

const requesterFor = (topic: Topic, dice: Dice, wanted: string | undefined): Colleague => {
  if (wanted !== undefined) return requesters.find(({ id }) => id === wanted)!;
  return topic.monitored ? monitoring : dice.pick(requesters);
};

const ranks = [1, 2, 3] as const;

const topicFor = (dice: Dice, fits: (topic: Topic) => boolean): Topic =>
  dice.weighted(topics.filter(fits), ({ weight }) => weight);

const finishedIdea = (id: string, { dice, told }: Day): Idea => {
  const topic = topicFor(dice, () => true);
  const solver = dice.weighted(ranks, (rank) => topic.solvedAt[rank - 1]!);
  const ending: Ending = { kind: dice.chance(0.03) ? 'cancelled' : 'done' };
  // What is cancelled is cancelled by the first who sees it.
  const last: Rank = ending.kind === 'cancelled' ? 1 : solver;
  return { id, topic, requester: requesterFor(topic, dice, undefined), solver: last, ending, told };
};

const standingIdea = (
  id: string,
  { dice, told }: Day,
  [kind, team, requester]: (typeof leftStanding)[number],
): Idea => {
  const rankFor = (topic: Topic) => ranks.find((rank) => wayOf(topic, rank).at(-1) === team);
  const isFor = (topic: Topic) => rankFor(topic) !== undefined && !(topic.monitored && requester !== undefined);
  const topic = topicFor(dice, isFor);
  return {
    id,
    topic,
    requester: requesterFor(topic, dice, requester),
    solver: rankFor(topic)!,
    ending: { kind, team },
    told,
  };
};

const ideasOf = (day: number, isLast: boolean, dice: Dice): Idea[] => {
  const size = perDay[day % perDay.length]!;
  const standing = isLast ? leftStanding : [];
  const today = { dice, told: new Set<Story>() };
  const idOf = (index: number) => `day-${day + 1}-${String(index + 1).padStart(3, '0')}`;
  const finished = Array.from({ length: Math.max(0, size - standing.length) }, (_, index) =>
    finishedIdea(idOf(index), today),
  );
  return [...finished, ...standing.map((wanted, index) => standingIdea(idOf(finished.length + index), today, wanted))];
};

/** Days of the demo company from a Monday on; the same seed tells the same days. */
export const generateDays = ({ seed, days }: { seed: number; days: number }): Generated => {
  const dice = diceOf(seed);
  const tally = startTally();
  const plans = Array.from({ length: days }, (_, day) => ideasOf(day, day === days - 1, dice))
    .flat()
    .map((idea) => tellTicket(idea, dice, tally));
  return { plans, count: tally.count() };
};
