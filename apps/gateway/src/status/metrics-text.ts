/** One value of a metric with its labels. */
export type Sample = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

const unescaped = (text: string): string =>
  text.replace(/\\(.)/g, (_all, char: string) => (char === 'n' ? '\n' : char));

const labelsOf = (text = ''): Record<string, string> =>
  Object.fromEntries([...text.matchAll(label)].map(([, name, value]) => [name!, unescaped(value!)]));

/** Reads Prometheus' text format, version 0.0.4: the samples of each metric by its name. Lines it cannot read are left out. */
export const readMetrics = (text: string): ReadonlyMap<string, readonly Sample[]> => {
  const samples = new Map<string, Sample[]>();
  for (const row of text.split('\n')) {
    const match = row.startsWith('#') ? null : line.exec(row);
    if (!match) continue;
    const [, name, labels, value] = match;
    const number = Number(value);
    if (Number.isFinite(number))
      samples.set(name!, [...(samples.get(name!) ?? []), { labels: labelsOf(labels), value: number }]);
  }
  return samples;
};
