import { setTimeout as sleep } from 'node:timers/promises';
import { Refused, type Api, type Request } from './api.ts';
import { comesLater, describe, hasLanded, isAsPlanned, type SeenTicket } from './standing.ts';
import type { Person, Plan, Standing, Step } from './step.ts';

/** What is played, how, and who is told. */
export type Performance = {
  readonly plans: readonly Plan[];
  /** Stands before every idempotency key: the same run sends the same keys. */
  readonly run: string;
  readonly concurrency: number;
  /** May read every ticket. */
  readonly reader: Person;
  readonly onCommand: () => void;
};

/** What became of it; `elsewhere` counts tickets that somebody else had moved on before. */
export type Played = { readonly tickets: number; readonly commands: number; readonly elsewhere: number };

/** A ticket did not go the way of its plan. */
export class WentWrong extends Error {
  override readonly name = 'WentWrong';

  constructor(plan: Plan, index: number, cause: unknown) {
    const { by, command } = plan.steps[index]!;
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`Case ${plan.id}, step ${index + 1} of ${plan.steps.length} (${command.verb} by ${by.id}): ${why}`, {
      cause,
    });
  }
}

const patience = 120_000;
const pause = { shortest: 20, longest: 500 };
const longer = (wait: number): number => Math.min(pause.longest, wait * 1.4);

const requesterPaths = { answer: 'replies', confirm: 'confirm', reject: 'reject' } as const;

const pathOf = ({ command: { verb } }: Step, id: string): string => {
  if (verb === 'open') return '/api/intake/tickets';
  if (verb === 'answer' || verb === 'confirm' || verb === 'reject')
    return `/api/intake/tickets/${id}/${requesterPaths[verb]}`;
  return `/api/tier-queues/tickets/${id}/${verb}`;
};

const requestOf = ({ run, plan, id }: Play, index: number): Request => {
  const step = plan.steps[index]!;
  const key = `${run}:${encodeURIComponent(plan.id)}:${index + 1}`;
  return { method: 'POST', path: pathOf(step, id), by: step.by, body: step.command.body, key };
};

type Answer = Standing & { readonly id: string };

/** One ticket being played; `id` is known once it is open. */
type Play = Performance & { readonly api: Api; readonly plan: Plan; id: string };

const read = async ({ api, reader, id }: Play): Promise<SeenTicket | undefined> => {
  try {
    return await api.send<SeenTicket>({ method: 'GET', path: `/api/tier-queues/tickets/${id}`, by: reader });
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return undefined;
    throw error;
  }
};

/** Waits until the effect of a step is there; says whether the ticket then stands as planned. */
const settle = async (play: Play, index: number, end: number): Promise<boolean> => {
  const { steps } = play.plan;
  for (let wait = pause.shortest; ; wait = longer(wait)) {
    const seen = await read(play);
    if (seen && isAsPlanned(seen, steps[index]!)) return true;
    if (seen && hasLanded(seen, steps.slice(0, index + 1))) return false;
    if (Date.now() > end) throw new Error(`after two minutes the ticket is ${seen ? describe(seen) : 'not there'}`);
    await sleep(wait);
  }
};

/**
 * A ticket that does not stand as planned may be on its way there, or be one that was played before. And what the desk
 * has solved, the requester's side hears of a moment later.
 */
const mayPass = (error: unknown, isSettled: boolean): boolean =>
  error instanceof Refused && error.status < 500 && (!isSettled || error.code === 'not_resolved');

const deliver = async (play: Play, index: number, wasSettled: boolean): Promise<Answer> => {
  const end = Date.now() + patience;
  let isSettled = wasSettled;
  for (let wait = pause.shortest; ; wait = longer(wait)) {
    try {
      return await play.api.send<Answer>(requestOf(play, index));
    } catch (error) {
      if (!mayPass(error, isSettled) || Date.now() > end) throw error;
    }
    await sleep(wait);
    if (!isSettled) isSettled = await settle(play, index - 1, end);
  }
};

/** Plays one step; says whether the ticket then stands as planned. */
const playStep = async (play: Play, index: number, wasSettled: boolean): Promise<boolean> => {
  const step = play.plan.steps[index]!;
  const answer = await deliver(play, index, wasSettled);
  if (index === 0) play.id = answer.id;
  if (comesLater(step)) return settle(play, index, Date.now() + patience);
  if (!isAsPlanned(answer, step)) throw new Error(`the ticket is ${describe(answer)}, not ${describe(step.then)}`);
  return true;
};

const playTicket = async (api: Api, plan: Plan, performance: Performance): Promise<'as-planned' | 'elsewhere'> => {
  const play = { ...performance, api, plan, id: '' };
  let isSettled = true;
  for (const index of plan.steps.keys()) {
    try {
      isSettled = await playStep(play, index, isSettled);
    } catch (error) {
      throw new WentWrong(plan, index, error);
    }
    performance.onCommand();
  }
  return isSettled ? 'as-planned' : 'elsewhere';
};

/**
 * Plays the plans, some at a time, each one's commands in order. Every command may be sent again safely.
 * @throws WentWrong for the first ticket that does not go the way of its plan; the others stop where they are.
 */
export const play = async (api: Api, performance: Performance): Promise<Played> => {
  const { plans, concurrency } = performance;
  let next = 0;
  let elsewhere = 0;
  let isOver = false;
  const work = async (): Promise<void> => {
    for (let plan = plans[next++]; plan && !isOver; plan = plans[next++]) {
      if ((await playTicket(api, plan, performance)) === 'elsewhere') elsewhere += 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(concurrency, plans.length) }, work));
  } finally {
    isOver = true;
  }
  const commands = plans.reduce((sum, { steps }) => sum + steps.length, 0);
  return { tickets: plans.length, commands, elsewhere };
};
