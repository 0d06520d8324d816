import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Failpoint } from '../fault.ts';
import { sprungFile } from '../orders.ts';
import { untilReady, type Pod } from '../pods.ts';
import { podOf, type Happening, type World } from './world.ts';

const second = 1_000;
/** How long a process may take to end, and to start, before it is killed or no longer waited for. */
const grace = 20_000;

export const kill: Happening = async (world, { target }) => {
  const pod = podOf(world, target);
  const was = pod.signal('SIGKILL');
  return { services: [pod.service], pod, ...(was ? {} : { missed: 'it was dead already' }) };
};

export const freeze: Happening = async (world, { target, seconds }) => {
  const pod = podOf(world, target);
  if (!pod.signal('SIGSTOP')) return { services: [pod.service], pod, missed: 'it was dead' };
  await sleep(seconds * second);
  pod.signal('SIGCONT');
  return { services: [pod.service], pod };
};

const trapOf = ({ id, detail }: Fault, then: 'die' | 'freeze') => {
  const [point, , after] = detail.split(' ');
  return { number: id, point: point as Failpoint, after: Number(after), then } as const;
};

const isSprung = (world: World, pod: Pod, number: number): boolean => {
  const file = sprungFile(world.folder.ordersOf(pod.name));
  return existsSync(file) && readFileSync(file, 'utf8').startsWith(`${number} `);
};

/** Sets the same trap in both processes of a service; the first that comes by springs it. */
const setTrap = async (
  world: World,
  fault: Fault,
  then: 'die' | 'freeze',
  patience: number,
): Promise<Pod | undefined> => {
  const both = world.pods.filter(({ service }) => service === fault.target);
  const trap = trapOf(fault, then);
  if (then === 'die') both.forEach((pod) => pod.expectDeath(true));
  both.forEach((pod) => pod.order({ trap }));
  const end = Date.now() + patience;
  let caught: Pod | undefined;
  while (!caught && Date.now() < end) {
    await sleep(25);
    caught = both.find((pod) => isSprung(world, pod, trap.number));
  }
  both.forEach((pod) => pod.order({ trap: null }));
  // The other one may have come by before it looked at its new orders.
  await sleep(2 * 150);
  both.forEach((pod) => pod !== caught && pod.expectDeath(isSprung(world, pod, trap.number)));
  return caught;
};

export const killAtPoint: Happening = async (world, fault) => {
  const pod = await setTrap(world, fault, 'die', fault.seconds * second);
  const services = world.pods.filter(({ service }) => service === fault.target).map(({ service }) => service);
  return pod ? { services, pod } : { services, missed: 'nobody came by' };
};

export const freezeAtPoint: Happening = async (world, fault) => {
  const began = Date.now();
  const pod = await setTrap(world, fault, 'freeze', (fault.seconds * second) / 2);
  const both = world.pods.filter(({ service }) => service === fault.target);
  const services = both.map(({ service }) => service);
  if (pod) await sleep(Math.max(0, fault.seconds * second - (Date.now() - began)));
  both.forEach((each) => each.signal('SIGCONT'));
  return pod ? { services, pod } : { services, missed: 'nobody came by' };
};

const restart = async (pod: Pod): Promise<void> => {
  const lives = pod.lives();
  if (!pod.signal('SIGTERM')) return;
  const end = Date.now() + grace;
  while (pod.lives() === lives && Date.now() < end) await sleep(50);
  if (pod.lives() === lives) pod.signal('SIGKILL');
  // Whether it serves again is measured by the recovery.
  await untilReady(pod, grace).catch(() => undefined);
};

/** As rolling updates of all services do: one process of each, the next when that serves again. */
export const rollingRestart: Happening = async ({ pods }, _fault, chance) => {
  const waves = chance.happens(0.5) ? ['-a', '-b'] : ['-b', '-a'];
  for (const wave of waves) await Promise.all(pods.filter(({ name }) => name.endsWith(wave)).map(restart));
  return { services: [...new Set(pods.map(({ service }) => service))] };
};

export const clockJump: Happening = async (world, { target, seconds, detail }) => {
  const pod = podOf(world, target);
  const before = pod.orders().clock;
  pod.order({ clock: before + Number(detail.replace(' min', '')) * 60 * second });
  await sleep(seconds * second);
  pod.order({ clock: before });
  return { services: [pod.service], pod };
};
