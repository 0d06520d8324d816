import type { Evidence } from '../evidence.ts';
import { collectWrongs, counted, notRun, verdictOf, type Verdict } from '../findings.ts';

/** I13: reporting read anew from the topics has the same bytes. */
export const rebuild = ({ rebuilt }: Evidence): Verdict => {
  if (rebuilt === null) return notRun('I13', 'run.json names no command to rebuild reporting');
  const wrong = collectWrongs();
  if ('failure' in rebuilt) {
    wrong(rebuilt.failure);
    return verdictOf('I13', wrong, 'reporting could not be rebuilt');
  }
  const { before, after } = rebuilt;
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [is, was] = [after.get(key), before.get(key)];
    if (is === was) continue;
    wrong(`${key}: ${was === undefined ? 'new' : is === undefined ? 'gone' : 'different'} after the rebuild`);
  }
  return verdictOf('I13', wrong, `${counted(before.size)} digests before = ${counted(after.size)} after`);
};
