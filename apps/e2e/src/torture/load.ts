import type { Floor, Working } from './acting.ts';
import { workAsAgent } from './agents.ts';
import type { Chance } from './chance.ts';
import type { Client } from './client.ts';
import { desk, requesters, tenants } from './desk.ts';
import type { Pod } from './pods.ts';
import { workAsRequester } from './requesters.ts';
import type { Tap } from './tap.ts';

const atOnce = { requesters: 3 };

/** Everybody of every tenant at work until `end`; resolves when the last one got an answer or gave up. */
export const startLoad = (client: Client, tap: Tap, pods: readonly Pod[], chance: Chance) => {
  let over = false;
  const workers = tenants.flatMap((tenant) => {
    const floor: Floor = { handedUp: [] };
    const working = (name: string): Working => ({
      client,
      tap,
      tenant,
      floor,
      chance: chance.fork(`${tenant}/${name}`),
      isOver: () => over,
    });
    return [
      ...requesters.slice(0, atOnce.requesters).map((person) => workAsRequester(working(person), person)),
      ...desk.agents.map((agent) => workAsAgent(working(agent.agentId), pods, agent)),
    ];
  });
  const all = Promise.all(workers);
  // Told by `end`; until then it must not count as unhandled.
  all.catch(() => undefined);
  return {
    end: async (): Promise<void> => {
      over = true;
      await all;
    },
  };
};
