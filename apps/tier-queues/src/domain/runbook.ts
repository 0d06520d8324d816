import { DomainError, RunbookStepDone } from '@tierline/contracts';
import type { Tick } from './beside.ts';
import type { Surroundings, TickStep } from './command.ts';
import type { TicketFact } from './facts.ts';
import { inState, openStates } from './guards.ts';
import { requireHelper } from './swarming.ts';
import type { KnownTicket } from './ticket.ts';

/** A step of the category's runbook was gone through; again replaces its result. */
export const tickStep = (ticket: KnownTicket, act: TickStep, around: Surroundings): TicketFact[] => {
  const { by, step, result } = act;
  inState(ticket, 'tick a step of', openStates);
  requireHelper(ticket, by, around);
  const known = around.runbook?.find((one) => one.step === step);
  if (!known)
    throw new DomainError('step_absent', `The runbook of this ticket's category has no step ${step}.`, 'absent');
  return [RunbookStepDone({ step, text: known.text, result, agentId: by.agentId })];
};

export const runbookAfter = (ticks: readonly Tick[], fact: TicketFact, at: string): readonly Tick[] => {
  if (fact.type !== RunbookStepDone.type) return ticks;
  const { step, text, result, agentId } = fact.data;
  return [...ticks.filter((tick) => tick.step !== step), { step, text, result, by: agentId, at }];
};
