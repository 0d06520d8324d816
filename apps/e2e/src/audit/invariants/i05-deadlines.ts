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
import { collectWrongs, counted, verdictOf, type Verdict, type Wrongs } from '../findings.ts';
import { followClocks } from '../ledger.ts';
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

/** Breaches of the clocks of one ticket; gives how late they came. */
const followPromises = (story: readonly JournalRow[], evidence: Evidence, wrong: Wrongs): number[] => {
  const { clocks, breaches } = followClocks(story);
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

/** How often each kind of deadline took effect. */
const figuresOf = (stories: readonly JournalRow[][]): string => {
  const kinds = rules.map(({ kind, isEffect }) => [kind, stories.flat().filter(isEffect).length] as const);
  const breaches = stories.flat().filter(({ type }) => kindOf(type) === 'sla-breached').length;
  const found = [...kinds, ['breach', breaches] as const].filter(([, count]) => count > 0);
  return found.map(([kind, count]) => `${counted(count)} ${kind}`).join(', ') || 'none';
};

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

/** I5: each deadline that passed took effect exactly once, and never early. */
export const deadlines = (evidence: Evidence): Verdict => {
  const wrong = collectWrongs();
  const stories = deskStories(evidence);
  const late = stories
    .flatMap((story) => [
      ...rules.flatMap((rule) => follow(rule, story, evidence, wrong)),
      ...followPromises(story, evidence, wrong),
    ])
    .sort((a, b) => a - b);
  for (const { tenant, ticket, kind, due } of evidence.timers)
    if (evidence.readAt - due > grace)
      wrong(
        `${tenant}: the ${kind} timer of ticket ${ticket} was due at ${new Date(due).toISOString()} and is still there`,
      );
  const lateness = late.length === 0 ? '' : `; late p99 ${atShare(late, 0.99)} ms, worst ${late.at(-1)} ms`;
  return verdictOf('I5', wrong, `deadlines that took effect: ${figuresOf(stories)}${lateness}`);
};
