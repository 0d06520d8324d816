import { chanceOf, type Chance } from './chance.ts';
import { favoured, usual, type Draft } from './fault-kinds.ts';
import type { Fault, FaultKind, Guard } from './fault.ts';

/** Seconds of each minute in which faults may be under way; after them the whole system has time to be well. */
const troubled = { from: 3, until: 46 };
/** Faults that may be under way at the same time. */
const lanes = ['first', 'second'] as const;

export type ScheduleOptions = {
  seed: string;
  minutes: number;
  /** Faults come in each so many-th minute, the first among them. */
  every: number;
  /** Only what brings out the lack of this guard. */
  without: Guard | null;
  /** Faults of this kind alone. */
  only: FaultKind | null;
};

const draw = (chance: Chance, lane: (typeof lanes)[number], { without, only }: ScheduleOptions): Draft => {
  if (without) return chance.pick(favoured[without])(chance);
  const kinds = only === null ? usual[lane] : { ...usual.first, ...usual.second };
  const name = chance.weighed(Object.fromEntries(Object.entries(kinds).map(([kind, { weight }]) => [kind, weight])));
  return kinds[name]!.draw(chance);
};

/** A fault that ends by then; undefined when chance finds none. */
const fitting = (chance: Chance, lane: (typeof lanes)[number], options: ScheduleOptions, room: number) => {
  const tries = options.only === null ? 8 : 300;
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const draft = draw(chance, lane, options);
    if (draft.seconds <= room && (options.only ?? draft.kind) === draft.kind) return draft;
  }
  return undefined;
};

const ofMinute = (minute: number, end: number, lane: (typeof lanes)[number], options: ScheduleOptions) => {
  const chance = chanceOf(`${options.seed}/${lane}/${minute}`);
  const until = Math.min(troubled.until, end - minute * 60);
  const faults: Omit<Fault, 'id'>[] = [];
  let at = troubled.from + chance.next() * (lane === 'first' ? 2 : 8);
  for (;;) {
    const draft = fitting(chance, lane, options, until - at);
    if (!draft) return faults;
    const seed = `${options.seed}/${lane}/${minute}/${faults.length}`;
    faults.push({ ...draft, at: Math.round((minute * 60 + at) * 1_000), seed });
    at += draft.seconds + 1.5 + chance.next() * 2.5;
  }
};

/**
 * The faults of a run, by the time they begin. The same options give the same faults. At most two are under way at
 * once, and from second 46 to the end of each minute none is.
 */
export const scheduleOf = (options: ScheduleOptions): readonly Fault[] => {
  const end = options.minutes * 60 - 2;
  const all = Array.from({ length: Math.ceil(options.minutes) }, (_, minute) => minute);
  const minutes = all.filter((minute) => minute % options.every === 0);
  return minutes
    .flatMap((minute) => lanes.flatMap((lane) => ofMinute(minute, end, lane, options)))
    .sort((one, other) => one.at - other.at)
    .map((fault, index) => ({ ...fault, id: index + 1 }));
};

/** The schedule as people read it. */
export const linesOf = (faults: readonly Fault[]): string[] =>
  faults.map(({ id, at, kind, target, seconds, detail }) =>
    [
      `#${id}`.padStart(5),
      `${(at / 1_000).toFixed(1)} s`.padStart(9),
      kind.padEnd(17),
      target.padEnd(16),
      seconds > 0 ? `${seconds.toFixed(0)} s`.padStart(5) : ' '.repeat(5),
      ` ${detail}`,
    ].join(' '),
  );
