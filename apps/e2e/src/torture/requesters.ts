import { setTimeout as sleep } from 'node:timers/promises';
import type { Working } from './acting.ts';
import type { Wish } from './client.ts';
import { desk } from './desk.ts';

const kept = 12;

/** What a requester says about an own ticket, and how. */
const sayings = {
  replies: { text: 'It happened again just now.' },
  confirm: {},
  reject: { reason: 'It still does not work.' },
} as const;

/** A requester: opens tickets, writes to the desk, and says whether it works now. */
export const workAsRequester = async (working: Working, person: string): Promise<void> => {
  const { client, chance, tenant, isOver } = working;
  const own: string[] = [];
  const ask = (wish: Pick<Wish, 'kind' | 'command' | 'path' | 'body' | 'ticket'>) =>
    client.ask({ tenant, person, role: 'requester', service: 'intake', ...wish });
  const open = async () => {
    const body = {
      subject: `Something is broken (${chance.between(1, 999)})`,
      description: 'It stops with an error since this morning.',
      urgency: chance.pick(['low', 'medium', 'high']),
      impact: chance.pick(['low', 'medium', 'high']),
      ...(chance.happens(0.6) ? { category: chance.pick(desk.categories).category } : {}),
    };
    const answer = await ask({ kind: 'open', command: 'open', path: 'tickets', body });
    if (answer?.body.id !== undefined) own.push(answer.body.id);
    if (own.length > kept) own.shift();
  };
  const say = async () => {
    const ticket = chance.pick(own);
    const verb = chance.weighed({ replies: 2, confirm: 3, reject: 1 });
    await ask({ kind: 'command', command: verb, ticket, path: `tickets/${ticket}/${verb}`, body: sayings[verb] });
  };
  while (!isOver()) {
    await sleep(chance.between(400, 1_500));
    await (own.length === 0 || chance.happens(0.65) ? open() : say());
  }
};
