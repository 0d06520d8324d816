import { setTimeout as sleep } from 'node:timers/promises';
import type { Producer } from '@tierline/messaging';
import type { Chance } from '../chance.ts';
import type { Fault, PodName, Service } from '../fault.ts';
import type { Parts } from '../parts.ts';
import type { Pod } from '../pods.ts';
import type { RunFolder } from '../run-folder.ts';
import type { Tap } from '../tap.ts';

/** What faults work on. */
export type World = { parts: Parts; pods: readonly Pod[]; tap: Tap; producer: Producer; folder: RunFolder };

/** What a fault hit: the services, the process if it was one, and how many events a service has to take again. */
export type Hit = { services: readonly Service[]; pod?: Pod; missed?: string; again?: number };

/** Lets the fault happen; resolves when it is over. */
export type Happening = (world: World, fault: Fault, chance: Chance) => Promise<Hit>;

/** Tries until it succeeds; false when it did not within so many tries, half a second apart. */
export const persistently = async (work: () => Promise<void>, tries: number): Promise<boolean> => {
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    try {
      await work();
      return true;
    } catch {
      // PostgreSQL may be away, or somebody who is frozen may hold a lock.
      await sleep(500);
    }
  }
  return false;
};

export const podOf = ({ pods }: World, name: string): Pod => {
  const found = pods.find((pod) => pod.name === (name as PodName));
  if (!found) throw new Error(`there is no process ${name}`);
  return found;
};
