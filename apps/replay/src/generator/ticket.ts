import type { Handover, Impact } from '@tierline/contracts';
import { draftTicket, type Draft } from '../draft.ts';
import type { Rank } from '../log.ts';
import { slugOfTier, type Person, type Plan } from '../step.ts';
import type { Story, Topic } from './catalogue/topic.ts';
import { agentCalled, mailGateway, monitoring, teamNames, teams, type Colleague, type TeamName } from './company.ts';
import * as phrases from './phrases.ts';
import type { Dice } from './random.ts';
import type { Tally } from './tally.ts';

/** Where the day ends for a ticket: done, or left as it stands in a team. */
export type Ending =
  | { readonly kind: 'done' | 'cancelled' }
  | { readonly kind: 'waiting' | 'assigned' | 'in-progress' | 'on-hold' | 'resolved'; readonly team: TeamName };

/** What a ticket is going to be. */
export type Idea = {
  readonly id: string;
  readonly topic: Topic;
  readonly requester: Colleague;
  readonly solver: Rank;
  readonly ending: Ending;
  /** Stories of that day so far: one is told again only when its topic has no other. */
  readonly told: Set<Story>;
};

type Telling = Idea & {
  readonly story: Story;
  readonly impact: Impact;
  readonly draft: Draft;
  readonly dice: Dice;
  readonly tally: Tally;
};

const agentOf = (dice: Dice, team: TeamName): Person => agentCalled(dice.pick(teams[team].members));

/** The teams on the way of a topic up to the rank that solves it. */
export const wayOf = ({ direct, second, third }: Topic, solver: Rank): TeamName[] => {
  if (direct) return [direct];
  const way: TeamName[] = ['service-desk'];
  if (solver >= 2 && second) way.push(second);
  if (solver === 3 && third) way.push(third);
  return way;
};

const freshStory = ({ topic, told }: Idea, dice: Dice): Story => {
  const fresh = topic.stories.filter((story) => !told.has(story));
  const story = dice.pick(fresh.length > 0 ? fresh : topic.stories);
  told.add(story);
  return story;
};

const worse: Readonly<Record<Impact, Impact>> = { low: 'medium', medium: 'high', high: 'major', major: 'major' };

const begin = ({ topic, requester }: Idea, { subject, description }: Story, impact: Impact, dice: Dice): Draft => {
  const channels =
    requester.id === monitoring.id ? (['monitoring'] as const) : (['web', 'web', 'email', 'phone'] as const);
  const channel = dice.pick(channels);
  const opener = { web: requester, monitoring: requester, email: mailGateway, phone: agentOf(dice, 'service-desk') };
  const { category, urgency } = topic;
  const { organisation } = requester;
  return draftTicket({
    opener: opener[channel],
    requester,
    opening: { subject, description, category, impact, urgency, channel, organisation },
    queue: topic.direct ?? 'service-desk',
  });
};

const handoverOf = ({ story, requester, impact, dice }: Telling, to: TeamName): Handover => {
  const [step, result] = story.tried;
  const [analysis, hypothesis] = story.finding ?? [
    'Nothing found on our side.',
    'The cause lies in a part that we cannot see.',
  ];
  return {
    symptom: story.description,
    since: dice.pick(phrases.sinceWhen),
    affected: `${requester.name}, ${requester.organisation}; impact ${impact}`,
    tried: [{ step, result }],
    reach: dice.pick(phrases.reaches),
    asked: story.asked,
    ...(teams[to].rank === 3 ? { analysis, hypothesis } : {}),
  };
};

const escalate = (telling: Telling, by: Person, to: TeamName): void => {
  const { draft, dice, tally } = telling;
  const reason = dice.pick(phrases.escalationReasons);
  draft.escalate(by, { tier: slugOfTier(teams[to].rank), queue: to, reason, handover: handoverOf(telling, to) });
  tally.escalated(teams[to].rank);
};

/** The team sends it back for a missing item, gets that, and has it again. */
const returnOnce = (telling: Telling, from: TeamName, to: TeamName): void => {
  const { draft, dice, tally } = telling;
  const [missing, reason, found] = dice.pick(phrases.returns);
  draft.giveBack(agentOf(dice, to), { queue: from, reason, missing });
  tally.returned();
  const agent = agentOf(dice, from);
  draft.work(agent);
  draft.note(agent, found);
  escalate(telling, agent, to);
};

/** It goes to a neighbour of the right team first. */
const detour = (telling: Telling, by: Person, to: TeamName): void => {
  const { draft, dice, tally } = telling;
  const wrong = dice.pick(teamNames.filter((team) => team !== to && teams[team].rank === teams[to].rank));
  escalate(telling, by, wrong);
  draft.transfer(agentOf(dice, wrong), { queue: to, reason: dice.pick(phrases.transferReasons) });
  tally.transferred();
};

