import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './chance.ts';
import type { Answer, Client, Wish } from './client.ts';
import type { Tap } from './tap.ts';

/** What an agent knows of a ticket: the last answer that he or she got. */
export type Held = { id: string; state: string; queue: string };
export type Step = { command: string; body: object };
export type Who = Pick<Wish, 'person' | 'role'>;

/** Decides for every team. */
export const lead: Who = { person: 'lea', role: 'lead' };

/** What agents of a tenant tell each other beside the desk: tickets that somebody handed up, the newest last. */
export type Floor = { readonly handedUp: { readonly ticket: string; readonly by: string }[] };

export type Working = {
  client: Client;
  tap: Tap;
  chance: Chance;
  tenant: string;
  floor: Floor;
  isOver: () => boolean;
};

/** What one agent can do; `act` speaks for him or her, unless it names somebody else. */
export type Acting = Pick<Working, 'chance' | 'floor'> & {
  readonly me: string;
  readonly act: (ticket: string, step: Step, who?: Who) => Promise<Answer | undefined>;
  readonly claimNext: () => Promise<Answer | undefined>;
  /** The same with each of these tickets; gives what was answered of the first. */
  readonly actOnEach: (tickets: readonly string[], step: Step) => Promise<Answer | undefined>;
  /** A lead has waiting tickets routed again. */
  readonly reroute: (wanted: object) => Promise<Answer | undefined>;
  /** Whether the ticket waits in a queue, as far as one hears. */
  readonly waits: (ticket: string) => boolean;
  /** Some tickets that wait in a queue, and are not this one. */
  readonly others: (ticket: string, most: number) => readonly string[];
  /** What the agent holds after the answer: nothing where it was refused, or the ticket is with nobody or another. */
  readonly held: (answer: Answer | undefined) => Held | undefined;
  /** Thinks for up to so many milliseconds. */
  readonly think: (most: number) => Promise<void>;
};

const heldAfter = (answer: Answer | undefined, person: string): Held | undefined => {
  if (!answer || answer.status >= 300) return undefined;
  const told = answer.body.ticket ?? answer.body;
  if (!told.id || !told.state || told.owner !== person) return undefined;
  return { id: told.id, state: told.state, queue: told.queue ?? '' };
};

export const actingAs = ({ client, tap, chance, tenant, floor }: Working, me: string): Acting => {
  const self: Who = { person: me, role: 'agent' };
  const ask = (who: Who, wish: Pick<Wish, 'kind' | 'command' | 'path' | 'body' | 'ticket'>) =>
    client.ask({ tenant, service: 'tier-queues', ...who, ...wish });
  const kindOf = (command: string) => (command === 'claim' ? 'claim' : 'command');
  return {
    chance,
    floor,
    me,
    act: (ticket, { command, body }, who = self) =>
      ask(who, { kind: kindOf(command), command, ticket, path: `tickets/${ticket}/${command}`, body }),
    actOnEach: async (tickets, { command, body }) => {
      const wanted = { tickets: tickets.map((id) => ({ id })), act: { type: command, ...body } };
      const wish = { kind: kindOf(command), command: `bulk ${command}`, path: 'tickets/bulk' } as const;
      const answer = await ask(self, { ...wish, body: wanted });
      const [first] = answer?.body.tickets ?? [];
      return first?.done && first.ticket ? { status: 200, body: first.ticket } : undefined;
    },
    claimNext: () => ask(self, { kind: 'claim', command: 'claim-next', path: 'claim-next', body: {} }),
    reroute: (wanted) =>
      ask(lead, {
        kind: 'command',
        command: 'reroute',
        path: 'reroute',
        body: { ...wanted, reason: 'The rules changed.' },
      }),
    waits: (ticket) => tap.waiting(tenant).includes(ticket),
    others: (ticket, most) => {
      const waiting = tap.waiting(tenant).filter((id) => id !== ticket);
      const from = Math.max(0, waiting.length - chance.between(most, 20));
      return waiting.slice(from, from + most);
    },
    held: (answer) => heldAfter(answer, me),
    think: (most) => sleep(chance.between(40, most)),
  };
};
