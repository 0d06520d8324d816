import { DomainError } from '@tierline/contracts';
import Holidays from 'date-holidays';
import type { Holiday } from './calendar.ts';

/** ISO 3166 country, and where holidays differ inside it: state and region as the holiday library names them. */
export type HolidayRegion = { readonly country: string; readonly state?: string; readonly region?: string };

const hour = 60 * 60 * 1000;
const day = 24 * hour;

const refuse = (path: string, message: string): never => {
  throw new DomainError('holiday_region_unknown', `${path}: ${message}.`, 'refused', { fields: [{ path, message }] });
};

const known = (names: Record<string, string> | undefined, name: string): boolean =>
  Object.hasOwn(names ?? {}, name.toUpperCase()) || Object.hasOwn(names ?? {}, name);

/** The library falls back to the whole country in silence: a misspelt state would close the desk on the wrong days. */
const checkRegion = ({ country, state, region }: HolidayRegion): void => {
  const all = new Holidays();
  if (!known(all.getCountries(), country)) refuse('country', `no holidays are known for "${country}"`);
  if (state !== undefined && !known(all.getStates(country), state))
    refuse('state', `no holidays are known for "${state}" in ${country}`);
  if (region !== undefined && (state === undefined || !known(all.getRegions(country, state), region)))
    refuse('region', `no holidays are known for "${region}" in ${country}`);
};

type Found = { readonly date: string; readonly start: Date; readonly end: Date; readonly name: string };

/** The dates that a holiday covers whole. */
const datesOf = ({ date, start, end, name }: Found): Holiday[] => {
  // `2027-03-09 00:00:00 -0600` begins six hours before that midnight.
  const shift = Number(/ ([+-]\d\d)\d\d$/.exec(date)?.[1] ?? 0) * hour;
  const begins = Date.parse(`${date.slice(0, 10)}T${date.slice(11, 19)}Z`) + shift;
  // A day with a change of the clock is an hour longer or shorter.
  const ends = begins + end.getTime() - start.getTime() + hour;
  const first = Math.ceil(begins / day);
  const length = Math.max(0, Math.floor(ends / day) - first);
  return Array.from({ length }, (_, index) => ({
    date: new Date((first + index) * day).toISOString().slice(0, 10),
    name,
  }));
};

/**
 * The public holidays of these years, in order of date, each date once, substitute days included. A holiday that covers
 * part of a day is left out: shortened hours are an exceptional day. Takes about 10 ms a year: expand when a calendar is
 * edited, not when time is measured. Throws `DomainError` `holiday_region_unknown`.
 */
export const publicHolidays = (where: HolidayRegion, years: readonly number[]): readonly Holiday[] => {
  checkRegion(where);
  const { country, state, region } = where;
  const place = { country, ...(state === undefined ? {} : { state }), ...(region === undefined ? {} : { region }) };
  const library = new Holidays(place, { types: ['public'] });
  // Holidays that begin in the last days of a year may reach into the next.
  const asked = new Set(years.flatMap((year) => [year - 1, year]));
  const found = [...asked].flatMap((year) => library.getHolidays(year).flatMap(datesOf));
  const byDate = new Map(found.map((holiday) => [holiday.date, holiday] as const));
  return [...byDate.values()]
    .filter(({ date }) => years.includes(Number(date.slice(0, 4))))
    .sort((one, other) => one.date.localeCompare(other.date));
};
