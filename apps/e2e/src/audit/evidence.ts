import type { TopicName } from '@tierline/contracts';
import type { Service } from './names.ts';
import type { Answer, Fault, Poison, Run, Sample, WebhookCall } from './run.ts';

/** The few fields of an event's data that invariants speak of. */
export type Said = {
  readonly agent?: string;
  readonly queue?: string;
  /** How the desk gave it, where it did. */
  readonly assignment?: string;
  readonly cause?: string;
  readonly until?: string;
  readonly hop?: number;
  /** A route that somebody asked for once more. */
  readonly again?: boolean;
  readonly delivery?: string;
  readonly comment?: boolean;
  readonly clock?: string;
  readonly due?: string;
  readonly since?: string;
  /** Working time, milliseconds. */
  readonly consumed?: number;
  readonly target?: number;
  /** Shares of the target, per cent. */
  readonly steps?: readonly number[];
  readonly share?: number;
  /** The ticket that is asked for. */
  readonly opens?: string;
  /** How the ticket stands after an act was taken back. */
  readonly now?: {
    readonly state: string;
    readonly owner: string | null;
    readonly place?: { readonly queue: string } | null;
  };
};

/** An event as its publisher's journal has it. Times are milliseconds since 1970. */
export type JournalRow = {
  readonly service: Service;
  readonly id: string;
  readonly tenant: string;
  readonly topic: TopicName;
  readonly aggregate: string;
  readonly sequence: number;
  readonly type: string;
  readonly at: number;
  readonly said: Said;
};

/** A record as it stands in a topic; a header that is absent or unreadable is null. */
export type TopicRecord = {
  readonly topic: TopicName;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly id: string | null;
  /** The publishing service, as the record says. */
  readonly source: string | null;
  readonly type: string | null;
  readonly tenant: string | null;
  readonly subject: string | null;
  readonly sequence: number;
  /** `shard/epoch/owner` of the relay that sent it. */
  readonly lease: string | null;
};

export type TopicEnd = {
  readonly topic: TopicName;
  readonly partition: number;
  readonly low: number;
  readonly high: number;
};

/** A record of a dead-letter topic: who parked what. */
export type DeadLetter = {
  readonly service: string;
  readonly topic: TopicName;
  readonly partition: number;
  readonly offset: number;
};

export type InboxRow = { readonly service: Service; readonly event: string; readonly tenant: string };

export type PositionRow = {
  readonly service: Service;
  readonly group: string;
  readonly topic: TopicName;
  readonly partition: number;
  readonly next: number;
};

/** A position that was moved back or deleted while the watch was on. */
export type SetBack = Omit<PositionRow, 'next'> & { readonly from: number; readonly to: number | null };

export type ParkedRow = {
  readonly service: Service;
  readonly topic: TopicName;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly event: string | null;
  readonly reason: string;
  readonly discarded: boolean;
};

/** A table from which everything has to go out. */
export type Backlog = { readonly service: Service; readonly table: string; readonly rows: number };

/** A table with tenants, and whether the role of HTTP work is held to one of them in it. */
export type Wall = { readonly service: Service; readonly table: string; readonly open: string | null };

/** That a table has rows of this tenant about this ticket. */
export type Home = {
  readonly service: Service;
  readonly table: string;
  readonly tenant: string;
  readonly ticket: string;
};

/** How far a service says that an aggregate of its own has come. */
export type Standing = {
  readonly service: Service;
  readonly table: string;
  readonly tenant: string;
  readonly aggregate: string;
  readonly sequence: number;
};

type OfTicket = { readonly tenant: string; readonly ticket: string };

