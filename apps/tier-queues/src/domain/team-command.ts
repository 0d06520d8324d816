import type { FactOf, LinkKind, TicketRef, TicketResolved, UndoableAct } from '@tierline/contracts';
import type { By } from './command.ts';

export type NotifyUp = By & { readonly type: 'notify-up'; readonly reason: string };
export type SettleAttention = By & { readonly type: 'settle-attention'; readonly decision: string };
export type AskSwarm = By & {
  readonly type: 'swarm';
  readonly agents: readonly string[];
  readonly skill: string | null;
  readonly question: string;
};
export type JoinSwarm = By & { readonly type: 'join' };
export type LeaveSwarm = By & { readonly type: 'leave' };
/** Have it routed again, by the rules of today. */
export type AskRoute = By & { readonly type: 'ask-route'; readonly reason: string };
/** It is about something else than was said. */
export type Recategorise = By & { readonly type: 'recategorise'; readonly category: string; readonly reason: string };
export type MarkSpam = By & { readonly type: 'spam' };
export type VendorAnswer = By & {
  readonly type: 'vendor-answer';
  readonly text: string;
  readonly vendor?: string | undefined;
};
/** `id` is the ticket's own, which no ticket can be merged or linked to. */
export type Merge = By & {
  readonly type: 'merge';
  readonly id: string;
  readonly into: string;
  readonly reason?: string | undefined;
};
export type Unmerge = By & { readonly type: 'unmerge' };
export type Split = By & {
  readonly type: 'split';
  readonly newTicketId: string;
  readonly subject: string;
  readonly description: string;
  readonly category?: string | undefined;
};
export type AddLink = By & {
  readonly type: 'link';
  readonly id: string;
  readonly kind: LinkKind;
  readonly to: string;
};
export type RemoveLink = By & { readonly type: 'unlink'; readonly kind: LinkKind; readonly to: string };
export type DeclareMajor = By & {
  readonly type: 'declare-major';
  readonly commander: string;
  readonly summary: string;
  readonly updateEvery: number;
};
export type ChangeCommander = By & {
  readonly type: 'change-commander';
  readonly commander: string;
  readonly reason: string;
};
export type UpdateStakeholders = By & { readonly type: 'update-stakeholders'; readonly text: string };
export type EndMajor = By & { readonly type: 'end-major'; readonly reason: string };
export type AcceptHandover = By & { readonly type: 'accept-handover' };
export type RateHandover = By & {
  readonly type: 'rate-handover';
  readonly score: number;
  readonly reason?: string | undefined;
};
export type TickStep = By & { readonly type: 'tick'; readonly step: string; readonly result: string };
/** `only` names the act that is meant: a recall takes back an escalation and nothing else. */
export type Undo = By & { readonly type: 'undo'; readonly only?: UndoableAct };

/** What agents and leads do together, and with more than one ticket. */
export type TeamAct =
  | NotifyUp
  | SettleAttention
  | AskRoute
  | Recategorise
  | AskSwarm
  | JoinSwarm
  | LeaveSwarm
  | MarkSpam
  | VendorAnswer
  | Merge
  | Unmerge
  | Split
  | AddLink
  | RemoveLink
  | DeclareMajor
  | ChangeCommander
  | UpdateStakeholders
  | EndMajor
  | AcceptHandover
  | RateHandover
  | TickStep
  | Undo;

export type ReceiveMerge = By & {
  readonly type: 'receive-merge';
  readonly from: TicketRef;
  readonly requesterId: string;
};
export type WithdrawMerge = By & { readonly type: 'withdraw-merge'; readonly from: TicketRef };
export type BeLinked = By & { readonly type: 'be-linked'; readonly kind: LinkKind; readonly to: TicketRef };
export type BeUnlinked = By & { readonly type: 'be-unlinked'; readonly kind: LinkKind; readonly to: TicketRef };
export type ReplyToChild = By & {
  readonly type: 'reply-to-child';
  readonly parent: string;
  readonly messageId: string;
  readonly text: string;
};
export type ResolveChild = By & {
  readonly type: 'resolve-child';
  readonly parent: string;
  readonly code: FactOf<typeof TicketResolved>['data']['code'];
  readonly solution: string;
  readonly lowerTierCouldHave: boolean;
};
export type TellPart = By & { readonly type: 'tell-part'; readonly messageId: string; readonly text: string };

/** What an act on one ticket means for another one. */
export type CounterAct = ReceiveMerge | WithdrawMerge | BeLinked | BeUnlinked | ReplyToChild | ResolveChild | TellPart;

/** The requester of a ticket that was merged into this one wrote there. */
export type MergedReply = {
  readonly type: 'merged-reply';
  readonly from: TicketRef;
  readonly requesterId: string;
  readonly messageId: string;
  readonly text: string;
  readonly followUpId: string;
};
