/** One measured figure; `aim` as it was set, in words. */
export type Figure = { name: string; value: number; unit: string; aim?: string };

/** How long the work took, in seconds. */
export const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
};
