import {
  ActUndone,
  AgentReplied,
  AttentionRaised,
  AttentionSettled,
  DomainError,
  HandoverAccepted,
  HandoverRated,
  MajorCommanderChanged,
  MajorIncidentDeclared,
  MajorIncidentEnded,
  ManagementNotified,
  MergeReceived,
  MergeWithdrawn,
  NoteAdded,
  OpeningAsked,
  RunbookStepDone,
  StakeholdersUpdated,
  SwarmAsked,
  SwarmJoined,
  SwarmLeft,
  TicketCancelled,
  TicketClaimed,
  TicketClosed,
  TicketEscalated,
  TicketHeld,
  TicketLinked,
  TicketMarkedSpam,
  TicketMerged,
  TicketQueued,
  TicketReopened,
  TicketResolved,
  TicketResumed,
  TicketReturned,
  TicketTransferred,
  TicketUnlinked,
  TicketUnmerged,
  VendorAnswered,
  WorkStarted,
} from '@tierline/contracts';
import type { LastAct } from './beside.ts';
import type { Undo } from './command.ts';
import type { TicketFact } from './facts.ts';
import { systemShift } from './guards.ts';
import { unmerged } from './merging.ts';
import { snapshotOf, standingOf } from './snapshot.ts';
import type { KnownTicket } from './ticket.ts';
import { after, isLater, second } from './time.ts';

/** How long an act can be taken back, in milliseconds; an escalation until somebody claims. */
export const undoTime = 10 * second;

type Undoable = LastAct & { readonly act: Exclude<LastAct['act'], 'release' | 'start'> };

const isUndoable = (last: LastAct | null): last is Undoable =>
  last !== null && last.act !== 'release' && last.act !== 'start';

const requireInTime = (last: Undoable, at: string): void => {
  if (last.act === 'escalate' || !isLater(at, after(last.at, undoTime))) return;
  throw new DomainError(
    'undo_too_late',
    `The ${last.act} can be taken back for ${undoTime / second} seconds only.`,
    'conflict',
    { conflict: { act: last.act, at: last.at } },
  );
};

/** Refuses to take back what a claim has ended: whoever has the ticket now decides. */
const requireUnclaimed = (ticket: KnownTicket, { by, only }: Undo): void => {
  const last = ticket.beside.lastAct;
  const { owner, state } = ticket;
  if (only !== 'escalate' || last?.act === 'escalate' || owner === null || owner === by.agentId) return;
  if (ticket.beside.handovers.at(-1)?.from !== by.agentId) return;
  throw new DomainError('already_claimed', `${owner} has claimed the ticket since you escalated it.`, 'conflict', {
    conflict: { owner, state, ...(last ? { act: last.act, by: last.by, at: last.at } : {}) },
  });
};

/** The act that this person may take back now. Throws why not. */
const lastActOf = (ticket: KnownTicket, agentId: string, at: string): Undoable => {
  const last = ticket.beside.lastAct;
  if (!isUndoable(last))
    throw new DomainError('nothing_to_undo', 'The last act in this ticket cannot be taken back.', 'conflict');
  if (last.by !== agentId)
    throw new DomainError('undo_not_yours', `Only ${last.by} can take the ${last.act} back.`, 'forbidden');
  if (last.since !== null)
    throw new DomainError('undo_overtaken', `The ticket was ${last.since} since; undo that first.`, 'conflict', {
      conflict: { act: last.act, since: last.since },
    });
  requireInTime(last, at);
  return last;
};

export const undo = (ticket: KnownTicket, act: Undo, at: string): TicketFact[] => {
  const { by, only } = act;
  requireUnclaimed(ticket, act);
  const last = lastActOf(ticket, by.agentId, at);
  if (only !== undefined && only !== last.act)
    throw new DomainError('nothing_to_undo', `The last act was no ${only}.`, 'conflict', {
      conflict: { act: last.act },
    });
  if (last.act === 'merge') return unmerged(ticket, by.agentId);
  if (last.link) {
    const { kind, ticketId, number } = last.link;
    return [TicketUnlinked({ kind, to: { ticketId, number }, agentId: by.agentId })];
  }
  if (!last.before) throw new Error(`the ${last.act} left nothing to go back to`);
  return [ActUndone({ act: last.act, agentId: by.agentId, now: standingOf(last.before) })];
};

