/** The moment this many milliseconds after another, ISO 8601 in UTC. */
export const after = (at: string, milliseconds: number): string =>
  new Date(Date.parse(at) + milliseconds).toISOString();

/** True when the first moment is later than the second. */
export const isLater = (one: string, other: string): boolean => Date.parse(one) > Date.parse(other);

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;
