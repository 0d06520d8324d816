import {
  AcceptanceLapsed,
  ActUndone,
  TicketCancelled,
  TicketClaimed,
  TicketClosed,
  TicketEscalated,
  TicketHeld,
  TicketMarkedSpam,
  TicketMerged,
  TicketOpened,
  TicketQueued,
  TicketReopened,
  TicketResolved,
  TicketResumed,
  TicketUnmerged,
  WorkStarted,
} from '@tierline/contracts';
import type { Evidence, JournalRow } from '../evidence.ts';
import { collectWrongs, counted, verdictOf, type Wrongs } from '../findings.ts';
import { judging, type Inspection } from '../inspection.ts';
import { earliestOf, followClocks, type Missed } from '../ledger.ts';
import { kindOf } from '../names.ts';
import { queueOf, setAside, storiesOf } from '../views.ts';

/** How late a timer may still be on its way when everything is quiet, milliseconds. */
const grace = 15_000;
const second = 1_000;
const minute = 60 * second;
const day = 24 * 60 * minute;

const limitOf = ({ variables }: Evidence['run'], variable: string, usual: number): number =>
  Number(variables[variable] ?? usual);

type Deadline = {
  readonly due: number;
  /** The due time is exact; else it is the earliest that it can be. */
  readonly exact: boolean;
};

/** One kind of deadline: what sets it, what its passing looks like, what ends it before. */
type Rule = {
  readonly kind: string;
  readonly sets: (event: JournalRow, evidence: Evidence) => Deadline | null;
  readonly isEffect: (event: JournalRow) => boolean;
  readonly ends: (event: JournalRow) => boolean;
};

const isOf = (...types: readonly { readonly type: string }[]) => {
  const names = new Set(types.map(({ type }) => type));
  return ({ type }: JournalRow) => names.has(type);
};

/** An act that was taken back leaves the ticket as it stood before: with what it waited for then. */
const isTakenBack = isOf(ActUndone, TicketUnmerged);
const interrupts = [ActUndone, TicketUnmerged, TicketMerged, TicketMarkedSpam, TicketCancelled];
const restored = ({ at, said }: JournalRow, ...states: readonly string[]): Deadline | null =>
  said.now && states.includes(said.now.state) ? { due: at, exact: false } : null;

/** Who has a ticket has so long to begin, where its tier says so. */
const beginning = ({ tenant, at, said: { queue } }: JournalRow, evidence: Evidence): Deadline | null => {
  const { acceptanceMinutes = null, hasCalendar = false } = queueOf(evidence, tenant, queue) ?? {};
  return acceptanceMinutes === null ? null : { due: at + acceptanceMinutes * minute, exact: !hasCalendar };
};

/** A new kind of clock is a new row. */
const rules: readonly Rule[] = [
  {
    kind: 'wake-up',
    sets: ({ type, said }) => {
      const isHeld = type === TicketHeld.type || said.now?.state === 'PENDING';
      return isHeld && said.until ? { due: Date.parse(said.until), exact: true } : null;
    },
    isEffect: ({ type, said }) => type === TicketResumed.type && said.cause === 'wake-up',
    ends: isOf(TicketResumed, TicketQueued, TicketClaimed, TicketEscalated, TicketResolved, ...interrupts),
  },
  {
    kind: 'unrouted',
    // The wait begins when the desk learns of the ticket, a little after the event that says so.
    sets: (event, { run }) => {
      if (isTakenBack(event)) return restored(event, 'NEW', 'QUEUED');
      const isAwaited = event.type === TicketOpened.type || event.type === TicketEscalated.type;
      return isAwaited ? { due: event.at + limitOf(run, 'UNROUTED_AFTER_SECONDS', 30) * second, exact: false } : null;
    },
    isEffect: ({ type, said }) => type === TicketQueued.type && said.cause === 'unrouted',
    ends: isOf(TicketQueued, TicketResolved, ...interrupts),
  },
  {
    kind: 'close',
    sets: ({ type, at }, { run }) =>
      type === TicketResolved.type ? { due: at + limitOf(run, 'CLOSE_AFTER_DAYS', 5) * day, exact: true } : null,
    isEffect: ({ type, said }) => type === TicketClosed.type && said.cause === 'timer',
    ends: isOf(TicketClosed, TicketReopened, ...interrupts),
  },
  {
    kind: 'acceptance',
    sets: (event, evidence) => {
      if (isTakenBack(event)) return restored(event, 'ASSIGNED');
      return event.type === TicketClaimed.type ? beginning(event, evidence) : null;
    },
    isEffect: isOf(AcceptanceLapsed),
    ends: isOf(WorkStarted, TicketQueued, TicketEscalated, TicketHeld, TicketResolved, AcceptanceLapsed, ...interrupts),
  },
];

const nameOf = ({ tenant, aggregate, id, sequence }: JournalRow) =>
  `${tenant}: ticket ${aggregate}, event ${id} (${sequence})`;

