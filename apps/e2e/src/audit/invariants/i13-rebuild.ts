import type { Rebuilt } from '../evidence.ts';
import { collectWrongs, counted, notRun, verdictOf, type Wrongs } from '../findings.ts';
import { judging, type Inspection } from '../inspection.ts';

type Digests = Exclude<Rebuilt, { failure: string }>;

const compare = ({ before, after }: Digests, wrong: Wrongs): void => {
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [is, was] = [after.get(key), before.get(key)];
    if (is === was) continue;
    wrong(`${key}: ${was === undefined ? 'new' : is === undefined ? 'gone' : 'different'} after the rebuild`);
  }
};

/** I13: reporting read anew from the topics has the same bytes. */
export const inspectRebuild = (): Inspection => {
  const wrong = collectWrongs();
  const sums = { before: 0, after: 0 };
  return {
    look: ({ rebuilt }) => {
      if (rebuilt === null || 'failure' in rebuilt) return;
      compare(rebuilt, wrong);
      sums.before += rebuilt.before.size;
      sums.after += rebuilt.after.size;
    },
    verdict: ({ rebuilt }) => {
      if (rebuilt === null) return notRun('I13', 'run.json names no command to rebuild reporting');
      if (!('failure' in rebuilt))
        return verdictOf('I13', wrong, `${counted(sums.before)} digests before = ${counted(sums.after)} after`);
      wrong(rebuilt.failure);
      return verdictOf('I13', wrong, 'reporting could not be rebuilt');
    },
  };
};
export const rebuild = judging(inspectRebuild);
