import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Evidence, Rows } from '../evidence.ts';

/** Characters that wait in memory before they go to their file. */
const mostWaiting = 64 * 1_024;

type Kind = keyof Rows;
export type Digest = { readonly key: string; readonly digest: string; readonly when: 'before' | 'after' };

/** Rows of a run, in files: one for each part and kind. What is read of a part is all that is in memory. */
export type Scratch = {
  readonly parts: number;
  readonly add: <K extends Kind>(part: number, kind: K, row: Rows[K][number]) => void;
  addDigest(part: number, digest: Digest): void;
  /** The rows of a part; those of a kind are read when they are first asked for. */
  rows(part: number): Rows;
  digests(part: number): Digest[];
  close(): Promise<void>;
};

export const kinds = [
  'answers',
  'calls',
  'journal',
  'records',
  'inbox',
  'standings',
  'copies',
  'requests',
  'messages',
  'routes',
  'tickets',
  'timers',
  'entries',
  'facts',
  'history',
  'correspondents',
  'deliveries',
] as const satisfies readonly Kind[];

/** No rows of any kind. */
export const noRows = (): { [K in Kind]: Rows[K][number][] } =>
  Object.fromEntries(kinds.map((kind) => [kind, []])) as unknown as { [K in Kind]: Rows[K][number][] };

type Placed = Evidence['records'][number];
const byPlace = (a: Placed, b: Placed): number =>
  a.topic === b.topic ? a.partition - b.partition || a.offset - b.offset : a.topic < b.topic ? -1 : 1;

/** Records in the order in which they stand in Kafka; all else as it was read. */
const sorted = (kind: Kind, rows: unknown[]): unknown[] =>
  kind === 'records' ? (rows as Placed[]).sort(byPlace) : rows;

/** An object whose values are made when they are first asked for. */
const lazily = <K extends string, V>(names: readonly K[], make: (name: K) => V): Record<K, V> => {
  const made = new Map<K, V>();
  const valueOf = (name: K): V => {
    if (!made.has(name)) made.set(name, make(name));
    return made.get(name)!;
  };
  const descriptors = names.map((name) => [name, { get: () => valueOf(name), enumerable: true, configurable: true }]);
  return Object.defineProperties({}, Object.fromEntries(descriptors) as PropertyDescriptorMap) as Record<K, V>;
};

/** Makes the folder anew. `close` deletes it. */
export const openScratch = async (folder: string, parts: number): Promise<Scratch> => {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const waiting = new Map<string, string>();
  const flush = (file: string): void => {
    const text = waiting.get(file);
    if (text) appendFileSync(join(folder, file), text);
    waiting.delete(file);
  };
  const write = (file: string, row: object): void => {
    const text = `${waiting.get(file) ?? ''}${JSON.stringify(row)}\n`;
    waiting.set(file, text);
    if (text.length > mostWaiting) flush(file);
  };
  const read = (file: string): unknown[] => {
    flush(file);
    if (!existsSync(join(folder, file))) return [];
    // One array is parsed faster than many lines.
    return JSON.parse(`[${readFileSync(join(folder, file), 'utf8').slice(0, -1).replaceAll('\n', ',')}]`) as unknown[];
  };
  return {
    parts,
    add: (part, kind, row) => write(`${part}.${kind}`, row),
    addDigest: (part, digest) => write(`${part}.digests`, digest),
    rows: (part) => lazily(kinds, (kind) => sorted(kind, read(`${part}.${kind}`))) as unknown as Rows,
    digests: (part) => read(`${part}.digests`) as Digest[],
    close: () => rm(folder, { recursive: true, force: true }),
  };
};

const digestsOf = (digests: readonly Digest[], when: Digest['when']): Map<string, string> =>
  new Map(digests.flatMap((row) => (row.when === when ? [[row.key, row.digest] as const] : [])));

/** The evidence of each part, one after the other, without what the rebuild made. */
export const partsOf = function* (whole: Evidence, scratch: Scratch): Generator<Evidence> {
  for (let part = 0; part < scratch.parts; part += 1)
    yield Object.defineProperties({ ...whole }, Object.getOwnPropertyDescriptors(scratch.rows(part)));
};

/** What the rebuild made of each part. */
export const rebuiltPartsOf = function* (whole: Evidence, scratch: Scratch): Generator<Evidence> {
  if (whole.rebuilt === null || 'failure' in whole.rebuilt) return;
  for (let part = 0; part < scratch.parts; part += 1) {
    const digests = scratch.digests(part);
    yield { ...whole, rebuilt: { before: digestsOf(digests, 'before'), after: digestsOf(digests, 'after') } };
  }
};
