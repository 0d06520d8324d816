import { MajorIncidentDeclared, MajorIncidentEnded, TicketClaimed, TicketResolved } from '@tierline/contracts';
import type { Evidence, JournalRow, QueueRow, TicketRow, TimerRow } from '../evidence.ts';
import { collectWrongs, counted, verdictOf, type Wrongs } from '../findings.ts';
import { judging, type Inspection } from '../inspection.ts';
import { earliestOf, followClocks, nextStepOf, type ClockStanding } from '../ledger.ts';
import { openStates } from '../names.ts';
import { queueOf, storiesOf } from '../views.ts';

/** A ticket with its own story and its queue, from which follows what timers it needs. */
type Ground = {
  readonly ticket: TicketRow;
  readonly story: readonly JournalRow[];
  readonly queue: QueueRow | undefined;
};
type Rule = {
  readonly kind: string;
  readonly isNeeded: (ground: Ground) => boolean;
  /** What is wrong with when it is due; null: nothing. */
  readonly problem: (due: number, ground: Ground) => string | null;
};

const lastOf = ({ story }: Ground, type: string): JournalRow | undefined =>
  story.findLast((event) => event.type === type);
const majorTypes: ReadonlySet<string> = new Set([MajorIncidentDeclared.type, MajorIncidentEnded.type]);
const minute = 60_000;
const iso = (moment: number) => new Date(moment).toISOString();

/** One row per kind of timer: a new kind of clock is a new row. */
const rules: readonly Rule[] = [
  {
    kind: 'unrouted',
    isNeeded: ({ ticket: { state, queue } }) => (state === 'NEW' || state === 'QUEUED') && queue === null,
    // It begins when the desk learns of the ticket, which no event tells.
    problem: () => null,
  },
  {
    kind: 'wake-up',
    isNeeded: ({ ticket: { state } }) => state === 'PENDING',
    problem: (due, ground) => {
      // An act that was taken back may leave a hold, too.
      const until = ground.story.findLast(({ said }) => said.until !== undefined)?.said.until;
      if (until === undefined) return 'belongs to a hold that was never published';
      return Date.parse(until) === due ? null : `is due at ${iso(due)}, the hold ends at ${until}`;
    },
  },
  {
    kind: 'close',
    isNeeded: ({ ticket: { state } }) => state === 'RESOLVED',
    problem: (due, ground) => {
      const resolved = lastOf(ground, TicketResolved.type);
      if (!resolved) return 'belongs to a resolution that was never published';
      return due > resolved.at ? null : `is due at ${iso(due)}, before the resolution`;
    },
  },
  {
    kind: 'acceptance',
    isNeeded: ({ ticket: { state }, queue }) => state === 'ASSIGNED' && (queue?.acceptanceMinutes ?? null) !== null,
    problem: (due, { ticket: { owner }, story, queue }) => {
      // A claim that was taken back may have given it to somebody else since.
      const claimed = story.findLast(({ type, said }) => type === TicketClaimed.type && said.agent === owner);
      if (!claimed) return `belongs to a claim by ${owner} that was never published`;
      const earliest = claimed.at + (queue?.acceptanceMinutes ?? 0) * minute;
      const isRight = queue?.hasCalendar ? due >= earliest : Math.abs(due - earliest) < 1;
      return isRight ? null : `is due at ${iso(due)}, the time to begin ends at ${iso(earliest)}`;
    },
  },
  {
    kind: 'stakeholder-update',
    isNeeded: ({ ticket: { state }, story }) =>
      openStates.has(state) && story.findLast(({ type }) => majorTypes.has(type))?.type === MajorIncidentDeclared.type,
    problem: () => null,
  },
];

const isOfState = ({ clock }: TimerRow) => !clock;

const stateProblems = (ground: Ground, timers: readonly TimerRow[]): string[] => {
  const needed = rules.filter((rule) => rule.isNeeded(ground));
  const missing = needed
    .filter(({ kind }) => timers.filter((timer) => timer.kind === kind).length !== 1)
    .map(({ kind }) => `needs one ${kind} timer and has ${timers.filter((timer) => timer.kind === kind).length}`);
  const surplus = timers
    .filter(({ kind }) => !needed.some((rule) => rule.kind === kind))
    .map(({ kind }) => `has a ${kind} timer that it does not need`);
  const wrong = needed.flatMap(({ kind, problem }) =>
    timers.flatMap((timer) => {
      const said = timer.kind === kind ? problem(timer.due, ground) : null;
      return said === null ? [] : [`has a ${kind} timer that ${said}`];
    }),
  );
  return [...missing, ...surplus, ...wrong];
};

