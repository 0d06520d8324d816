import type { Difference, Fault, Keeper, OpenTickets, Version } from './services.ts';

const marks = { new: '+', changed: '~', removed: '-' } as const;

const shown = (value: unknown): string => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 97)}…` : text;
};

const fieldLines = ({ what, fields }: Difference): string[] =>
  what === 'changed' ? fields.map(({ field, from, to }) => `      ${field}: ${shown(from)} → ${shown(to)}`) : [];

const countOf = (differences: readonly Difference[]): string => {
  const count = (wanted: Difference['what']) => differences.filter(({ what }) => what === wanted).length;
  return `${count('new')} new, ${count('changed')} changed, ${count('removed')} removed`;
};

/** What would change, a line for each part and each of its fields. */
export const differenceLines = (differences: readonly Difference[]): string[] => {
  if (differences.length === 0) return ['Nothing to change.'];
  const lines = differences.flatMap((one) => [`  ${marks[one.what]} ${one.part} ${one.id}`, ...fieldLines(one)]);
  return [...lines, countOf(differences)];
};

/** Faults or warnings, a line each. */
export const faultLines = (title: string, faults: readonly Fault[]): string[] =>
  faults.length === 0 ? [] : [title, ...faults.map(({ path, message }) => `  ${path}: ${message}`)];

const countedAs = (noun: string, count: number): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

const named = (some: readonly string[], of: number): string =>
  `${some.join(', ')}${of > some.length ? ` and ${of - some.length} more` : ''}`;

const effects: Readonly<Record<string, string>> = {
  'derived-anew': 'go on under the new edition',
  'keeps-edition': 'stay under the old edition, being between two queues',
  'moves-with-queue': 'move with their queue to another tier or team',
  'handed-over': 'are handed over at once: the queue is closed',
  'nobody-able': 'can be served by nobody any more',
  'owner-leaves-team': 'stay with this owner, who is in their team no more',
};

const moves = {
  earlier: 'due earlier',
  later: 'due later',
  overdue: 'overdue at once',
  begins: 'beginning',
  ends: 'ending',
} as const;

/** What becomes of open tickets, a line each. */
export const ticketLines = (open: OpenTickets | null | undefined): string[] => {
  if (!open) return [];
  const { deadlines } = open;
  const kinds = Object.keys(moves) as (keyof typeof moves)[];
  const lines = [
    ...open.effects.map(({ part, id, what, tickets, some }) => {
      const words = effects[what] ?? what;
      return `  ${part} ${id}: ${countedAs('ticket', tickets)} ${words} (${named(some, tickets)})`;
    }),
    ...kinds.flatMap((kind) => {
      const { deadlines: count, some } = deadlines?.[kind] ?? { deadlines: 0, some: [] };
      return count === 0
        ? []
        : [`  ${countedAs('deadline', count)} ${moves[kind]} (${some.join(', ')}${count > some.length ? ' …' : ''})`];
    }),
    ...(deadlines && deadlines.lookedAt < deadlines.open
      ? [`  looked at the oldest ${deadlines.lookedAt} of ${deadlines.open} open tickets`]
      : []),
  ];
  if (lines.length === 0) return [];
  return ['Open tickets:', ...lines, 'Not counted:', ...open.notSaid.map((sentence) => `  ${sentence}`)];
};

/** The history of a desk, a line for each change: catalogue and rules have numbers of their own. */
export const historyLines = (versions: readonly (Version & { readonly service: Keeper })[]): string[] =>
  versions.map(({ service, number, at, by, why, changes }) => {
    const which = service === 'routing' ? `catalogue ${number}` : `desk ${number}`;
    const when = at.slice(0, 16).replace('T', ' ');
    return `${which.padEnd(14)} ${when} UTC  ${by}  ${changes} part${changes === 1 ? '' : 's'}${why === null ? '' : `  ${why}`}`;
  });
