import { parseArgs } from 'node:util';
import { faultKinds, guards, type FaultKind, type Guard } from './fault.ts';

export type Arguments = {
  seed: string;
  minutes: number;
  /** Faults come in each so many-th minute only. */
  every: number;
  without: Guard | null;
  only: FaultKind | null;
  /** Tickets that programs open each second, beside what people do. */
  rate: number;
  /** The share of those that agents end, from 0 to 1. */
  ended: number;
  folder: string;
  /** Only tell what would happen when. */
  schedule: boolean;
};

/** Reads what the starter passes on. @throws Error that names what is wrong. */
export const readArguments = (args: readonly string[], freshSeed: string): Arguments => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      minutes: { type: 'string', default: '5' },
      every: { type: 'string', default: '1' },
      without: { type: 'string' },
      only: { type: 'string' },
      rate: { type: 'string', default: '0' },
      ended: { type: 'string', default: '1' },
      folder: { type: 'string' },
      schedule: { type: 'boolean', default: false },
    },
  });
  const { seed = freshSeed, minutes, every, without, only, rate, ended, folder, schedule } = values;
  const guard = guards.find((each) => each === without);
  if (without !== undefined && !guard) throw new Error(`--without is ${without}: say one of ${guards.join(', ')}.`);
  const kind = faultKinds.find((each) => each === only);
  if (only !== undefined && !kind) throw new Error(`--only is ${only}: say one of ${faultKinds.join(', ')}.`);
  if (folder === undefined) throw new Error('--folder is missing.');
  if (!(Number(minutes) > 0)) throw new Error(`--minutes is ${minutes}: say how many.`);
  if (!(Number.isInteger(Number(every)) && Number(every) >= 1))
    throw new Error(`--every is ${every}: say a whole number from 1.`);
  if (!(Number(rate) >= 0)) throw new Error(`--rate is ${rate}: say how many tickets a second.`);
  if (!(Number(ended) >= 0 && Number(ended) <= 1)) throw new Error(`--ended is ${ended}: say a share from 0 to 1.`);
  return {
    seed,
    minutes: Number(minutes),
    every: Number(every),
    without: guard ?? null,
    only: kind ?? null,
    rate: Number(rate),
    ended: Number(ended),
    folder,
    schedule,
  };
};
