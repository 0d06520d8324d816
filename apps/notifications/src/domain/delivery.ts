/** How a thing travels: mails to requesters, mails to the desk's own people; `test` is the one-off trial of a subscription. */
export type Channel = 'mail' | 'staff' | 'webhook' | 'test';
export type DeliveryState = 'waiting' | 'sent' | 'failed';

/** What came of handing a delivery over. */
export type Outcome =
  | { readonly kind: 'taken'; readonly status?: number }
  /** Not now; it may be taken later. */
  | { readonly kind: 'refused'; readonly reason: string; readonly status?: number; readonly retryAfterSeconds?: number }
  /** The target says that it does not exist any more. */
  | { readonly kind: 'gone'; readonly reason: string; readonly status: number }
  /** Asking again would not help. */
  | { readonly kind: 'impossible'; readonly reason: string; readonly status?: number }
  /** Something it needs has not arrived here yet; nothing was tried. */
  | { readonly kind: 'unready'; readonly reason: string };

export type Attempted = {
  readonly channel: Channel;
  /** Tries that failed in this round. */
  readonly step: number;
  /** Tries of its target, of whatever delivery, that failed in a row before this one. */
  readonly failuresOfTarget: number;
  readonly createdAt: string;
};

export type Verdict =
  | { readonly state: 'sent' }
  | { readonly state: 'waiting'; readonly nextAttemptAt: string; readonly reason: string }
  /** `disables` is set when the whole subscription stops with it, and says why. */
  | { readonly state: 'failed'; readonly reason: string; readonly disables: string | null };

export type Terms = {
  /** Now, ISO 8601. */
  readonly at: string;
  /** 0 ≤ chance < 1: spreads retries. */
  readonly chance: number;
  /** Seconds to wait after the first, second … failed try; one more failure is the last. */
  readonly waits: readonly number[];
};

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

const mailWaits = [
  5,
  30,
  minute,
  5 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  4 * hour,
  8 * hour,
  12 * hour,
  day,
];

/**
 * Seconds between tries: for webhooks about three days in ten tries, as Standard Webhooks proposes;
 * for mails shorter at first, since a person waits; a trial has one try.
 */
export const usualWaits: Readonly<Record<Channel, readonly number[]>> = {
  webhook: [5, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, day],
  mail: mailWaits,
  staff: mailWaits,
  test: [],
};

/** How long a mail waits for the contact data of its person; what the desk's people are told is old news soon. */
const patienceOf = (channel: Channel): number => (channel === 'staff' ? hour : 3 * day);
/** Seconds until it is looked again whether the contact data have come; then ever more seldom. */
const firstLook = 2;
const longestRetryAfter = day;
const longestRest = 5 * minute;
/** Retries come at their time or up to a fifth later, never earlier. */
const spread = 0.2;

const later = (at: string, seconds: number): string => new Date(Date.parse(at) + seconds * 1_000).toISOString();
const secondsBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1_000;
const spreadOut = (seconds: number, chance: number): number => seconds * (1 + spread * chance);

const failed = (reason: string, disables: string | null = null): Verdict => ({ state: 'failed', reason, disables });

const unready = (reason: string, { channel, createdAt }: Attempted, { at, chance }: Terms): Verdict => {
  const age = secondsBetween(createdAt, at);
  const patience = patienceOf(channel);
  if (age > patience) return failed(`${reason}, for ${patience < day ? 'an hour' : '3 days'}`);
  // Its arrival calls the mail up; looking again is for an arrival that crossed with the look before.
  const wait = Math.min(Math.max(firstLook, age), minute);
  return { state: 'waiting', nextAttemptAt: later(at, spreadOut(wait, chance)), reason };
};

const refused = (outcome: Outcome & { kind: 'refused' }, attempted: Attempted, terms: Terms): Verdict => {
  const { at, chance, waits } = terms;
  const wait = waits[attempted.step];
  if (wait === undefined) {
    const tries = `${attempted.step + 1} tries failed, the last one: ${outcome.reason}`;
    // A target that took others meanwhile is not broken; it does not want this one.
    const isBroken = attempted.channel === 'webhook' && attempted.failuresOfTarget >= attempted.step;
    return failed(tries, isBroken ? tries : null);
  }
  const asked = Math.min(outcome.retryAfterSeconds ?? 0, longestRetryAfter);
  return {
    state: 'waiting',
    nextAttemptAt: later(at, Math.max(spreadOut(wait, chance), asked)),
    reason: outcome.reason,
  };
};

/** What becomes of a delivery after a try: sent, tried again at a later time, or given up. */
export const decide = (outcome: Outcome, attempted: Attempted, terms: Terms): Verdict => {
  switch (outcome.kind) {
    case 'taken':
      return { state: 'sent' };
    case 'gone':
      return failed(outcome.reason, attempted.channel === 'webhook' ? outcome.reason : null);
    case 'impossible':
      return failed(outcome.reason);
    case 'unready':
      return unready(outcome.reason, attempted, terms);
    case 'refused':
      return refused(outcome, attempted, terms);
  }
};

/** Failures in a row that are taken for the event's fault, or for chance: they delay its ticket alone. */
const forgiven = 2;

/**
 * Until when nothing at all goes to a target that failed so many times in a row (1 or more),
 * so that a dead target costs the others nothing. At most five minutes, since it may be back. Null: no rest yet.
 */
export const restUntil = (failures: number, { at, chance, waits }: Terms): string | null => {
  if (failures <= forgiven) return null;
  const wait = waits[Math.min(failures - forgiven, waits.length) - 1] ?? longestRest;
  return later(at, spreadOut(Math.min(wait, longestRest), chance));
};
