import type { Producer } from '@tierline/messaging';
import type { Chance } from '../chance.ts';
import type { Fault, PodName, Service } from '../fault.ts';
import type { Parts } from '../parts.ts';
import type { Pod } from '../pods.ts';
import type { RunFolder } from '../run-folder.ts';
import type { Tap } from '../tap.ts';

/** What faults work on. */
export type World = { parts: Parts; pods: readonly Pod[]; tap: Tap; producer: Producer; folder: RunFolder };

/** What a fault hit: the services, and the process if it was one. */
export type Hit = { services: readonly Service[]; pod?: Pod; missed?: string };

/** Lets the fault happen; resolves when it is over. */
export type Happening = (world: World, fault: Fault, chance: Chance) => Promise<Hit>;

export const podOf = ({ pods }: World, name: string): Pod => {
  const found = pods.find((pod) => pod.name === (name as PodName));
  if (!found) throw new Error(`there is no process ${name}`);
  return found;
};