/** Follows one kind of deadline through a ticket's story; gives how late its effects came. */
const follow = (rule: Rule, story: readonly JournalRow[], evidence: Evidence, wrong: Wrongs): number[] => {
  const late: number[] = [];
  let armed: Deadline | null = null;
  for (const event of story) {
    if (rule.isEffect(event)) {
      if (!armed) wrong(`${nameOf(event)}: ${rule.kind} took effect once more than it was due`);
      else if (event.at < armed.due) wrong(`${nameOf(event)}: ${rule.kind} came ${armed.due - event.at} ms early`);
      else if (armed.exact) late.push(event.at - armed.due);
    }
    if (rule.ends(event)) armed = null;
    armed = rule.sets(event, evidence) ?? armed;
  }
  const last = story.at(-1);
  if (
    armed?.exact &&
    last &&
    evidence.readAt - armed.due > grace &&
    !setAside(evidence)['tier-queues'].keys.has(last.aggregate)
  )
    wrong(
      `${last.tenant}: ticket ${last.aggregate}: ${rule.kind} was due at ${new Date(armed.due).toISOString()} and did not come`,
    );
  return late;
};

/** What is wrong with a step after a breach; null: nothing. */
const stepProblem = ({ event: { at, said }, before }: Missed): string | null => {
  const { clock, share = 0 } = said;
  if (!before?.runs || !before.breached) return `${clock} was overrun while it did not run, or before its breach`;
  if (!before.steps.includes(share)) return `${clock} was overrun at ${share} %, which is no step of its policy`;
  if (before.overran.some((taken) => taken >= share)) return `${clock} was overrun at ${share} % again`;
  const early = earliestOf(before, share) - at;
  return early > 0 ? `${clock} was overrun at ${share} % ${early} ms early` : null;
};

/** Breaches of the clocks of one ticket, and the steps after them; gives how late the breaches came. */
const followPromises = (story: readonly JournalRow[], evidence: Evidence, wrong: Wrongs): number[] => {
  const { clocks, breaches, overruns } = followClocks(story);
  for (const overrun of overruns) {
    const problem = stepProblem(overrun);
    if (problem !== null) wrong(`${nameOf(overrun.event)}: ${problem}`);
  }
  const late = breaches.flatMap(({ event, before }) => {
    const { clock } = event.said;
    if (!before || before.due === null || !before.runs)
      wrong(`${nameOf(event)}: ${clock} was breached while it did not run`);
    else if (before.breached) wrong(`${nameOf(event)}: ${clock} was breached twice`);
    else if (event.at < before.due) wrong(`${nameOf(event)}: ${clock} was breached ${before.due - event.at} ms early`);
    else return [event.at - Math.max(before.due, before.dueSince)];
    return [];
  });
  const { tenant, aggregate } = story[0]!;
  if (setAside(evidence)['tier-queues'].keys.has(aggregate)) return late;
  for (const { clock, runs, breached, due } of clocks)
    if (runs && !breached && due !== null && evidence.readAt - due > grace)
      wrong(`${tenant}: ticket ${aggregate}: ${clock} was due at ${new Date(due).toISOString()} and was not breached`);
  return late;
};

/** Counts how often each kind of deadline took effect. */
const countEffects = (story: readonly JournalRow[], counts: Map<string, number>): void => {
  const note = (kind: string): void => void counts.set(kind, (counts.get(kind) ?? 0) + 1);
  for (const event of story) {
    for (const { kind, isEffect } of rules) if (isEffect(event)) note(kind);
    if (kindOf(event.type) === 'sla-breached') note('breach');
    if (kindOf(event.type) === 'sla-overrun') note('overrun');
  }
};

const figuresOf = (counts: ReadonlyMap<string, number>): string =>
  [...rules.map(({ kind }) => kind), 'breach', 'overrun']
    .flatMap((kind) => (counts.has(kind) ? [`${counted(counts.get(kind)!)} ${kind}`] : []))
    .join(', ') || 'none';

/** The desk's story of each ticket, begun by its opening. */
const deskStories = (evidence: Evidence): JournalRow[][] => {
  const { intake, 'tier-queues': desk } = storiesOf(evidence);
  return [...desk].map(([ticket, story]) => [
    ...(intake.get(ticket) ?? []).filter(({ type }) => type === TicketOpened.type),
    ...story,
  ]);
};

const atShare = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

const checkOverdue = ({ timers, readAt }: Evidence, wrong: Wrongs): void => {
  for (const { tenant, ticket, kind, due } of timers)
    if (readAt - due > grace)
      wrong(
        `${tenant}: the ${kind} timer of ticket ${ticket} was due at ${new Date(due).toISOString()} and is still there`,
      );
};

/** I5: each deadline that passed took effect exactly once, and never early. */
export const inspectDeadlines = (): Inspection => {
  const wrong = collectWrongs();
  const late: number[] = [];
  const counts = new Map<string, number>();
  return {
    look: (part) => {
      for (const story of deskStories(part)) {
        for (const rule of rules) late.push(...follow(rule, story, part, wrong));
        late.push(...followPromises(story, part, wrong));
        countEffects(story, counts);
      }
      checkOverdue(part, wrong);
    },
    verdict: () => {
      late.sort((a, b) => a - b);
      const lateness = late.length === 0 ? '' : `; late p99 ${atShare(late, 0.99)} ms, worst ${late.at(-1)} ms`;
      return verdictOf('I5', wrong, `deadlines that took effect: ${figuresOf(counts)}${lateness}`);
    },
  };
};
export const deadlines = judging(inspectDeadlines);
