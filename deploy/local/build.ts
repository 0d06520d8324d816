import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { Refusal } from './refusal.ts';
import { projectRoot } from './settings.ts';

const stamp = join(projectRoot, 'node_modules', '.cache', 'tierline', 'build-stamp');
const sources = [
  'apps',
  'libs',
  'deploy/local',
  'package.json',
  'package-lock.json',
  'nx.json',
  '.swcrc',
  'tsconfig.base.json',
];
const isIgnored = (path: string): boolean => /(^|\/)(node_modules|dist|coverage)(\/|$)|\.spec\.tsx?$/.test(path);

/** The environment in which tools find the pinned Node before the system's. */
export const toolEnvironment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: [join(projectRoot, 'node_modules', '.bin'), process.env['PATH']].filter(Boolean).join(delimiter),
  NX_DAEMON: 'false',
  NX_TUI: 'false',
});

export type ToolResult = { code: number; output: string };

/** Runs a program in the project's root to its end, and keeps what it prints. An aborted one ends at once. */
export const runTool = (
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  signal?: AbortSignal,
): Promise<ToolResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: projectRoot,
      env: { ...toolEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal ? { signal } : {}),
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    }
    child.once('error', (error) => reject(signal?.aborted ? (signal.reason as Error) : error));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });

const filesOf = async (source: string): Promise<string[]> => {
  const path = join(projectRoot, source);
  if (!existsSync(path)) return [];
  if (/\.\w+$|^\./.test(source)) return [source];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(projectRoot.length + 1))
    .filter((file) => !isIgnored(file));
};

/** By content, since a checkout changes times and a copy keeps them. */
const fingerprint = async (): Promise<string> => {
  const files = (await Promise.all(sources.map(filesOf))).flat().sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(await readFile(join(projectRoot, file)));
  return hash.digest('hex');
};

const isBuilt = async (wanted: string): Promise<boolean> =>
  existsSync(stamp) && existsSync(join(projectRoot, 'dist')) && (await readFile(stamp, 'utf8')) === wanted;

/**
 * Builds everything unless nothing changed since the last build.
 * @throws Refusal with the build's output when it fails.
 */
export const build = async (signal?: AbortSignal): Promise<void> => {
  // Nx takes seconds to find out that there is nothing to do.
  const wanted = await fingerprint();
  if (await isBuilt(wanted)) return;
  await rm(stamp, { force: true });
  const nx = join(projectRoot, 'node_modules', '.bin', 'nx');
  const { code, output } = await runTool(nx, ['run-many', '-t', 'build'], {}, signal);
  if (code !== 0) throw new Refusal(`The build failed\n${output}`);
  await mkdir(dirname(stamp), { recursive: true });
  await writeFile(stamp, wanted);
};
