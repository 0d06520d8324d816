import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../../', import.meta.url).pathname;

type Summary = {
  faults: number;
  byKind: Record<string, number>;
  recovery: { never: number[] };
  audit: { code: number };
};

type Audit = { verdicts: { invariant: string; figure: string }[] };

const read = async <T>(folder: string, file: string): Promise<T> =>
  JSON.parse(await readFile(join(folder, file), 'utf8')) as T;

/** Runs `npm run torture` to its end. */
const torture = async (...args: string[]) => {
  const { NODE_OPTIONS: _options, ...env } = process.env;
  const child = spawn('npm', ['run', '--silent', 'torture', '--', ...args], { cwd: root, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
};

/** What each invariant has to have seen, so that it says something. */
const seen: Readonly<Record<string, RegExp>> = {
  I1: /^[1-9][\d,]{2,} accepted; .* [1-9][\d,]{2,} commands$/,
  I2: /[1-9]\d* CLOSED.*; [1-9]\d* events parked$/,
  I3: /^[1-9]\d* open tickets; .* of [1-9]\d* looks$/,
  I4: /(?=.*[1-9]\d* stalled)(?=.*[1-9]\d* breach)/,
  I5: /[1-9]\d* close/,
  I6: /^[1-9][\d,]+ records/,
  I7: /^[1-9][\d,]+ events taken/,
  I8: /[1-9][\d,]* events taken again$/,
  I9: /worst age of an event [1-9][\d,]* ms$/,
  I10: /[1-9]\d* live probes \(0 without answer\)$/,
  I11: /= [1-9][\d,]* sent \+ [1-9][\d,]* failed or waiting/,
  I12: /[1-9]\d* parked; [1-9]\d* in the dead-letter topics$/,
  I13: /^[1-9]\d* digests before/,
  I14: /^[1-9]\d* claims/,
};

it('keeps every promise while processes die, ways break and parts go away', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tierline-torture-'));
  // Ten kinds of faults within 45 s: ways break, PostgreSQL is killed, a database put back, processes die …
  const { code, output } = await torture('--seed', '8847', '--minutes', '0.75', '--folder', folder);
  // The whole story, where it failed.
  expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
  const summary = await read<Summary>(folder, 'summary.json');
  expect(summary).toMatchObject({ audit: { code: 0 }, recovery: { never: [] } });
  const kinds = new Set(Object.keys(summary.byKind).map((kind) => kind.replace(/:.*/, '')));
  expect(kinds.size).toBeGreaterThanOrEqual(8);
  expect(summary.faults).toBeGreaterThanOrEqual(9);
  const { verdicts } = await read<Audit>(folder, 'audit.json');
  expect(Object.fromEntries(verdicts.map(({ invariant, figure }) => [invariant, figure]))).toEqual(
    Object.fromEntries(Object.entries(seen).map(([invariant, figure]) => [invariant, expect.stringMatching(figure)])),
  );
  await rm(folder, { recursive: true, force: true });
}, 420_000);
