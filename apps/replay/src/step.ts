import type { Handover, HoldReason, Impact, Role, TicketState, Urgency } from '@tierline/contracts';

/** Somebody who acts in a replay. */
export type Person = {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly email?: string;
};
/** Somebody who asks for help, and is told by mail how it goes. */
export type Requester = Person & { readonly email: string };

export type Opening = {
  readonly subject: string;
  readonly description: string;
  readonly category: string;
  readonly impact: Impact;
  readonly urgency: Urgency;
  readonly channel: 'web' | 'phone' | 'email' | 'monitoring';
  readonly organisation?: string;
  /** When somebody else types it: the one who needs help. */
  readonly requester?: { readonly id: string; readonly name: string; readonly email: string };
};

export type ResolutionCode = 'solved' | 'workaround' | 'no-fault-found' | 'duplicate' | 'requester-solved';

/** What is sent with each command, by its verb. */
export type Bodies = {
  open: Opening;
  answer: { text: string };
  confirm: { comment?: string };
  reject: { reason: string };
  claim: Record<never, never>;
  start: Record<never, never>;
  reply: { text: string };
  note: { text: string };
  hold: { reason: HoldReason; note?: string };
  resume: Record<never, never>;
  release: Record<never, never>;
  transfer: { queue: string; reason: string };
  escalate: { tier: string; queue: string; reason: string; handover: Handover };
  return: { reason: string; missing?: string; queue: string };
  resolve: { code: ResolutionCode; solution: string; lowerTierCouldHave: boolean };
  cancel: { reason: string };
};
export type Verb = keyof Bodies;
export type Command = { readonly [V in Verb]: { readonly verb: V; readonly body: Bodies[V] } }[Verb];

/** Where a ticket stands, as the agents see it. */
export type Standing = { readonly state: TicketState; readonly queue: string | null; readonly owner: string | null };

/** One command of a plan: who gives it, and where the ticket stands when all that follows from it has happened. */
export type Step = { readonly by: Person; readonly command: Command; readonly then: Standing };

/** One ticket from its opening on. */
export type Plan = { readonly id: string; readonly steps: readonly Step[] };

export const slugOfTier = (rank: number): string => `tier-${rank}`;
