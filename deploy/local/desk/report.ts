import type { Difference, Fault } from './services.ts';

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
