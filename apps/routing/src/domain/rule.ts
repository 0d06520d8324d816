import type { Channel, Impact, TicketType, Urgency } from '@tierline/contracts';
import { problemOf, type Conditions, type Desk, type Rule, type Surroundings, type Wish } from './desk.ts';
import { isOpen } from './opening-hours.ts';

/** What conditions look at. */
export type TicketFacts = {
  category: string | null;
  channel: Channel;
  impact: Impact;
  urgency: Urgency;
  organisation: string | null;
  requesterId: string | null;
  subject: string;
  description: string;
};

/** The ticket at the time at which its route is decided, ISO 8601, with the type that its category gives it, and the hop. */
export type RuledTicket = TicketFacts & {
  readonly at: string;
  readonly type: TicketType;
  readonly hop: NonNullable<Conditions['hop']>;
};

export type Match = { matched: boolean; why: string };

const fields = ['category', 'type', 'channel', 'impact', 'urgency', 'organisation', 'requesterId'] as const;
const called: Record<(typeof fields)[number], string> = {
  category: 'category',
  type: 'type',
  channel: 'channel',
  impact: 'impact',
  urgency: 'urgency',
  organisation: 'organisation',
  requesterId: 'requester',
};

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
const partOfWord = /[\p{L}\p{N}]/u;

/** True when the words stand in the text, not as a part of longer words. Both in lower case. */
const standsIn = (text: string, words: string): boolean => {
  for (let from = text.indexOf(words); from !== -1; from = text.indexOf(words, from + 1)) {
    const before = text[from - 1] ?? ' ';
    const after = text[from + words.length] ?? ' ';
    if (!partOfWord.test(before) && !partOfWord.test(after)) return true;
  }
  return false;
};

const keywordMatch = (keywords: readonly string[], { subject, description }: TicketFacts): Match => {
  const text = `${subject}\n${description}`.toLowerCase();
  const found = keywords.find((keyword) => standsIn(text, keyword.toLowerCase()));
  if (found !== undefined) return { matched: true, why: `the text has "${found}"` };
  return {
    matched: false,
    why:
      keywords.length === 1
        ? `the text does not have "${keywords[0]}"`
        : `the text has none of ${keywords.length} keywords`,
  };
};

const fieldMatch = (
  field: (typeof fields)[number],
  wanted: string | readonly string[],
  found: string | null,
): Match => {
  const values = typeof wanted === 'string' ? [wanted] : wanted;
  const words = values.join(' or ');
  if (found === null) return { matched: false, why: `${called[field]} is not given, ${words} is asked` };
  if (!values.some((value) => same(value, found)))
    return { matched: false, why: `${called[field]} is ${found}, not ${words}` };
  return { matched: true, why: `${called[field]} is ${found}` };
};

const hops = { first: 'it has just been opened', later: 'it goes up' } as const;

const hopMatch = (wanted: RuledTicket['hop'], { hop }: RuledTicket): Match =>
  wanted === hop
    ? { matched: true, why: hops[hop] }
    : { matched: false, why: `${hops[hop]}, and the rule is for ${wanted === 'later' ? 'what goes up' : 'entries'}` };

const hoursMatch = ({ calendar: id, is }: NonNullable<Conditions['hours']>, desk: Desk, at: string): Match => {
  const calendar = desk.calendars.get(id);
  if (!calendar) return { matched: false, why: `calendar ${id} is not known` };
  const now = isOpen(calendar, at) ? 'open' : 'closed';
  return { matched: now === is, why: `calendar ${id} is ${now}${now === is ? '' : `, not ${is}`}` };
};

const loadMatch = ({ queue, atLeast }: NonNullable<Conditions['load']>, loads: Surroundings['loads']): Match => {
  const waiting = loads.get(queue) ?? 0;
  return waiting >= atLeast
    ? { matched: true, why: `${waiting} tickets wait in ${queue}, at least ${atLeast} are asked` }
    : { matched: false, why: `${waiting} tickets wait in ${queue}, fewer than ${atLeast}` };
};

/** Whether the conditions hold for the ticket, with the condition that decided. */
export const match = (when: Conditions, ticket: RuledTicket, { desk, loads }: Surroundings): Match => {
  const checks: (() => Match)[] = fields.flatMap((field) => {
    const wanted = when[field];
    return wanted === undefined ? [] : [() => fieldMatch(field, wanted, ticket[field])];
  });
  const { hop, keywords, hours, load } = when;
  if (hop) checks.unshift(() => hopMatch(hop, ticket));
  if (keywords) checks.push(() => keywordMatch(keywords, ticket));
  if (hours) checks.push(() => hoursMatch(hours, desk, ticket.at));
  if (load) checks.push(() => loadMatch(load, loads));
  const reasons: string[] = [];
  for (const check of checks) {
    const { matched, why } = check();
    if (!matched) return { matched, why };
    reasons.push(why);
  }
  return { matched: true, why: reasons.length > 0 ? reasons.join(', ') : 'it applies to every ticket' };
};

/** As `match`; a rule that fails does not match, and says how it failed: the ticket must go on its way. */
export const matchSafely = (when: Conditions, ticket: RuledTicket, around: Surroundings): Match => {
  try {
    return match(when, ticket, around);
  } catch (error) {
    return {
      matched: false,
      why: `skipped, since it failed: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
};

export const wishOf = ({ then }: Rule): Wish => ({ tier: then.tier ?? null, queue: then.queue ?? null });

/** Places that rules name and the desk does not have, by path (`rules.3.then.queue`), each with a sentence. */
export const unknownPlaces = (rules: readonly Rule[], desk: Desk): { path: string; message: string }[] =>
  rules.flatMap((rule, index) => {
    const problem = problemOf(desk, wishOf(rule));
    if (!problem) return [];
    return [{ path: `rules.${index}.then.${problem.field}`, message: `rule "${rule.name}": ${problem.why}` }];
  });
