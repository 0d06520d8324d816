import type { Away } from '@tierline/contracts';
import { Temporal } from 'temporal-polyfill';
import { isLater } from './time.ts';

/** Somebody is away, in instants; `until` is not part of it. */
export type Absence = {
  readonly personId: string;
  readonly from: string;
  readonly until: string;
  readonly deputy: string | null;
  /** Who says so: the desk document, or the person. */
  readonly source: 'desk' | 'person';
};

type Of = Pick<Absence, 'personId' | 'source'>;

/** The first instant of a day, or of the day after it. */
const startOf = (date: string, zone: string, daysLater: number): string =>
  new Date(
    Temporal.PlainDate.from(date).add({ days: daysLater }).toZonedDateTime(zone).epochMilliseconds,
  ).toISOString();

const isDay = (when: string): boolean => when.length === '2026-01-05'.length;
const inUtc = (instant: string): string => new Date(Date.parse(instant)).toISOString();

/** The absence with its days as they are in this zone, unless it names another; the zone has to exist. */
export const absenceOf = (of: Of, { from, until, zone, deputy }: Away, otherwise: string): Absence => {
  const own = zone ?? otherwise;
  return {
    ...of,
    from: isDay(from) ? startOf(from, own, 0) : inUtc(from),
    until: isDay(until) ? startOf(until, own, 1) : inUtc(until),
    deputy: deputy ?? null,
  };
};

type Absences = { readonly absences: readonly Absence[] };

/** The absence of the person that lasts at this moment, of several the one that ends last; null for who is there. */
export const absenceAt = ({ absences }: Absences, personId: string, at: string): Absence | null =>
  absences
    .filter((one) => one.personId === personId && !isLater(one.from, at) && isLater(one.until, at))
    .reduce<Absence | null>((last, one) => (last && last.until >= one.until ? last : one), null);

/** Who stands for the person at this moment: he or she, the deputy, the deputy's deputy …; null: nobody who is there. */
export const standInFor = (
  desk: Absences,
  personId: string,
  at: string,
  passed: readonly string[] = [],
): string | null => {
  const absence = absenceAt(desk, personId, at);
  if (!absence) return personId;
  const { deputy } = absence;
  const before = [...passed, personId];
  return deputy === null || before.includes(deputy) ? null : standInFor(desk, deputy, at, before);
};

/** How an absence is told to people. */
export const awayWords = ({ personId, until, deputy }: Absence): string =>
  `${personId} is away until ${until.slice(0, 16).replace('T', ' ')} UTC${deputy === null ? '' : `, ${deputy} stands in`}`;
