import type { Away } from '@tierline/contracts';

/** Somebody is away, and another stands in. */
export type Deputed = Pick<Away, 'from' | 'until' | 'zone'> & {
  readonly personId: string;
  /** Of who is away, where it is known. */
  readonly name: string | null;
  readonly deputy: string;
};

const dayLong = 86_400_000;

const isDay = (when: string): boolean => when.length === '2026-01-05'.length;
const moment = (when: string): string => (isDay(when) ? when : `${when.slice(0, 16).replace('T', ' ')} UTC`);
const inUtc = (when: string): string => (isDay(when) ? when : new Date(Date.parse(when)).toISOString());

/** A time in which somebody stands in, as it was said. */
export type Standing = Omit<Deputed, 'name' | 'personId'>;

const isOver = (until: string, now: string): boolean =>
  (isDay(until) ? Date.parse(until) + 2 * dayLong : Date.parse(until)) <= Date.parse(now);

/** Those of what is said that name a deputy and are not over; a day counts until the next one has begun everywhere. */
export const deputedIn = (items: readonly Away[], now: string): Standing[] =>
  items.flatMap(({ from, until, zone, deputy }) =>
    deputy === undefined || isOver(until, now) ? [] : [{ from, until, ...(zone && { zone }), deputy }],
  );

const endOf = (until: string): number => Date.parse(until) + (isDay(until) ? dayLong : 0);

export const isSame = (one: Standing, other: Standing): boolean =>
  one.from === other.from && one.until === other.until && one.zone === other.zone && one.deputy === other.deputy;

/**
 * Those of what was said before that are not over, and in whose time the deputy does not stand in any more. Whoever
 * stands in at other times of it is told of those.
 */
export const withdrawnIn = (before: readonly Standing[], after: readonly Standing[], now: string): Standing[] =>
  before.filter(({ from, until, deputy }) => {
    const lasts = after.some(
      (one) => one.deputy === deputy && Date.parse(one.from) < endOf(until) && Date.parse(from) < endOf(one.until),
    );
    return !lasts && !isOver(until, now);
  });

const timeOf = ({ from, until }: Standing): string => `from ${moment(inUtc(from))} to ${moment(inUtc(until))}`;

/** What the mail is called, and what a deputy is told who does not stand in after all. */
export const withdrawnNews = ({ personId, name, ...standing }: Deputed): { title: string; text: string } => {
  const who = name ?? personId;
  const title = `You no longer stand in for ${who} ${timeOf(standing)}`;
  return { title, text: `You were named as deputy of ${who} ${timeOf(standing)}. That is withdrawn.` };
};

/** What the mail is called, and what a deputy is told of it. */
export const deputyNews = ({ personId, name, ...standing }: Deputed): { title: string; text: string } => {
  const who = name ?? personId;
  const when = timeOf(standing);
  return {
    title: `You stand in for ${who} ${when}`,
    text:
      `${who} is away ${when}, and you are named as deputy. What the desk has to tell ${who} comes to you meanwhile; ` +
      'where he or she leads a team, you decide for it. While you are away yourself, your own deputy is told.',
  };
};
