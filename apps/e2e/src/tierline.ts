import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { people, type RunningTierline } from '@tierline/local';

const root = new URL('../../../', import.meta.url).pathname;

/** An answer of the gateway, with its body as it came. */
export type Answer = { status: number; body: never };

/** The whole system, started as a user does, on state and ports of its own. */
export type Tierline = {
  running: RunningTierline;
  /** Calls `/api/…` as a demo person. */
  call(person: string, method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Runs `npm run <script> -- <args>` to its end. */
  script(script: string, ...args: string[]): Promise<{ code: number; output: string }>;
  /** Ends a process of this system with SIGKILL. */
  kill(service: string): Promise<void>;
  /** What the start printed so far. */
  printed(): string;
  stop(): Promise<number>;
};

const outputOf = (child: ChildProcess): (() => string) => {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  return () => output;
};

const untilReady = async (child: ChildProcess, printed: () => string): Promise<void> => {
  while (!printed().includes('Tierline is ready')) {
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}:\n${printed()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

/** Starts Tierline with `npm start`; resolves when it says that it is ready. */
export const startTierline = async (...args: string[]): Promise<Tierline> => {
  const state = await mkdtemp(join(tmpdir(), 'tierline-journey-'));
  const { TIERLINE_PORT: _port, NODE_OPTIONS: _options, ...inherited } = process.env;
  const env = { ...inherited, TIERLINE_STATE: state, CI: 'true' };
  const npm = (script: string, rest: string[]) =>
    spawn('npm', ['run', '--silent', script, '--', ...rest], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const starter = npm('start', args);
  const printed = outputOf(starter);
  await untilReady(starter, printed);
  const running = JSON.parse(await readFile(join(state, 'running.json'), 'utf8')) as RunningTierline;
  const script: Tierline['script'] = async (name, ...rest) => {
    const child = npm(name, rest);
    const output = outputOf(child);
    const [code] = (await once(child, 'close')) as [number];
    return { code, output: output() };
  };
  const tokens = new Map<string, Promise<string>>();
  const tokenOf = (person: string) => {
    if (!(person in people)) throw new Error(`there is no demo person ${person}`);
    if (!tokens.has(person))
      tokens.set(
        person,
        script('token', '--as', person).then(({ output }) => output.trim()),
      );
    return tokens.get(person)!;
  };
  return {
    running,
    script,
    printed,
    call: async (person, method, path, body, headers = {}) => {
      const response = await fetch(`${running.address}/api/${path}`, {
        method,
        headers: {
          authorization: `Bearer ${await tokenOf(person)}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const text = await response.text();
      return { status: response.status, body: (text ? JSON.parse(text) : null) as never };
    },
    kill: async (service) => {
      const pid = Number(await readFile(join(state, 'pids', `${service}.pid`), 'utf8'));
      process.kill(pid, 'SIGKILL');
    },
    stop: async () => {
      const closed = once(starter, 'close') as Promise<[number | null]>;
      starter.kill('SIGTERM');
      const [code] = await closed;
      await rm(state, { recursive: true, force: true });
      return code ?? 1;
    },
  };
};
