import type { Floor, Working } from './acting.ts';
import { workAsAgent } from './agents.ts';
import { endInBulk } from './bulk-agents.ts';
import { countBulk, openInBulk } from './bulk.ts';
import type { Chance } from './chance.ts';
import type { Client } from './client.ts';
import { bulkTenant, desk, requesters, tenants } from './desk.ts';
import type { Pod } from './pods.ts';
import { workAsRequester } from './requesters.ts';
import type { Tap } from './tap.ts';

type Ground = {
  client: Client;
  tap: Tap;
  pods: readonly Pod[];
  chance: Chance;
  /** Tickets that programs open each second beside. */
  rate: number;
  /** The share of those that agents end. */
  ended: number;
};

const atOnce = { requesters: 3 };

/** Everybody of every tenant at work until `end`; resolves when the last one got an answer or gave up. */
export const startLoad = ({ client, tap, pods, chance, rate, ended }: Ground) => {
  let over = false;
  const people = tenants.flatMap((tenant) => {
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
  const bulk = {
    client,
    tap,
    chance: chance.fork('bulk'),
    isOver: () => over,
    tickets: countBulk(ended, () => tap.queued(bulkTenant)),
  };
  const agents = { ...bulk, chance: chance.fork('bulk-agents') };
  const all = Promise.all(rate > 0 ? [...people, openInBulk(bulk, rate), endInBulk(agents, rate * ended)] : people);
  // Told by `end`; until then it must not count as unhandled.
  all.catch(() => undefined);
  return {
    end: async (): Promise<void> => {
      over = true;
      await all;
    },
  };
};
