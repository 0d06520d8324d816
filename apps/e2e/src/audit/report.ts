import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { counted, type Verdict } from './findings.ts';

const shown = 10;

/** `I7  VIOLATED  3: …` with the first ten of them below. */
export const linesOf = ({ invariant, state, figure, violations, named }: Verdict): string[] => {
  if (state !== 'violated') return [`${invariant.padEnd(4)}${state.padEnd(10)}${figure}`];
  const more = violations > shown ? [`      … and ${counted(violations - Math.min(shown, named.length))} more`] : [];
  return [
    `${invariant.padEnd(4)}${'VIOLATED'.padEnd(10)}${counted(violations)}; ${figure}`,
    ...named.slice(0, shown).map((text) => `      ${text}`),
    ...more,
  ];
};

/** What the audit took: its time, and its memory at most. */
export type Effort = { milliseconds: number; megabytes: number };

/** Writes `audit.json`: the verdicts with up to a thousand culprits each. */
export const writeReport = (folder: string, verdicts: readonly Verdict[], effort: Effort): Promise<void> => {
  const ok = verdicts.every(({ state }) => state !== 'violated');
  return writeFile(join(folder, 'audit.json'), `${JSON.stringify({ ok, ...effort, verdicts }, null, 2)}\n`);
};
