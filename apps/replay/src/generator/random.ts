/** Chance that can be repeated: the same seed gives the same answers in the same order. */
export type Dice = {
  /** From 0 up to, not including, 1. */
  readonly next: () => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(items: readonly T[]) => T;
  readonly weighted: <T>(items: readonly T[], weight: (item: T) => number) => T;
};

/** Mulberry32 by Tommy Ettinger: 32 bits of state, enough for stories. */
const mulberry32 = (seed: number) => {
  let state = seed >>> 0;
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** @throws Error when a list to choose from is empty. */
export const diceOf = (seed: number): Dice => {
  const next = mulberry32(seed);
  const pick = <T>(items: readonly T[]): T => {
    if (items.length === 0) throw new Error('nothing to pick from');
    return items[Math.floor(next() * items.length)]!;
  };
  const weighted = <T>(items: readonly T[], weight: (item: T) => number): T => {
    let left = next() * items.reduce((sum, item) => sum + weight(item), 0);
    const found = items.find((item) => (left -= weight(item)) < 0);
    return found ?? pick(items);
  };
  return { next, chance: (probability) => next() < probability, pick, weighted };
};
