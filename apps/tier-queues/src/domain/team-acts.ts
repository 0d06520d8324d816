import { notifyUp, settleAttention } from './attention.ts';
import { replyToChild, resolveChild, tellPart } from './children.ts';
import type { CounterAct, Surroundings, TeamAct } from './command.ts';
import { markSpam } from './ending.ts';
import type { TicketFact } from './facts.ts';
import { acceptHandover, rateHandover } from './handing-over.ts';
import { vendorAnswered } from './holding.ts';
import { addLink, beLinked, beUnlinked, removeLink, split } from './linking.ts';
import { changeCommander, declareMajor, endMajor, updateStakeholders } from './major.ts';
import { merge, receiveMerge, unmerge, withdrawMerge } from './merging.ts';
import { askRoute, recategorise } from './routes.ts';
import { tickStep } from './runbook.ts';
import { askSwarm, joinSwarm, leaveSwarm } from './swarming.ts';
import type { KnownTicket } from './ticket.ts';
import { undo } from './undo.ts';

const decideCounterAct = (act: CounterAct, ticket: KnownTicket): TicketFact[] => {
  switch (act.type) {
    case 'receive-merge':
      return receiveMerge(ticket, act);
    case 'withdraw-merge':
      return withdrawMerge(ticket, act);
    case 'be-linked':
      return beLinked(ticket, act);
    case 'be-unlinked':
      return beUnlinked(ticket, act);
    case 'reply-to-child':
      return replyToChild(ticket, act);
    case 'resolve-child':
      return resolveChild(ticket, act);
    case 'tell-part':
      return tellPart(ticket, act);
  }
};

export const decideTeamAct = (
  act: TeamAct | CounterAct,
  ticket: KnownTicket,
  around: Surroundings,
  at: string,
): TicketFact[] => {
  switch (act.type) {
    case 'notify-up':
      return notifyUp(ticket, act, around, at);
    case 'settle-attention':
      return settleAttention(ticket, act);
    case 'ask-route':
      return askRoute(ticket, act);
    case 'recategorise':
      return recategorise(ticket, act, around);
    case 'swarm':
      return askSwarm(ticket, act, around);
    case 'join':
      return joinSwarm(ticket, act, around);
    case 'leave':
      return leaveSwarm(ticket, act);
    case 'spam':
      return markSpam(ticket, act, around);
    case 'vendor-answer':
      return vendorAnswered(ticket, act, around, at);
    case 'merge':
      return merge(ticket, act, around);
    case 'unmerge':
      return unmerge(ticket, act, around);
    case 'split':
      return split(ticket, act, around);
    case 'link':
      return addLink(ticket, act, around);
    case 'unlink':
      return removeLink(ticket, act, around);
    case 'declare-major':
      return declareMajor(ticket, act, around, at);
    case 'change-commander':
      return changeCommander(ticket, act, around, at);
    case 'update-stakeholders':
      return updateStakeholders(ticket, act, around, at);
    case 'end-major':
      return endMajor(ticket, act, around, at);
    case 'accept-handover':
      return acceptHandover(ticket, act, around, at);
    case 'rate-handover':
      return rateHandover(ticket, act, around);
    case 'tick':
      return tickStep(ticket, act, around);
    case 'undo':
      return undo(ticket, act, at);
    default:
      return decideCounterAct(act, ticket);
  }
};
