import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Every protection, with the invariants of which at least one has to break without it. */
export const guards: Readonly<Record<string, readonly string[]>> = {
  inbox: ['I7'],
  position: ['I8'],
  'lease-epoch': ['I6'],
  'delete-after-ack': ['I1', 'I6', 'I7'],
  transaction: ['I1', 'I6'],
};

/** One run of the proof: without a guard, or (null) sound. */
type Proving = { readonly guard: string | null; readonly folder: string; readonly code: number };
type Summary = { faults: number; tickets: number; audit: { lines: string[] } };
export type Row = { readonly text: string; readonly isProven: boolean };

const line = (guard: string, expected: string, violated: string, outcome: string): string =>
  [guard.padEnd(17), expected.padEnd(15), violated.padEnd(24), outcome].join(' ').trimEnd();

export const head = line('without', 'must violate', 'violated', 'outcome');

/** What the audit said of a run, held against what it had to say. `code` is the run's own: 0 when all held. */
export const rowOf = ({ guard, code }: Omit<Proving, 'folder'>, summary: Summary | null): Row => {
  const name = guard ?? 'nothing';
  const expected = guard === null ? [] : (guards[guard] ?? []);
  const wanted = expected.join(' or ') || 'none';
  if (summary === null) return { text: line(name, wanted, '?', 'NO AUDIT'), isProven: false };
  const { faults, tickets, audit } = summary;
  const violated = audit.lines.flatMap((text) => /^(I\d+)\s+VIOLATED/.exec(text)?.[1] ?? []);
  const isProven = guard === null ? code === 0 : expected.some((invariant) => violated.includes(invariant));
  const outcome = guard === null ? (isProven ? 'held' : 'NOT HELD') : isProven ? 'bitten' : 'NOT BITTEN';
  const figures = `${outcome.padEnd(10)} (${faults} faults, ${tickets} tickets)`;
  return { text: line(name, wanted, violated.join(' ') || 'none', figures), isProven };
};

/** The row of a run that has ended, by the summary in its folder. */
export const rowIn = async ({ folder, ...proving }: Proving): Promise<Row> => {
  const file = join(folder, 'summary.json');
  return rowOf(proving, existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Summary) : null);
};
