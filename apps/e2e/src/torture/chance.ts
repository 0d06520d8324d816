/** Chance that is the same for the same seed, on every machine. */
export type Chance = {
  /** 0 ≤ number < 1. */
  next(): number;
  /** A whole number of these bounds, both included. */
  between(least: number, most: number): number;
  /** True with this probability. */
  happens(share: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** One of the names, each as often as its weight says. */
  weighed<K extends string>(weights: Readonly<Record<K, number>>): K;
  /** Chance of its own for a part of the run: what others draw does not change it. */
  fork(name: string): Chance;
};

/** FNV-1a, 32 bits. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
};

/** mulberry32: 32 bits of state, which is plenty for choosing faults. */
const numbersOf = (seed: number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

export const chanceOf = (seed: string): Chance => {
  const next = numbersOf(hashOf(seed));
  const pick = <T>(items: readonly T[]): T => {
    if (items.length === 0) throw new Error('there is nothing to pick from');
    return items[Math.floor(next() * items.length)]!;
  };
  return {
    next,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    happens: (share) => next() < share,
    pick,
    weighed: <K extends string>(weights: Readonly<Record<K, number>>): K => {
      const entries = Object.entries<number>(weights) as [K, number][];
      let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [name, weight] of entries) {
        left -= weight;
        if (left < 0) return name;
      }
      return entries.at(-1)![0];
    },
    fork: (name) => chanceOf(`${seed}/${name}`),
  };
};
