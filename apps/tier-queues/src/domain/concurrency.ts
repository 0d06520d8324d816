import {
  AgentReplied,
  DomainError,
  MajorCommanderChanged,
  MajorIncidentDeclared,
  MajorIncidentEnded,
  StakeholdersUpdated,
  TicketCancelled,
  TicketClaimed,
  TicketClosed,
  TicketEscalated,
  TicketHeld,
  TicketMarkedSpam,
  TicketMerged,
  TicketQueued,
  TicketReopened,
  TicketResolved,
  TicketResumed,
  TicketReturned,
  TicketTransferred,
  type Fact,
} from '@tierline/contracts';
import type { AgentAct } from './command.ts';
import type { KnownTicket } from './ticket.ts';

/** A fact that the caller had not seen when he or she decided. */
export type Unseen = { readonly fact: Fact; readonly actor: string; readonly at: string };

/** What two people can change at the same time. */
type Field = 'owner' | 'queue' | 'state' | 'conversation' | 'major';

const changedBy = new Map<string, readonly Field[]>([
  [TicketQueued.type, ['owner', 'queue', 'state']],
  [TicketClaimed.type, ['owner', 'state']],
  [TicketTransferred.type, ['queue']],
  [TicketEscalated.type, ['owner', 'queue', 'state']],
  [TicketReturned.type, ['owner', 'queue', 'state']],
  [TicketHeld.type, ['state']],
  [TicketResumed.type, ['state']],
  [TicketResolved.type, ['state']],
  [TicketReopened.type, ['state']],
  [TicketClosed.type, ['state']],
  [TicketCancelled.type, ['state']],
  [TicketMarkedSpam.type, ['state']],
  [TicketMerged.type, ['state']],
  [AgentReplied.type, ['conversation']],
  [MajorIncidentDeclared.type, ['major']],
  [MajorCommanderChanged.type, ['major']],
  [MajorIncidentEnded.type, ['major']],
  [StakeholdersUpdated.type, ['major']],
]);

/** The fields that an act sets, and to what; what it adds without setting anything overlaps with nothing. */
const settingsOf = (act: AgentAct): Partial<Record<Field, unknown>> => {
  switch (act.type) {
    case 'claim':
    case 'accept-handover':
      return { owner: act.by.agentId };
    case 'assign':
      return { owner: act.agentId };
    case 'release':
      return { owner: null };
    case 'reply':
      return { conversation: act.text };
    case 'hold':
      return { state: 'PENDING', owner: act.by.agentId };
    case 'resume':
      return { state: 'IN_PROGRESS' };
    case 'transfer':
      return { queue: act.queue, state: 'QUEUED' };
    case 'escalate':
      return { queue: act.queue ?? act.tier, state: 'QUEUED' };
    case 'return':
      return { queue: act.queue ?? null, state: 'QUEUED' };
    case 'resolve':
      return { state: 'RESOLVED', conversation: act.solution };
    case 'reopen':
      return { state: 'QUEUED' };
    case 'cancel':
      return { state: 'CANCELLED' };
    case 'spam':
      return { state: 'SPAM' };
    case 'merge':
      return { state: 'MERGED' };
    case 'declare-major':
    case 'change-commander':
      return { major: act.commander };
    case 'update-stakeholders':
      return { major: act.text };
    case 'end-major':
      return { major: null };
    default:
      return {};
  }
};

const textOf = (unseen: readonly Unseen[], type: string): unknown =>
  (unseen.findLast(({ fact }) => fact.type === type)?.fact.data as { text?: unknown } | undefined)?.text ?? null;

const theirsOf = (field: Field, ticket: KnownTicket, unseen: readonly Unseen[]): unknown => {
  switch (field) {
    case 'owner':
      return ticket.owner;
    case 'queue':
      return ticket.place?.queue ?? null;
    case 'state':
      return ticket.state;
    case 'conversation':
      return textOf(unseen, AgentReplied.type);
    case 'major':
      return textOf(unseen, StakeholdersUpdated.type) ?? ticket.beside.major?.commander ?? null;
  }
};

/**
 * Refuses an act that sets what somebody else has set since the caller looked, and shows both values. What the
 * caller changed or what does not overlap is no conflict.
 */
export const requireNoOverlap = (act: AgentAct, ticket: KnownTicket, unseen: readonly Unseen[]): void => {
  const settings = settingsOf(act);
  const theirs = unseen.filter(({ actor }) => actor !== `agent:${act.by.agentId}`);
  const changed = new Set(theirs.flatMap(({ fact }) => changedBy.get(fact.type) ?? []));
  const overlapping = (Object.keys(settings) as Field[]).filter((field) => changed.has(field));
  const last = theirs.findLast(({ fact }) => changedBy.get(fact.type)?.some((field) => overlapping.includes(field)));
  if (!last) return;
  const fields = overlapping.map((field) => [
    field,
    { yours: settings[field], theirs: theirsOf(field, ticket, theirs) },
  ]);
  throw new DomainError(
    'changed_meanwhile',
    `${last.actor} changed ${overlapping.join(' and ')} since you looked. Look again, then decide.`,
    'conflict',
    { conflict: { ...(Object.fromEntries(fields) as object), by: last.actor, at: last.at } },
  );
};
