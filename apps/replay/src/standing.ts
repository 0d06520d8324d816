import type { Standing, Step, Verb } from './step.ts';

/** A ticket as the agents read it, as far as a replay looks. */
export type SeenTicket = Standing & {
  readonly counts: { readonly escalations: number; readonly reopens: number };
  readonly timeline: readonly { readonly kind: string }[];
};

/** Commands whose effect comes later, through another service. */
const later: readonly Verb[] = ['open', 'escalate', 'answer', 'confirm', 'reject'];

export const comesLater = ({ command }: Step): boolean => later.includes(command.verb);

/** True when the ticket stands where the plan has it. */
export const isAsPlanned = (seen: Standing, { then }: Step): boolean =>
  seen.state === then.state && seen.queue === then.queue && seen.owner === then.owner;

const times = (done: readonly Step[], verb: Verb): number => done.filter(({ command }) => command.verb === verb).length;

/**
 * True when the last command of `done` has had its effect, wherever the ticket may stand since: a plan that is played
 * again meets tickets that have long moved on.
 */
export const hasLanded = (seen: SeenTicket, done: readonly Step[]): boolean => {
  const { verb } = done.at(-1)!.command;
  switch (verb) {
    case 'open':
      return seen.queue !== null;
    case 'escalate':
      return seen.queue !== null && seen.counts.escalations >= times(done, verb);
    case 'reject':
      return seen.counts.reopens >= times(done, verb);
    case 'answer':
      return seen.timeline.filter(({ kind }) => kind === 'requester-replied').length >= times(done, verb);
    case 'confirm':
      return seen.state !== 'RESOLVED';
    default:
      return true;
  }
};

/** In words, for a report. */
export const describe = ({ state, queue, owner }: Standing): string =>
  `${state} in ${queue ?? 'no queue'}${owner === null ? '' : `, with ${owner}`}`;
