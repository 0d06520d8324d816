/** An opened ticket of which the desk has told nothing; `tellings`: how often it was told again. */
export type Silent = { readonly openedAt: string; readonly tellings: number };

const day = 24 * 60 * 60 * 1_000;

/** Milliseconds: for how long the desk may be silent about a ticket, and until it is told a second time again. */
export type Patience = { readonly silence: number; readonly again: number };

/** Days after which a ticket is not told again: inboxes that would drop the copies remember little longer. */
export const toldWithinDays = 30;

/** Tickets told again in one look. */
export const mostAtOnce = 20;

/**
 * Which of these, oldest first, are told again; `passed` is when the newest ticket was opened of which the desk has told.
 * One that was opened long before that one was lost. Of others the desk may only not have got to them yet, and thousands
 * of copies would keep it longer: of those the oldest alone goes, to see whether the desk takes it.
 */
export const lost = <T extends Silent>(silent: readonly T[], passed: string | null, { silence }: Patience): T[] => {
  const isPassed = ({ openedAt }: Silent) => passed !== null && Date.parse(passed) - Date.parse(openedAt) >= silence;
  const sure = silent.filter(isPassed);
  return (sure.length > 0 ? sure : silent.slice(0, 1)).slice(0, mostAtOnce);
};

/**
 * When it may be told again next, after one more telling at `at`. The pause doubles up to a day: a ticket that is parked
 * has nothing of its copies but to wait before them.
 */
export const nextTelling = ({ tellings }: Silent, { again }: Patience, at: string): string =>
  new Date(Date.parse(at) + Math.min(day, again * 2 ** tellings)).toISOString();
