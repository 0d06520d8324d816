import type { TicketState } from '@tierline/contracts';
import type { Plan, Standing, Step, Verb } from './step.ts';

const open: readonly TicketState[] = ['QUEUED', 'ASSIGNED', 'IN_PROGRESS', 'PENDING'];
const owned: readonly TicketState[] = ['ASSIGNED', 'IN_PROGRESS', 'PENDING'];

/** From which states a command may be given, and to which it leads. */
const moves: Readonly<Record<Exclude<Verb, 'open'>, { from: readonly TicketState[]; to?: readonly TicketState[] }>> = {
  claim: { from: ['QUEUED'], to: ['ASSIGNED'] },
  start: { from: ['ASSIGNED'], to: ['IN_PROGRESS'] },
  reply: { from: ['IN_PROGRESS', 'PENDING'] },
  note: { from: [...open, 'RESOLVED'] },
  hold: { from: ['IN_PROGRESS'], to: ['PENDING'] },
  resume: { from: ['PENDING'], to: ['IN_PROGRESS'] },
  release: { from: ['ASSIGNED', 'IN_PROGRESS'], to: ['QUEUED'] },
  transfer: { from: open, to: ['QUEUED'] },
  escalate: { from: open, to: ['QUEUED'] },
  return: { from: open, to: ['QUEUED'] },
  resolve: { from: ['IN_PROGRESS'], to: ['RESOLVED'] },
  cancel: { from: open, to: ['CANCELLED'] },
  answer: { from: open, to: [...open] },
  confirm: { from: ['RESOLVED'], to: ['CLOSED'] },
  reject: { from: ['RESOLVED'], to: ['QUEUED'] },
};

/** Commands that only the owner gives, once somebody owns the ticket. */
const ofOwner: readonly Verb[] = ['start', 'hold', 'release', 'resolve'];

const fault = (before: Standing | undefined, { by, command, then }: Step): string | undefined => {
  const { verb } = command;
  if (verb === 'open') return before || then.state !== 'QUEUED' ? 'only the first step opens the ticket' : undefined;
  if (!before) return 'the first step does not open the ticket';
  const { from, to = [before.state] } = moves[verb];
  if (!from.includes(before.state)) return `a ticket in ${before.state} takes no ${verb}`;
  if (!to.includes(then.state)) return `${verb} does not lead to ${then.state}`;
  if (ofOwner.includes(verb) && before.owner !== by.id)
    return `${verb} is for ${before.owner ?? 'an owner'}, not ${by.id}`;
  if (owned.includes(then.state) && then.owner === null) return `${then.state} needs an owner`;
  if (then.state === 'QUEUED' && then.owner !== null) return 'a waiting ticket has no owner';
  const stays = !['transfer', 'escalate', 'return'].includes(verb);
  if (stays !== (before.queue === then.queue)) return stays ? `${verb} changes no queue` : `${verb} changes the queue`;
  return undefined;
};

/** Why a plan breaks the lifecycle of a ticket, with the number of the step; undefined when it keeps it. */
export const faultOf = ({ id, steps }: Plan): string | undefined => {
  for (const [index, step] of steps.entries()) {
    const found = fault(steps[index - 1]?.then, step);
    if (found) return `${id}, step ${index + 1}: ${found}.`;
  }
  return undefined;
};