const goUp = (telling: Telling, by: Person, from: TeamName, to: TeamName): void => {
  if (telling.dice.chance(0.12)) return detour(telling, by, to);
  escalate(telling, by, to);
  if (telling.dice.chance(0.15)) returnOnce(telling, from, to);
};

const ask = ({ draft, dice, requester }: Telling, agent: Person, rank: Rank): void => {
  // Machines answer no questions, and the third tier writes to nobody.
  if (requester.id === monitoring.id || rank === 3) return;
  const [question, answer] = dice.pick(phrases.questions);
  draft.reply(question);
  draft.hold(agent, { reason: 'CUSTOMER', note: question });
  draft.answer(answer);
};

/** The first tier waits for the requester, who can answer; the others wait for whatever it is. */
const leaveOnHold = ({ draft, dice }: Telling, agent: Person, rank: Rank): void => {
  if (rank > 1) {
    const [reason, note] = dice.pick(phrases.holds);
    return draft.hold(agent, { reason, note });
  }
  const [question] = dice.pick(phrases.questions);
  draft.reply(question);
  draft.hold(agent, { reason: 'CUSTOMER', note: question });
};

const solve = (telling: Telling, agent: Person, again = false): void => {
  const { draft, story, dice, tally, solver } = telling;
  const code = dice.weighted(['solved', 'workaround'] as const, (word) => (word === 'solved' ? 9 : 1));
  const lowerTierCouldHave = solver > 1 && dice.chance(0.1);
  draft.resolve(agent, { code, solution: story.solution, lowerTierCouldHave });
  tally.resolved(solver, again);
};

const reopenOnce = (telling: Telling, agent: Person): void => {
  const { draft, dice, tally, solver } = telling;
  draft.reject(dice.pick(phrases.rejections));
  tally.reopened();
  draft.work(agent);
  if (solver < 3) draft.reply(dice.pick(phrases.secondLooks));
  solve(telling, agent, true);
};

const finish = (telling: Telling, agent: Person): void => {
  const { draft, dice, tally, ending } = telling;
  if (dice.chance(0.1)) {
    const [reason, note] = dice.pick(phrases.holds);
    draft.hold(agent, { reason, note });
  }
  solve(telling, agent);
  if (dice.chance(0.06)) reopenOnce(telling, agent);
  if (ending.kind !== 'done' || !dice.chance(0.7)) return;
  draft.confirm(dice.chance(0.5) ? dice.pick(phrases.thanks) : undefined);
  tally.closed();
};

/** The last team has it: what happens there decides how the day ends for the ticket. */
const end = (telling: Telling, team: TeamName): void => {
  const { draft, dice, tally, ending, story } = telling;
  if (ending.kind === 'waiting') return;
  // The first of a team is the one as whom people look at the demo.
  const agent = ending.kind === 'done' ? agentOf(dice, team) : agentCalled(teams[team].members[0]!);
  draft.own(agent);
  if (ending.kind === 'assigned') return;
  if (ending.kind === 'cancelled') {
    draft.cancel(agent, dice.pick(phrases.doubles));
    return tally.cancelled();
  }
  draft.work(agent);
  if (teams[team].rank === 1) draft.reply(story.reply);
  if (ending.kind === 'in-progress') return;
  if (ending.kind === 'on-hold') return leaveOnHold(telling, agent, teams[team].rank);
  if (ending.kind === 'done' && dice.chance(0.12)) ask(telling, agent, teams[team].rank);
  finish(telling, agent);
};

const passOn = (telling: Telling, from: TeamName, to: TeamName): void => {
  const { draft, dice, story } = telling;
  const agent = agentOf(dice, from);
  draft.work(agent);
  if (teams[from].rank === 1) draft.reply(story.reply);
  if (dice.chance(0.15)) ask(telling, agent, teams[from].rank);
  goUp(telling, agent, from, to);
};

/** Tells the whole way of a ticket; every figure that it moves is counted in `tally` as it happens. */
export const tellTicket = (idea: Idea, dice: Dice, tally: Tally): Plan => {
  const story = freshStory(idea, dice);
  const impact = dice.chance(0.15) ? worse[idea.topic.impact] : idea.topic.impact;
  const draft = begin(idea, story, impact, dice);
  const telling = { ...idea, story, impact, draft, dice, tally };
  const way = wayOf(idea.topic, idea.solver);
  tally.opened(teams[way[0]!].rank);
  way.forEach((team, index) => {
    const next = way[index + 1];
    if (next) passOn(telling, team, next);
    else end(telling, team);
  });
  tally.done();
  return { id: idea.id, steps: draft.steps };
};
