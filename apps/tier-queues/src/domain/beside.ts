import type {
  AttentionReason,
  HandoverField,
  HoldReason,
  LinkKind,
  TicketRef,
  Told,
  UndoableAct,
} from '@tierline/contracts';
import type { Place } from './desk.ts';
import type { AwaitedRoute, Counts, QueueCause } from './ticket.ts';

/** Why a lead has to look at the ticket. */
export type Attention = { readonly reason: AttentionReason; readonly since: string; readonly detail: string };

/** Experts beside the owner: who was asked, and who came. */
export type Swarm = {
  readonly question: string;
  readonly skill: string | null;
  readonly asked: readonly string[];
  readonly experts: readonly string[];
};

export type Link = TicketRef & { readonly kind: LinkKind };

/** A ticket that was merged into this one. */
export type Part = TicketRef & { readonly requesterId: string };

/** The ticket that this one came from, or one that came from it. */
export type Origin = TicketRef & { readonly kind: 'split' | 'follow-up' };
export type Offspring = { readonly ticketId: string; readonly kind: 'split' | 'follow-up' };

export type Major = {
  readonly commander: string;
  readonly summary: string;
  /** Minutes between two updates of the stakeholders. */
  readonly updateEvery: number;
  readonly updateDue: string;
  /** Who was told of it so far, beside the commander; absent where it was declared before that was kept. */
  readonly told?: readonly Told[];
  /** How often the timer of the updates was armed. */
  readonly armed: number;
};

/** A hand-over that came with an escalation. */
export type Handed = {
  readonly from: string;
  readonly fromTier: string;
  readonly toTier: string;
  readonly toRank: number;
  readonly escalation: number;
  readonly fields: readonly HandoverField[];
  readonly notProvided: readonly string[];
  readonly accepted: string | null;
  readonly score: number | null;
};

/** A step of the runbook that somebody went through. */
export type Tick = {
  readonly step: string;
  readonly text: string;
  readonly result: string;
  readonly by: string;
  readonly at: string;
};

type Where = {
  readonly place: Place | null;
  readonly previous: readonly Place[];
  readonly queuedAt: string | null;
  readonly owner: string | null;
  readonly lastOwner: string | null;
  readonly assignedAt?: string | undefined;
  readonly counts: Counts;
  readonly attention: readonly Attention[];
};

export type HoldState = {
  readonly reason: HoldReason;
  readonly since: string;
  readonly until: string;
  /** Ends because no more time may be spent on holds of this reason. */
  readonly capped: boolean;
  readonly vendor: string | null;
};

/** How an open ticket stood: enough to stand so again. */
export type Snapshot = Where &
  (
    | { readonly state: 'NEW'; readonly route: AwaitedRoute }
    | { readonly state: 'QUEUED'; readonly route: AwaitedRoute | null; readonly cause: QueueCause | null }
    | { readonly state: 'ASSIGNED' | 'IN_PROGRESS' }
    | { readonly state: 'PENDING'; readonly hold: HoldState }
  );

/** The last act, as far as it can be taken back. */
export type LastAct = {
  readonly act: UndoableAct | 'release' | 'start';
  /** Who may take it back. */
  readonly by: string | null;
  readonly at: string;
  readonly before: Snapshot | null;
  /** The link that was made, where it is one. */
  readonly link: Link | null;
  /** What happened after it. */
  readonly since: string | null;
  /** A claim by which the hand-over was accepted. */
  readonly accepted?: true;
};

/** What stands beside state, place and owner. */
export type Beside = {
  readonly attention: readonly Attention[];
  readonly swarm: Swarm | null;
  /** Milliseconds spent on holds, by their reason. */
  readonly held: Partial<Readonly<Record<HoldReason, number>>>;
  readonly links: readonly Link[];
  readonly parts: readonly Part[];
  readonly origin: Origin | null;
  readonly offspring: readonly Offspring[];
  readonly major: Major | null;
  readonly handovers: readonly Handed[];
  readonly runbook: readonly Tick[];
  readonly lastAct: LastAct | null;
};

export const nothingBeside: Beside = {
  attention: [],
  swarm: null,
  held: {},
  links: [],
  parts: [],
  origin: null,
  offspring: [],
  major: null,
  handovers: [],
  runbook: [],
  lastAct: null,
};
