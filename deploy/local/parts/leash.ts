import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

// Its standard input closes when this process ends, also by kill -9: the one moment when no exit handler runs.
const script = `
trap '' INT HUP TERM
held=
while read -r sign pid signal; do
  rest=
  for entry in $held; do [ "\${entry%%:*}" = "$pid" ] || rest="$rest $entry"; done
  held=$rest
  [ "$sign" = + ] && held="$pid:$signal $held"
done
for entry in $held; do kill -s "\${entry##*:}" "\${entry%%:*}" 2>/dev/null; done
waited=0
while [ $waited -lt 150 ]; do
  alive=
  for entry in $held; do kill -0 "\${entry%%:*}" 2>/dev/null && alive=yes; done
  [ -z "$alive" ] && exit 0
  sleep 0.1
  waited=$((waited + 1))
done
for entry in $held; do kill -s KILL "\${entry%%:*}" 2>/dev/null; done
`;

const held = new Set<number>();
let leash: ChildProcess | undefined;

const openLeash = (): ChildProcess => {
  const child = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  const drop = () => {
    if (leash === child) leash = undefined;
  };
  // Without a leash the pid files still let the next start clean up.
  child.on('error', drop).on('exit', drop);
  child.stdin?.on('error', drop);
  child.unref();
  if (child.stdin && 'unref' in child.stdin) (child.stdin as unknown as { unref(): void }).unref();
  return child;
};

/** From now on `pid` gets `signal` (and SIGKILL after 15 s) when this process ends without having stopped it. */
export const hold = (pid: number, signal: NodeJS.Signals): void => {
  held.add(pid);
  leash ??= openLeash();
  leash.stdin?.write(`+ ${pid} ${signal.replace('SIG', '')}\n`);
};

/** `pid` has ended: its number may soon belong to another process. */
export const release = (pid: number): void => {
  held.delete(pid);
  leash?.stdin?.write(`- ${pid} -\n`);
};

const kill = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It ended by itself a moment ago.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

/** Kills every process that is still held. */
export const killHeld = (): void => held.forEach(kill);
