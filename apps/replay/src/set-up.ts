import { setTimeout as sleep } from 'node:timers/promises';
import { Refused, type Api } from './api.ts';
import type { Desk, Queue } from './desk.ts';
import { Refusal } from './refusal.ts';
import type { Person } from './step.ts';

const agentsAtOnce = 500;
const queuesAtOnce = 16;
const patience = 60_000;

/** Where routing would send a ticket that a rule sends to the queue: anywhere else while it does not know the queue. */
const simulated = async (api: Api, by: Person, { queue, tier }: Queue): Promise<string | undefined> => {
  const rules = [{ name: queue, when: {}, then: { tier, queue } }];
  try {
    const body = { rules };
    const decision = await api.send<{ queue: string }>({ method: 'POST', path: '/api/routing/simulate', by, body });
    return decision.queue;
  } catch (error) {
    if (error instanceof Refused && error.code === 'desk_unknown') return undefined;
    throw error;
  }
};

const untilKnown = async (api: Api, by: Person, queue: Queue, end: number): Promise<void> => {
  while ((await simulated(api, by, queue)) !== queue.queue) {
    if (Date.now() > end) throw new Refusal(`Routing has not heard of queue ${queue.queue} after a minute.`);
    await sleep(100);
  }
};

const untilRoutingKnows = async (api: Api, by: Person, queues: readonly Queue[]): Promise<void> => {
  const end = Date.now() + patience;
  let next = 0;
  const work = async () => {
    for (let queue = queues[next++]; queue; queue = queues[next++]) await untilKnown(api, by, queue, end);
  };
  await Promise.all(Array.from({ length: queuesAtOnce }, work));
};

type Parts<T> = { readonly document: Readonly<Record<string, readonly T[] | undefined>> };

/** The wanted parts with all that the desk says of them beside: a replay names what it needs, and takes nothing away. */
const over = <T extends object>(wanted: readonly T[], there: readonly T[] = [], id: keyof T): T[] => {
  const known = new Map(there.map((part) => [part[id], part]));
  return wanted.map((part) => ({ ...known.get(part[id]), ...part }));
};

/**
 * Puts tiers, queues, agents and categories where they belong, and waits until routing has heard of every queue.
 * Again with the same desk changes nothing.
 * @throws Refused when a service does not take its part.
 */
export const setUpDesk = async (api: Api, by: Person, { tiers, queues, agents, categories }: Desk): Promise<void> => {
  const put = (path: string, body: unknown) => api.send({ method: 'PUT', path, by, body });
  const read = async <T>(service: string) =>
    (await api.send<Parts<T>>({ method: 'GET', path: `/api/${service}/desk`, by })).document;
  const desk = await read<never>('tier-queues');
  const catalogue = await read<never>('routing');
  await put('/api/tier-queues/desk', {
    tiers: over(tiers, desk['tiers'], 'tier'),
    queues: over(queues, desk['queues'], 'queue'),
  });
  for (let start = 0; start < agents.length; start += agentsAtOnce) {
    const some = agents.slice(start, start + agentsAtOnce);
    await put('/api/tier-queues/desk', { agents: over(some, desk['agents'], 'agentId') });
  }
  await put('/api/routing/categories', { categories: over(categories, catalogue['categories'], 'category') });
  await untilRoutingKnows(api, by, queues);
};