/** What people do: after it, an earlier act can no longer be taken back. Clocks and routes do not count. */
const overtaking = new Map<string, string>([
  [TicketQueued.type, 'queued'],
  [TicketClaimed.type, 'claimed'],
  [TicketResumed.type, 'resumed'],
  [TicketReturned.type, 'returned'],
  [TicketResolved.type, 'resolved'],
  [TicketReopened.type, 'reopened'],
  [TicketClosed.type, 'closed'],
  [TicketCancelled.type, 'cancelled'],
  [AgentReplied.type, 'answered'],
  [NoteAdded.type, 'given a note'],
  [SwarmAsked.type, 'swarmed'],
  [SwarmJoined.type, 'joined by an expert'],
  [SwarmLeft.type, 'left by an expert'],
  [HandoverAccepted.type, 'accepted'],
  [HandoverRated.type, 'rated'],
  [RunbookStepDone.type, 'worked on by its runbook'],
  [VendorAnswered.type, 'answered by a vendor'],
  [ManagementNotified.type, 'brought to management'],
  [AttentionRaised.type, 'brought to the lead'],
  [AttentionSettled.type, 'settled by the lead'],
  [MergeReceived.type, 'merged with another'],
  [MergeWithdrawn.type, 'parted from another'],
  [OpeningAsked.type, 'split'],
  [MajorIncidentDeclared.type, 'declared a major incident'],
  [MajorCommanderChanged.type, 'given another commander'],
  [MajorIncidentEnded.type, 'ended as a major incident'],
  [StakeholdersUpdated.type, 'told to stakeholders'],
]);

const begun = (ticket: KnownTicket, fact: TicketFact, at: string): LastAct | null => {
  const last = ticket.beside.lastAct;
  const act = (name: LastAct['act'], by: string | null, as?: LastAct['act']): LastAct => {
    // One act of a person may be several facts of one moment; it is taken back as a whole.
    const whole = as !== undefined && last?.act === as && last.at === at ? last.before : undefined;
    return { act: name, by, at, before: whole ?? snapshotOf(ticket), link: null, since: null };
  };
  switch (fact.type) {
    case TicketClaimed.type: {
      const { agentId, assignedBy } = fact.data;
      return assignedBy === undefined ? act('claim', agentId) : act('assign', assignedBy, 'release');
    }
    case WorkStarted.type:
      return act('start', fact.data.agentId);
    case TicketHeld.type:
      return act('hold', ticket.owner, 'start');
    case TicketTransferred.type:
      // Where the desk hands on, whoever sent the ticket there may still take that back.
      return fact.data.agentId === systemShift ? null : act('transfer', fact.data.agentId);
    case TicketEscalated.type:
      return act('escalate', fact.data.agentId);
    case TicketMarkedSpam.type:
      return act('spam', fact.data.agentId);
    case TicketMerged.type:
      return { ...act('merge', fact.data.agentId), before: null };
    case TicketLinked.type: {
      const { kind, to, agentId } = fact.data;
      return { ...act('link', agentId), before: null, link: { kind, ...to } };
    }
    case TicketQueued.type:
      return fact.data.cause === 'released' ? act('release', null) : null;
    default:
      return null;
  }
};

/** True for what an act itself brings about. */
const followsFrom = (last: LastAct, fact: TicketFact, at: string): boolean => {
  const atOnce = last.at === at;
  if (fact.type === TicketQueued.type) return last.act === 'escalate' || (atOnce && last.act === 'transfer');
  const isRaisedByIt = last.act === 'transfer' && fact.type === AttentionRaised.type;
  return atOnce && (isRaisedByIt || fact.type === AttentionSettled.type);
};

/** True when taking the ticket was a part of accepting its hand-over. */
const isAcceptedWith = ({ act, by, at: taken }: LastAct, fact: TicketFact, at: string): boolean =>
  fact.type === HandoverAccepted.type && act === 'claim' && by === fact.data.agentId && taken === at;

const undone: readonly string[] = [ActUndone.type, TicketUnmerged.type, TicketUnlinked.type];

/** The last act after the fact. */
export const lastActAfter = (ticket: KnownTicket, fact: TicketFact, at: string): LastAct | null => {
  const last = ticket.beside.lastAct;
  if (undone.includes(fact.type)) return null;
  const now = begun(ticket, fact, at);
  if (now) return now;
  if (last && isAcceptedWith(last, fact, at)) return { ...last, accepted: true };
  const since = overtaking.get(fact.type);
  if (!last || since === undefined || last.since !== null || followsFrom(last, fact, at)) return last;
  return { ...last, since, before: null };
};
