import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './chance.ts';
import type { BulkTickets } from './bulk.ts';
import type { Client, Wish } from './client.ts';
import { bulkAgents, bulkTenant } from './desk.ts';
import type { Tap } from './tap.ts';

type Work = { client: Client; tap: Tap; chance: Chance; isOver: () => boolean; tickets: BulkTickets };

/** Of who finds nothing to do. */
const pause = { least: 200, most: 600 };
/** Tickets that one who works without a pause ends each second on a busy machine, and a little less. */
const pace = 3;

type Asked = Pick<Wish, 'kind' | 'command' | 'path' | 'body' | 'ticket' | 'person' | 'role'>;
const ask = ({ client }: Work, wish: Asked) => client.ask({ tenant: bulkTenant, service: 'tier-queues', ...wish });

const endings = {
  resolve: { code: 'solved', solution: 'Deleted old files.' },
  cancel: { reason: 'It was found twice.' },
  release: {},
} as const;

const end = async (work: Work, who: Pick<Wish, 'person' | 'role'>, ticket: string, command: keyof typeof endings) => {
  const path = `tickets/${ticket}/${command}`;
  const answer = await ask(work, { ...who, kind: 'command', command, ticket, path, body: endings[command] });
  if (command !== 'release' && answer !== undefined && answer.status < 300) work.tickets.left();
};

/** Takes the next ticket and ends it, mostly; false when there was none. */
const workOn = async (work: Work, person: string): Promise<boolean> => {
  const who = { person, role: 'agent' } as const;
  const taken = await ask(work, { ...who, kind: 'claim', command: 'claim-next', path: 'claim-next', body: {} });
  const ticket = taken !== undefined && taken.status < 300 ? taken.body.ticket?.id : undefined;
  if (ticket === undefined) return false;
  await end(work, who, ticket, work.chance.weighed({ resolve: 90, cancel: 7, release: 3 }));
  return true;
};

/** A lead ends one that waits and that somebody may be taking just then; false when none waits. */
const sweep = async (work: Work): Promise<boolean> => {
  const waiting = work.tap.waiting(bulkTenant);
  if (waiting.length === 0) return false;
  await end(work, { person: 'lea', role: 'lead' }, work.chance.pick(waiting), 'cancel');
  return true;
};

/** One who ends tickets as long as some of those that agents end are left. */
const work = async (own: Work, person: string): Promise<void> => {
  while (!own.isOver()) {
    const found = own.tickets.isDue() && (await (own.chance.happens(0.3) ? sweep(own) : workOn(own, person)));
    if (!found) await sleep(own.chance.between(pause.least, pause.most));
  }
};

/** Agents who try to keep pace with programs of whose tickets they end so many each second. */
export const endInBulk = async (all: Work, rate: number): Promise<void> => {
  const workers = Array.from({ length: Math.ceil(rate / pace) }, (_, index) => {
    const { agentId } = bulkAgents[index % bulkAgents.length]!;
    return work({ ...all, chance: all.chance.fork(String(index)) }, agentId);
  });
  await Promise.all(workers);
};
