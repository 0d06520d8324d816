/** Hours from UTC of a zone in which it is about noon, so that an hour ago and an hour from now are the same day. */
const offset = 12 - new Date().getUTCHours();

/** Its IANA name, in which the sign stands the other way round. */
export const zone = `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`;

/** What the clock of that zone shows so many minutes from now: `hh:mm`. */
export const clock = (minutes: number): string =>
  new Date(Date.now() + offset * 3_600_000 + minutes * 60_000).toISOString().slice(11, 16);

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** The same hours on each day of the week. */
export const everyDay = (from: string, to: string) => Object.fromEntries(weekdays.map((day) => [day, [{ from, to }]]));