export type RequestRow = OfTicket & {
  readonly openedBy: string;
  readonly status: string;
  readonly openedAt: number;
  /** The desk asked for it: split off another ticket, or its follow-up. */
  readonly isDerived: boolean;
};
export type CountRow = OfTicket & { readonly kind: string; readonly count: number };
export type RouteRow = OfTicket & { readonly hop: number; readonly waitingSince: number | null };
export type TicketRow = OfTicket & {
  readonly state: string;
  readonly queue: string | null;
  readonly owner: string | null;
  readonly changedAt: number;
};
export type QueueRow = {
  readonly tenant: string;
  readonly queue: string;
  /** How long who has a ticket here may take to begin; null: as long as he or she likes. */
  readonly acceptanceMinutes: number | null;
  /** Minutes are those of its working hours. */
  readonly hasCalendar: boolean;
};
export type TimerRow = OfTicket & {
  readonly kind: string;
  /** Empty where it belongs to the state; null: this desk keeps no clocks. */
  readonly clock: string | null;
  readonly due: number;
};
export type FactRow = OfTicket & {
  readonly state: string;
  readonly owner: string | null;
  readonly events: number;
  readonly opened: boolean;
};
export type HistoryRow = OfTicket & { readonly number: number; readonly event: string };
export type DeliveryRow = OfTicket & {
  readonly place: number;
  readonly event: string;
  readonly stream: string;
  readonly state: string;
  readonly attempts: number;
};
export type SubscriptionRow = {
  readonly id: string;
  readonly tenant: string;
  readonly url: string;
  readonly types: readonly string[] | null;
  readonly state: string;
  readonly failures: number;
  readonly createdAt: number;
};
/** One try to reach what belongs to another tenant. */
export type Probe = { readonly what: string; readonly outcome: 'reached' | 'refused' | 'no answer' };
/** Digests of reporting's rows before and after everything was read again, or why it could not be. */
export type Rebuilt =
  | { readonly before: ReadonlyMap<string, string>; readonly after: ReadonlyMap<string, string> }
  | { readonly failure: string };

/** What is known about tickets and other aggregates, row by row: it may be millions. */
export type Rows = {
  readonly answers: readonly Answer[];
  readonly calls: readonly WebhookCall[];
  readonly journal: readonly JournalRow[];
  /** In the order of topic, partition, offset. */
  readonly records: readonly TopicRecord[];
  readonly inbox: readonly InboxRow[];
  readonly standings: readonly Standing[];
  /** Routing's copies of what the desk published. */
  readonly copies: readonly Standing[];
  readonly requests: readonly RequestRow[];
  readonly messages: readonly CountRow[];
  readonly routes: readonly RouteRow[];
  readonly tickets: readonly TicketRow[];
  readonly timers: readonly TimerRow[];
  readonly entries: readonly CountRow[];
  readonly facts: readonly FactRow[];
  readonly history: readonly HistoryRow[];
  readonly correspondents: readonly OfTicket[];
  readonly deliveries: readonly DeliveryRow[];
};

/** Everything that is known about a run, or the rows of some tickets with all the rest. Invariants are functions of it. */
export type Evidence = Rows & {
  readonly run: Pick<Run, 'variables' | 'tenants' | 'receivers'>;
  readonly faults: readonly Fault[];
  readonly poison: readonly (Poison & { readonly topicName: TopicName | undefined })[];
  readonly samples: readonly Sample[];
  readonly readAt: number;
  /** What did not come to rest before it was read, or null. */
  readonly unrest: string | null;
  readonly ends: readonly TopicEnd[];
  /** Null: there are no dead-letter topics. */
  readonly deadLetters: readonly DeadLetter[] | null;
  readonly positions: readonly PositionRow[];
  /** Null: nobody watched. */
  readonly setBacks: readonly SetBack[] | null;
  readonly parked: readonly ParkedRow[];
  readonly backlogs: readonly Backlog[];
  readonly walls: readonly Wall[];
  /** Those that are not of the tenant that opened the ticket, as far as one knows. */
  readonly homes: readonly Home[];
  /** How many there are in all. */
  readonly homesSeen: number;
  readonly queues: readonly QueueRow[];
  readonly subscriptions: readonly SubscriptionRow[];
  /** Null: no tokens were given. */
  readonly probes: readonly Probe[] | null;
  /** Null: no command was given. */
  readonly rebuilt: Rebuilt | null;
};
