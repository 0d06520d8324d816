import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './chance.ts';
import type { Client, Wish } from './client.ts';
import { bulkAgents, bulkTenant } from './desk.ts';

type Work = { client: Client; chance: Chance; isOver: () => boolean };

/** Of tickets that an agent took in vain. */
const pause = { least: 200, most: 600 };
/** Tickets that one who works without a pause finishes each second on a busy machine, and a little less. */
const pace = 3;

const wishOf = (person: string, wish: Pick<Wish, 'kind' | 'command' | 'path' | 'body' | 'ticket'>): Wish => ({
  tenant: bulkTenant,
  person,
  role: 'agent',
  service: 'tier-queues',
  ...wish,
});

const endings = {
  resolve: { code: 'solved', solution: 'Deleted old files.' },
  cancel: { reason: 'It was found twice.' },
  release: {},
} as const;

/** Takes the next ticket and ends it, mostly. */
const work = async ({ client, chance }: Work, person: string): Promise<void> => {
  const taken = await client.ask(
    wishOf(person, { kind: 'claim', command: 'claim-next', path: 'claim-next', body: {} }),
  );
  const ticket = taken !== undefined && taken.status < 300 ? taken.body.ticket?.id : undefined;
  if (ticket === undefined) return sleep(chance.between(pause.least, pause.most));
  const command = chance.weighed({ resolve: 85, cancel: 12, release: 3 });
  const path = `tickets/${ticket}/${command}`;
  await client.ask(wishOf(person, { kind: 'command', command, ticket, path, body: endings[command] }));
};

/** Agents who keep pace with programs that open so many tickets each second: what is open must not pile up. */
export const workInBulk = async ({ client, chance, isOver }: Work, rate: number): Promise<void> => {
  const workers = Array.from({ length: Math.max(1, Math.ceil(rate / pace)) }, async (_, index) => {
    const own = { client, chance: chance.fork(String(index)), isOver };
    const { agentId } = bulkAgents[index % bulkAgents.length]!;
    while (!isOver()) await work(own, agentId);
  });
  await Promise.all(workers);
};
