/** One measured figure. Ratios stand before absolute figures; `aim` as it was set. */
export type Figure = { name: string; value: number; unit: string; aim?: `${'≥' | '≤'} ${string}` };

/** How long the work took, in seconds. */
export const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
};

/** The value below which this part (0 to 1) of the values lies; 0 for none. */
export const percentile = (values: readonly number[], part: number): number => {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
};
