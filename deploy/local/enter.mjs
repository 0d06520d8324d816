// Runs on any Node from 20 on and without a single package: it is what installs them.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..', '..');
const modules = join(root, 'node_modules');
const stamp = join(modules, '.tierline-lock');
const pinnedNode = join(modules, '.bin', 'node');
const commands = ['start', 'test', 'token', 'replay', 'desk', 'parked', 'bench', 'torture'];

const say = (text) => process.stderr.write(`${text}\n`);
const refuse = (sentence) => {
  say(sentence);
  process.exit(1);
};

const digest = (text) => createHash('sha256').update(text).digest('hex');
const readLock = () => readFileSync(join(root, 'package-lock.json'), 'utf8');

/** Whether npm itself noted the very packages of the lock file, as after an `npm ci` by hand. */
const matchesLock = (lock) => {
  const noted = join(modules, '.package-lock.json');
  if (!existsSync(noted)) return false;
  const wanted = JSON.parse(lock).packages;
  const present = JSON.parse(readFileSync(noted, 'utf8')).packages;
  const isSame = ([path, { version }]) => wanted[path]?.version === version;
  const isThere = ([path, { optional }]) => path === '' || optional || path in present;
  return Object.entries(present).every(isSame) && Object.entries(wanted).every(isThere);
};

const isInstalled = () => {
  if (!existsSync(pinnedNode)) return false;
  const lock = readLock();
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8').trim() === digest(lock);
  if (!matchesLock(lock)) return false;
  writeFileSync(stamp, digest(lock));
  return true;
};

const isAlive = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
};

const lockFile = join(tmpdir(), `tierline-install-${userInfo().uid}-${digest(root).slice(0, 12)}`);

/** True when this process now holds the lock; a dead holder's lock is taken over. */
const takeLock = () => {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const holder = existsSync(lockFile) ? Number(readFileSync(lockFile, 'utf8')) : 0;
  if (holder > 0 && !isAlive(holder)) rmSync(lockFile, { force: true });
  return false;
};

/** One line that counts the seconds on a terminal, a line each 15 s elsewhere. */
const countSeconds = (title) => {
  const start = Date.now();
  const seconds = () => Math.round((Date.now() - start) / 1000);
  const isTerminal = process.stderr.isTTY && !process.env.CI;
  if (!isTerminal) say(`… ${title}`);
  const show = () =>
    isTerminal ? process.stderr.write(`\r\x1b[K… ${title} (${seconds()} s)`) : say(`… ${title} (${seconds()} s)`);
  const timer = setInterval(show, isTerminal ? 1_000 : 15_000);
  return (mark) => {
    clearInterval(timer);
    say(`${isTerminal ? '\r\x1b[K' : ''}${mark} ${title} (${seconds()} s)`);
  };
};

/** Without --include=dev, NODE_ENV=production would leave out what builds Tierline. */
const npmFlags = ['--no-audit', '--no-fund', '--include=dev', '--loglevel=error', '--progress=false'];

const npm = (...args) =>
  new Promise((done) => {
    const ownNpm = process.env.npm_execpath;
    const viaNode = ownNpm?.endsWith('.js') ? [ownNpm] : [];
    const command = viaNode.length > 0 ? process.execPath : 'npm';
    const stdio = ['ignore', 'pipe', 'pipe'];
    const child = spawn(command, [...viaNode, ...args, ...npmFlags], { cwd: root, stdio });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => done({ problem: error.message, output }));
    child.on('close', (code, signal) =>
      done({ problem: code === 0 ? '' : `npm ended with ${signal ?? code}`, output }),
    );
  });

/** What to do about it, from npm's own words. */
const adviceFor = (output) => {
  if (/ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|network/.test(output))
    return 'npm cannot reach its registry: connect this machine, or set the registry in .npmrc';
  if (/ENOSPC/.test(output)) return 'the disk is full: make room and try again';
  return "npm's lines above say why";
};

const install = async () => {
  const finish = countSeconds('installing packages');
  const { problem, output } = await npm('ci');
  finish(problem ? '✗' : '✓');
  if (problem) {
    say(output.trimEnd());
    return `The packages could not be installed (${problem}): ${adviceFor(output)}.`;
  }
  if (spawnSync(pinnedNode, ['--version']).status !== 0) {
    return 'npm did not install the pinned Node: allow install scripts (npm config set ignore-scripts false), delete node_modules, and try again.';
  }
  writeFileSync(stamp, digest(readLock()));
  return '';
};

const ensureInstalled = async () => {
  let finishWaiting;
  while (!isInstalled()) {
    if (!takeLock()) {
      finishWaiting ??= countSeconds('waiting for another installation of this folder');
      await delay(500);
      continue;
    }
    process.once('exit', () => rmSync(lockFile, { force: true }));
    // Whoever held the lock before may have done the work.
    const failure = isInstalled() ? '' : await install();
    rmSync(lockFile, { force: true });
    if (failure) refuse(failure);
  }
  finishWaiting?.('✓');
};

/** npm may die without telling us (the shell between us passes no signal on): then its child must not live on. */
const endWithParent = (child) => {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    child.kill('SIGTERM');
  }, 500);
};

const handOver = (command, args) => {
  const program = join(import.meta.dirname ?? '', `${command}.ts`);
  const child = spawn(pinnedNode, [program, ...args], { cwd: root, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  if (process.env.npm_lifecycle_event) endWithParent(child);
  child.on('error', (error) => refuse(`The pinned Node cannot run: ${error.message}.`));
  child.on('exit', (code, signal) => process.exit(signal ? 128 + (constants.signals[signal] ?? 0) : code));
};

const [command = '', ...args] = process.argv.slice(2);
if (Number(process.versions.node.split('.')[0]) < 20) {
  refuse(`Tierline needs Node 20 or newer to begin with, and this is ${process.version}: see https://nodejs.org.`);
}
if (!commands.includes(command)) refuse(`Tell which command to run: ${commands.join(', ')}.`);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(128 + constants.signals[signal]));
await ensureInstalled();
process.removeAllListeners('SIGINT');
process.removeAllListeners('SIGTERM');
handOver(command, args);
