import type { Channel, Impact, Urgency } from '@tierline/contracts';
import { problemOf, type Conditions, type Desk, type Rule, type Wish } from './desk.ts';

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

export type Match = { matched: boolean; why: string };

const fields = ['category', 'channel', 'impact', 'urgency', 'organisation', 'requesterId'] as const;
const called: Record<(typeof fields)[number], string> = {
  category: 'category',
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

/** Whether the conditions hold for the ticket, with the condition that decided. */
export const match = (when: Conditions, ticket: TicketFacts): Match => {
  const reasons: string[] = [];
  for (const field of fields) {
    const wanted = when[field];
    if (wanted === undefined) continue;
    const found = ticket[field];
    if (found === null) return { matched: false, why: `${called[field]} is not given, ${wanted} is asked` };
    if (!same(wanted, found)) return { matched: false, why: `${called[field]} is ${found}, not ${wanted}` };
    reasons.push(`${called[field]} is ${found}`);
  }
  if (when.keywords) {
    const words = keywordMatch(when.keywords, ticket);
    if (!words.matched) return words;
    reasons.push(words.why);
  }
  return { matched: true, why: reasons.length > 0 ? reasons.join(', ') : 'it applies to every ticket' };
};

export const wishOf = ({ then }: Rule): Wish => ({ tier: then.tier ?? null, queue: then.queue ?? null });

/** Places that rules name and the desk does not have, by path (`rules.3.then.queue`), each with a sentence. */
export const unknownPlaces = (rules: readonly Rule[], desk: Desk): { path: string; message: string }[] =>
  rules.flatMap((rule, index) => {
    const problem = problemOf(desk, wishOf(rule));
    if (!problem) return [];
    return [{ path: `rules.${index}.then.${problem.field}`, message: `rule "${rule.name}": ${problem.why}` }];
  });
