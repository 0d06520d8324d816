import type { Away } from '@tierline/contracts';

/** Somebody is away, and another stands in. */
export type Deputed = Pick<Away, 'from' | 'until' | 'zone'> & {
  readonly personId: string;
  /** Of who is away, where it is known. */
  readonly name: string | null;
  readonly deputy: string;
};

const isDay = (when: string): boolean => when.length === '2026-01-05'.length;
const moment = (when: string): string => (isDay(when) ? when : `${when.slice(0, 16).replace('T', ' ')} UTC`);
const inUtc = (when: string): string => (isDay(when) ? when : new Date(Date.parse(when)).toISOString());

/** Those of what is said that name a deputy and are not over; a day counts until the next one has begun everywhere. */
export const deputedIn = (personId: string, items: readonly Away[], now: string): Omit<Deputed, 'name'>[] =>
  items.flatMap(({ from, until, zone, deputy }) => {
    const end = isDay(until) ? Date.parse(until) + 2 * 86_400_000 : Date.parse(until);
    return deputy === undefined || end <= Date.parse(now) ? [] : [{ personId, from, until, zone, deputy }];
  });

/** What the mail is called, and what a deputy is told of it. */
export const deputyNews = ({ personId, name, from, until }: Deputed): { title: string; text: string } => {
  const who = name ?? personId;
  const when = `from ${moment(inUtc(from))} to ${moment(inUtc(until))}`;
  return {
    title: `You stand in for ${who} ${when}`,
    text:
      `${who} is away ${when}, and you are named as deputy. What the desk has to tell ${who} comes to you meanwhile; ` +
      'where he or she leads a team, you decide for it. While you are away yourself, your own deputy is told.',
  };
};
