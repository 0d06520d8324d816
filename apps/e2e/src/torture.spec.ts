import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../../', import.meta.url).pathname;

type Summary = {
  tickets: number;
  faults: number;
  byKind: Record<string, number>;
  recovery: { never: number[] };
  audit: { code: number };
};

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

it('keeps every promise while processes die, ways break and parts go away', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tierline-torture-'));
  const { code, output } = await torture('--seed', '267', '--minutes', '1.25', '--folder', folder);
  // The whole story, where it failed.
  expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
  const summary = JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8')) as Summary;
  expect(summary).toMatchObject({ audit: { code: 0 }, recovery: { never: [] } });
  expect(summary.faults).toBeGreaterThanOrEqual(12);
  expect(Object.keys(summary.byKind).length).toBeGreaterThanOrEqual(6);
  expect(summary.tickets).toBeGreaterThan(100);
  await rm(folder, { recursive: true, force: true });
}, 420_000);
