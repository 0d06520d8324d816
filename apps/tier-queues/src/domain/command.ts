import type { FactOf, Handover, HoldReason, Priority, RunbookStep, TicketResolved } from '@tierline/contracts';
import type { Unseen } from './concurrency.ts';
import type { Desk } from './desk.ts';
import type { FollowUp } from './linking.ts';
import type { People } from './people.ts';
import type { PushStrategy } from './pushing.ts';
import type { KnownTicket } from './ticket.ts';
import type { CounterAct, MergedReply, TeamAct } from './team-command.ts';
import type { Cause } from './clocks/clock.ts';
import type { OrphanKind } from './mending.ts';
import type { ClockTimerKind, StateTimerKind } from './timers.ts';

/** Who acts; `lead` may act in every team, or, once it is decided on one ticket, in the team of that. */
export type Doer = { readonly agentId: string; readonly lead: boolean };

export type By = { readonly by: Doer };

/** Why a lead sets the rules of eligibility aside. */
type Override = { readonly override?: string | undefined };
export type Claim = By & Override & { readonly type: 'claim' };
export type Assign = By & Override & { readonly type: 'assign'; readonly agentId: string };
export type Start = By & { readonly type: 'start' };
export type Release = By & { readonly type: 'release' };
export type Reply = By & { readonly type: 'reply'; readonly messageId: string; readonly text: string };
export type Note = By & { readonly type: 'note'; readonly noteId: string; readonly text: string };
export type Hold = By & {
  readonly type: 'hold';
  readonly reason: HoldReason;
  readonly until?: string | undefined;
  /** Whom it waits for, where that is a vendor. */
  readonly vendor?: string | undefined;
  readonly note?: string | undefined;
};
export type Resume = By & { readonly type: 'resume' };
export type Transfer = By & { readonly type: 'transfer'; readonly queue: string; readonly reason: string };
export type Escalate = By & {
  readonly type: 'escalate';
  readonly tier: string;
  readonly queue?: string | undefined;
  readonly reason: string;
  readonly handover: Handover;
};
export type Return = By & {
  readonly type: 'return';
  readonly reason: string;
  readonly missing?: string | undefined;
  readonly queue?: string | undefined;
};
export type Resolve = By & {
  readonly type: 'resolve';
  readonly code: FactOf<typeof TicketResolved>['data']['code'];
  readonly solution: string;
  readonly lowerTierCouldHave: boolean;
};
export type Reopen = By & { readonly type: 'reopen'; readonly reason: string };
export type Cancel = By & { readonly type: 'cancel'; readonly reason: string };
export type Route = {
  readonly type: 'route';
  readonly hop: number;
  readonly tier: string;
  readonly queue: string;
  /** Since when it is asked for, and how urgent the ticket is by it, where a ticket that waits is routed again. */
  readonly again?: { readonly since: string; readonly priority: Priority };
};
export type FireState = { readonly type: 'fire'; readonly kind: StateTimerKind; readonly generation: number };
export type FireClock = {
  readonly type: 'fire';
  readonly kind: ClockTimerKind;
  readonly clock: string;
  readonly generation: number;
};
export type Fire = FireState | FireClock;
export type RequesterSays = {
  readonly type: 'requester-replied' | 'requester-rejected' | 'requester-confirmed';
  /** When the requester did it, by the clock of the service that took it. */
  readonly happenedAt?: string | undefined;
  /** What was written, and the id of the ticket that it opens when this one has ended for good. */
  readonly text?: string;
  readonly messageId?: string;
  readonly followUpId?: string;
  /** Who wrote, where it is not the requester of this ticket. */
  readonly requesterId?: string;
};
export type AskEscalation = { readonly type: 'ask-escalation'; readonly reason: string | null };
/** The desk gives the ticket to somebody, or found nobody. */
export type Push = {
  readonly type: 'push';
  readonly agentId: string | null;
  readonly assignment: PushStrategy;
  /** Why there is nobody. */
  readonly reason: string;
};
/** The shift of somebody ended who may own the ticket, or leave began that lasts until then. */
export type EndShift = { readonly type: 'end-shift'; readonly agentId: string; readonly awayUntil?: string };
/** The hours of the queue ended that hands over to another. */
export type CloseQueue = { readonly type: 'close-queue'; readonly queue: string };
/** What is promised changed; the clocks have to follow. */
export type KeepTime = { readonly type: 'keep-time'; readonly cause: Cause };
/** The watchdog found something wrong with the ticket. */
export type Mend = { readonly type: 'mend'; readonly kind: OrphanKind };

/** What an agent or a lead does. */
export type AgentAct =
  | Claim
  | Assign
  | Start
  | Release
  | Reply
  | Note
  | Hold
  | Resume
  | Transfer
  | Escalate
  | Return
  | Resolve
  | Reopen
  | Cancel
  | TeamAct
  | CounterAct;

/** What happens to a ticket. */
export type Act =
  | AgentAct
  | Route
  | Fire
  | RequesterSays
  | AskEscalation
  | MergedReply
  | KeepTime
  | Mend
  | Push
  | EndShift
  | CloseQueue;

/** What a decision may look at beside the ticket. */
export type Surroundings = {
  readonly desk: Desk;
  /** The teams of the agents that the decision is about, by agent id; an agent the desk does not know is absent. */
  readonly teams: ReadonlyMap<string, readonly string[]>;
  /** The agents who are to take a ticket, or to join one; one the desk does not know is absent. */
  readonly people?: People;
  /** Other tickets that the act names, locked; one that does not exist is absent. */
  readonly others?: ReadonlyMap<string, KnownTicket>;
  /** How many children of the ticket are open. */
  readonly openChildren?: number;
  /** True when the link that is asked for would lead back to where it starts. */
  readonly closesCycle?: boolean;
  /** True for a category that is in the catalogue, where the act names one. */
  readonly isCategory?: boolean;
  /** The steps for the ticket's category. */
  readonly runbook?: readonly RunbookStep[];
  /** The tickets that follow this one and are known here, oldest first. */
  readonly followUps?: readonly FollowUp[];
  /** What happened since the caller looked. */
  readonly unseen?: readonly Unseen[];
};

export type Command = { readonly act: Act; readonly around: Surroundings };

export type * from './team-command.ts';
