import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './chance.ts';
import type { Answer, Client, Wish } from './client.ts';
import { handover, higherTier, otherQueue, tierOf, type Agent } from './desk.ts';
import type { Tap } from './tap.ts';

/** What an agent knows of a ticket: the last answer that he or she got. */
type Held = { id: string; state: string; queue: string };
type Step = { command: string; body: object };

export type Working = { client: Client; tap: Tap; chance: Chance; tenant: string; isOver: () => boolean };

const secondsFromNow = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();

const escalation = ({ queue }: Held): Step | undefined => {
  const tier = higherTier(tierOf(queue) ?? '');
  return tier === undefined
    ? undefined
    : { command: 'escalate', body: { tier, reason: 'It needs more than we know here.', handover } };
};
const transferral = ({ queue }: Held): Step | undefined => {
  const other = otherQueue(queue);
  return other === undefined ? undefined : { command: 'transfer', body: { queue: other, reason: 'It belongs there.' } };
};

const resolution: Step = { command: 'resolve', body: { code: 'solved', solution: 'Renewed the certificate.' } };

/** What may be done next with a ticket of one's own, by how often it is. */
const stepsFor = (held: Held, chance: Chance): Step | undefined => {
  if (held.state === 'PENDING') return { command: 'resume', body: {} };
  if (held.state === 'RESOLVED')
    return chance.happens(0.12) ? { command: 'reopen', body: { reason: 'It came back.' } } : undefined;
  if (held.state === 'ASSIGNED' && chance.happens(0.4)) return { command: 'start', body: {} };
  const name = chance.weighed({
    reply: 3,
    note: 2,
    hold: 1,
    transfer: 0.8,
    escalate: 1.6,
    return: 0.6,
    release: 0.4,
    resolve: 3.2,
    cancel: 0.2,
  });
  switch (name) {
    case 'reply':
      return { command: 'reply', body: { text: 'We are at it.' } };
    case 'note':
      return { command: 'note', body: { text: 'Looked at the log.' } };
    case 'hold':
      return { command: 'hold', body: { reason: 'VENDOR', until: secondsFromNow(chance.between(2, 9)) } };
    case 'transfer':
      return transferral(held) ?? resolution;
    case 'escalate':
      return escalation(held) ?? resolution;
    case 'return':
      return { command: 'return', body: { reason: 'Something is missing.', missing: 'evidence' } };
    case 'release':
      return { command: 'release', body: {} };
    case 'cancel':
      return { command: 'cancel', body: { reason: 'Opened by mistake.' } };
    case 'resolve':
      return resolution;
  }
};

const heldAfter = ({ status, body }: Answer, person: string): Held | undefined => {
  const told = body.ticket ?? body;
  if (status >= 300 || !told.id || !told.state || told.owner !== person) return undefined;
  return { id: told.id, state: told.state, queue: told.queue ?? '' };
};

/** An agent at work: takes tickets, sometimes the very one that others want too, and does something with each. */
export const workAsAgent = async (working: Working, { agentId }: Agent): Promise<void> => {
  const { client, tap, chance, tenant, isOver } = working;
  const desk = { tenant, person: agentId, role: 'agent', service: 'tier-queues' } as const;
  const ask = (wish: Pick<Wish, 'kind' | 'command' | 'path' | 'body' | 'ticket'>) => client.ask({ ...desk, ...wish });
  const act = (ticket: string, { command, body }: Step) => {
    const kind = command === 'claim' ? 'claim' : 'command';
    return ask({ kind, command, ticket, path: `tickets/${ticket}/${command}`, body });
  };
  const take = async (): Promise<Held | undefined> => {
    const waiting = tap.waiting(tenant).slice(-4);
    const contested = waiting.length > 0 && chance.happens(0.35);
    const answer = contested
      ? await act(chance.pick(waiting), { command: 'claim', body: {} })
      : await ask({ kind: 'claim', command: 'claim-next', path: 'claim-next', body: {} });
    return answer && heldAfter(answer, agentId);
  };
  while (!isOver()) {
    await sleep(chance.between(80, 500));
    let held = await take();
    // Nothing waits: no need to ask ten times a second.
    if (!held) await sleep(chance.between(200, 600));
    for (let step = 0; held && step < 6 && !isOver(); step += 1) {
      const wanted = stepsFor(held, chance);
      if (!wanted) break;
      await sleep(chance.between(40, 400));
      const answer = await act(held.id, wanted);
      held = answer && heldAfter(answer, agentId);
    }
  }
};
