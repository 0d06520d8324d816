import type { Handover, HoldReason } from '@tierline/contracts';
import { slugOf, type LogDesk } from './desk.ts';
import { draftTicket, type Draft } from './draft.ts';
import type { Case, Row } from './log.ts';
import { slugOfTier, type Opening, type Person, type Plan, type Requester } from './step.ts';

/** The log names no requester: one per country stands for the people there. */
const requesterOf = ({ country }: Row): Requester => {
  const id = `people.${slugOf(country)}`;
  return { id, name: `People in ${country}`, roles: ['requester'], email: `${id}@log.example` };
};

const monitoring: Person = { id: 'monitoring', name: 'Monitoring', roles: ['integrator'] };

/** Nobody has it in hand when the case begins: that is how an alarm arrives. */
const isAlarm = ({ status }: Row): boolean => status === 'queued';

const openingOf = ({ id, rows: [first] }: Case, category: string): Opening => ({
  subject: `${first.product} does not work as it should`,
  description:
    `A problem with ${first.product}, impact ${first.impact}, ` +
    `reported from ${first.country} for ${first.organisation}. Case ${id} of the log, first seen ${first.at}.`,
  category,
  impact: first.impact,
  urgency: 'medium',
  channel: isAlarm(first) ? 'monitoring' : 'web',
  organisation: first.organisation,
});

const holdReasons: Readonly<Record<string, HoldReason>> = {
  User: 'CUSTOMER',
  Customer: 'CUSTOMER',
  Vendor: 'VENDOR',
  Implementation: 'CHANGE',
};

/** Where the log does not say whom a wait is for: the first tiers ask the requester, the third asks a vendor. */
const holdReasonOf = ({ waitsFor, tier }: Row): HoldReason =>
  (waitsFor !== null ? holdReasons[waitsFor] : undefined) ?? (tier === 3 ? 'VENDOR' : 'CUSTOMER');

const words: Readonly<Record<Row['status'], string>> = {
  queued: 'waited for assignment',
  assigned: 'was assigned',
  'in-progress': 'was worked on',
  wait: 'was put on hold',
  closed: 'was closed',
  cancelled: 'was cancelled',
  unmatched: 'had a status that the log does not name',
};

const triedOf = (past: readonly Row[]): NonNullable<Handover['tried']> =>
  past.slice(-100).map(({ at, team, resource, status }) => ({
    step: `${team}: ${words[status]} (${resource}, ${at})`,
    result: 'not solved by it',
  }));

const handoverOf = (past: readonly [Row, ...Row[]], next: Row): Handover => {
  const [first] = past;
  const here = past.at(-1)!;
  return {
    symptom: `${first.product} does not work as it should.`,
    since: `${first.at}, ${past.length} events so far`,
    affected: `${first.organisation} in ${first.country}, impact ${first.impact}`,
    tried: triedOf(past),
    reach: `through ${here.resource} in ${here.team}`,
    asked: `${next.team} is asked to find the cause in ${first.product}`,
    ...(next.tier === 3
      ? {
          analysis: `${here.team} could not find the cause with what it may see.`,
          hypothesis: `The cause lies in a part of ${first.product} that ${next.team} looks after.`,
        }
      : {}),
  };
};

/** The team changed: up with a hand-over, down with a reason, or to another team of the tier. */
const move = (draft: Draft, desk: LogDesk, past: readonly [Row, ...Row[]], next: Row): void => {
  const here = past.at(-1)!;
  const by = desk.agentOf(here.resource);
  const queue = desk.queueOf(next.team);
  const reason = `${here.team} hands over to ${next.team}`;
  if (next.tier > here.tier) {
    draft.escalate(by, { tier: slugOfTier(next.tier), queue, reason, handover: handoverOf(past, next) });
  } else if (next.tier < here.tier) draft.giveBack(by, { queue, reason, missing: 'wrong-team' });
  else draft.transfer(by, { queue, reason });
};

const releaseIfOwned = (draft: Draft): void => {
  if (draft.owner()) draft.release();
};

const cancel = (draft: Draft, by: Person, isLast: boolean): void => {
  if (isLast) return draft.cancel(by, 'cancelled in the log');
  // The log works on after a cancellation, as on any open case; a cancelled ticket would be at its end for good.
  // So the cancellation counts as withdrawn: it is noted, and the ticket waits for whoever takes it next.
  draft.note(by, 'The log has a cancellation here, and works on after it.');
  releaseIfOwned(draft);
};

const follow = (draft: Draft, row: Row, by: Person, isLast: boolean): void => {
  const { status, product } = row;
  switch (status) {
    case 'queued':
      return releaseIfOwned(draft);
    case 'assigned':
      return draft.own(by);
    case 'in-progress':
      return draft.work(by);
    case 'wait':
      // A second wait of the same person is the first one going on.
      if (draft.standing().state === 'PENDING' && draft.owner()?.id === by.id) return;
      return draft.hold(by, { reason: holdReasonOf(row), note: `waits (${row.at})` });
    case 'closed':
      return draft.resolve(by, { code: 'solved', solution: `${product} works again.`, lowerTierCouldHave: false });
    case 'cancelled':
      return cancel(draft, by, isLast);
    case 'unmatched':
      return draft.note(by, 'The log has a status here that it does not name.');
  }
};

/** The commands that let a ticket live through what the log tells of a case. */
export const planCase = (one: Case, desk: LogDesk): Plan => {
  const { rows } = one;
  const [first] = rows;
  const queue = desk.queueOf(first.team);
  const requester = requesterOf(first);
  const opener = isAlarm(first) ? monitoring : requester;
  const draft = draftTicket({ opener, requester, opening: openingOf(one, queue), queue });
  rows.forEach((row, index) => {
    const past = rows.slice(0, index) as [Row, ...Row[]];
    if (draft.standing().state === 'RESOLVED') draft.reject('The log goes on after it was closed.');
    if (index > 0 && row.team !== past.at(-1)!.team) move(draft, desk, past, row);
    follow(draft, row, desk.agentOf(row.resource), index === rows.length - 1);
  });
  return { id: one.id, steps: draft.steps };
};
