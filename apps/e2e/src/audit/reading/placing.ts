/** Two numbers of 32 bits that stand for a text: of ten million texts, no two have the same but by a chance of 1 in 10^5. */
const fingerprint = { high: 0, low: 0 };
const read = (text: string): void => {
  let [high, low] = [0x811c9dc5, 0x9e3779b9];
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x5bd1e995);
    low ^= low >>> 15;
  }
  fingerprint.high = (high ^ (high >>> 16)) >>> 0;
  fingerprint.low = low >>> 0;
};

/** A number from 0 to `count` - 1 that is always the same for the same text. */
export const numberOf = (text: string, count: number): number => {
  read(text);
  return fingerprint.low % count;
};

/** Numbers below 65,535 by texts, in 20 bytes each: a map of the same takes ten times as much. */
export type Placing = {
  set(text: string, number: number): void;
  get(text: string): number | undefined;
};

/** For at most so many texts. Throws when more come. */
export const openPlacing = (most: number): Placing => {
  const size = 2 ** Math.ceil(Math.log2(Math.max(1_024, most * 1.5)));
  const [highs, lows, numbers] = [new Uint32Array(size), new Uint32Array(size), new Uint16Array(size)];
  let used = 0;
  const slotOf = (text: string): number => {
    read(text);
    const { high, low } = fingerprint;
    let slot = high & (size - 1);
    while (numbers[slot] !== 0 && (highs[slot] !== high || lows[slot] !== low)) slot = (slot + 1) & (size - 1);
    return slot;
  };
  return {
    set: (text, number) => {
      const slot = slotOf(text);
      if (numbers[slot] === 0 && (used += 1) > size * 0.95) throw new Error(`more than ${most} texts came`);
      [highs[slot], lows[slot], numbers[slot]] = [fingerprint.high, fingerprint.low, number + 1];
    },
    get: (text) => {
      const number = numbers[slotOf(text)]!;
      return number === 0 ? undefined : number - 1;
    },
  };
};