/** Before its deadline a clock has one timer for it, and at most one, not later, for its next warning. */
const deadlineProblems = ({ clock, due }: ClockStanding, own: readonly TimerRow[]): string[] => {
  const deadlines = own.filter(({ kind }) => kind === 'breach');
  const [deadline] = deadlines;
  if (!deadline || deadlines.length > 1)
    return [`needs one breach timer of clock ${clock} and has ${deadlines.length}`];
  if (deadline.due !== due)
    return [`has a breach timer of clock ${clock} that is due at ${iso(deadline.due)}, the clock at ${iso(due!)}`];
  const others = own.filter((timer) => timer !== deadline);
  if (others.some(({ kind }) => kind !== 'warning'))
    return [`has a ${others[0]!.kind} timer of clock ${clock} before it is breached`];
  const isOdd = others.length > 1 || others.some((timer) => timer.due > due);
  return isOdd ? [`has a warning of clock ${clock} after its deadline, or several`] : [];
};

/** After its breach a clock has one timer for the next step of its policy, where there is one left. */
const stepProblems = (standing: ClockStanding, own: readonly TimerRow[]): string[] => {
  const { clock } = standing;
  const odd = own
    .filter(({ kind }) => kind !== 'overrun')
    .map(({ kind }) => `has a ${kind} timer of clock ${clock}, which is breached`);
  if (odd.length > 0) return odd;
  const step = nextStepOf(standing);
  const [timer] = own;
  if (own.length !== (step === undefined ? 0 : 1))
    return [`needs ${step === undefined ? 0 : 1} overrun timers of clock ${clock} and has ${own.length}`];
  if (step === undefined || !timer) return [];
  const earliest = earliestOf(standing, step);
  const isEarly = timer.due < earliest;
  return isEarly
    ? [
        `has an overrun timer of clock ${clock} that is due at ${iso(timer.due)}, ${step} % are used up at ${iso(earliest)}`,
      ]
    : [];
};

/** A running clock has timers for what comes next of it, and one that rests has none. */
const clockProblems = ({ story }: Ground, timers: readonly TimerRow[]): string[] => {
  const running = new Map(
    followClocks(story).clocks.flatMap((standing) =>
      standing.runs && standing.due !== null ? [[standing.clock, standing] as const] : [],
    ),
  );
  const surplus = timers
    .filter(({ clock }) => !running.has(clock!))
    .map(({ kind, clock }) => `has a ${kind} timer of clock ${clock}, which does not run`);
  const wrong = [...running.values()].flatMap((standing) => {
    const own = timers.filter(({ clock }) => clock === standing.clock);
    return standing.breached ? stepProblems(standing, own) : deadlineProblems(standing, own);
  });
  return [...surplus, ...wrong];
};

/** An open ticket on which nothing is due has a timer that says so; only a desk that keeps clocks knows it. */
const stalledProblems = ({ ticket: { state } }: Ground, stalled: number, others: number): string[] => {
  const needed = openStates.has(state) && others === 0 ? 1 : 0;
  return stalled === needed ? [] : [`needs ${needed} stalled timers and has ${stalled}`];
};

type Wrong = { readonly ofStates: Wrongs; readonly ofClocks: Wrongs };

const checkTimers = (evidence: Evidence, { ofStates, ofClocks }: Wrong): void => {
  const stories = storiesOf(evidence)['tier-queues'];
  const armed = Map.groupBy(evidence.timers, ({ ticket }) => ticket);
  for (const ticket of evidence.tickets) {
    const { tenant, queue, state } = ticket;
    const name = `${tenant}: ${state} ticket ${ticket.ticket}`;
    const ground = { ticket, story: stories.get(ticket.ticket) ?? [], queue: queueOf(evidence, tenant, queue) };
    const timers = armed.get(ticket.ticket) ?? [];
    const others = timers.filter(({ kind }) => kind !== 'stalled');
    const clocks = others.filter((timer) => !isOfState(timer));
    for (const problem of stateProblems(ground, others.filter(isOfState))) ofStates(`${name} ${problem}`);
    for (const problem of clockProblems(ground, clocks)) ofClocks(`${name} ${problem}`);
    for (const problem of stalledProblems(ground, timers.length - others.length, others.length))
      ofClocks(`${name} ${problem}`);
  }
  const known = new Set(evidence.tickets.map(({ ticket }) => ticket));
  for (const [ticket, rows] of armed)
    if (!known.has(ticket)) ofStates(`${rows.length} timers of ticket ${ticket}, which is not there`);
};

/** I4: every ticket has exactly the timers that its state needs. */
export const inspectTimers = (): Inspection => {
  const wrong = { ofStates: collectWrongs(), ofClocks: collectWrongs() };
  const kinds = new Map<string, number>();
  let tickets = 0;
  let keepsClocks = false;
  return {
    look: (part) => {
      checkTimers(part, wrong);
      tickets += part.tickets.length;
      keepsClocks ||= part.timers.some(({ clock }) => clock !== null);
      for (const { kind } of part.timers) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    },
    verdict: () => {
      if (keepsClocks) wrong.ofStates.include(wrong.ofClocks);
      const armed = [...kinds].map(([kind, count]) => `${counted(count)} ${kind}`);
      return verdictOf('I4', wrong.ofStates, `${counted(tickets)} tickets; armed: ${armed.join(', ') || 'none'}`);
    },
  };
};
export const timers = judging(inspectTimers);
