export const invariants = [
  'I1',
  'I2',
  'I3',
  'I4',
  'I5',
  'I6',
  'I7',
  'I8',
  'I9',
  'I10',
  'I11',
  'I12',
  'I13',
  'I14',
] as const;
export type Invariant = (typeof invariants)[number];

/** What the evidence says about one invariant. */
export type Verdict = {
  readonly invariant: Invariant;
  readonly state: 'ok' | 'violated' | 'not run';
  /** What was counted, in one line. */
  readonly figure: string;
  readonly violations: number;
  /** The first of them, each naming its culprit. */
  readonly named: readonly string[];
};

const mostNamed = 1_000;

/** Counts violations and keeps the first of them; `include` adds those that were collected apart. */
export type Wrongs = {
  (text: string): void;
  readonly count: number;
  readonly named: readonly string[];
  include(others: Wrongs): void;
};

export const collectWrongs = (): Wrongs => {
  const named: string[] = [];
  let count = 0;
  const add = (text: string): void => {
    count += 1;
    if (named.length < mostNamed) named.push(text);
  };
  const include = (others: Wrongs): void => {
    named.push(...others.named.slice(0, mostNamed - named.length));
    count += others.count;
  };
  return Object.defineProperties(add, {
    count: { get: () => count },
    named: { get: () => named },
    include: { value: include },
  }) as Wrongs;
};

export const verdictOf = (invariant: Invariant, wrong: Wrongs, figure: string): Verdict => ({
  invariant,
  state: wrong.count > 0 ? 'violated' : 'ok',
  figure,
  violations: wrong.count,
  named: wrong.named,
});

export const notRun = (invariant: Invariant, why: string): Verdict => ({
  invariant,
  state: 'not run',
  figure: why,
  violations: 0,
  named: [],
});

/** 12345 as `12,345`. */
export const counted = (number: number): string => number.toLocaleString('en-US');
