import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './chance.ts';
import type { Client } from './client.ts';
import { bulkTenant } from './desk.ts';

type Bulk = { client: Client; chance: Chance; isOver: () => boolean };

/** Requests that may be without an answer at once: what would go beyond is left out, and the rate not reached. */
const mostAtOnce = 400;
const programs = 20;
/** Milliseconds between two handfuls. */
const step = 50;

const ticketOf = (number: number) => ({
  subject: `Disk ${number} is nearly full`,
  description: 'The monitoring found it above 90 %.',
  urgency: 'low',
  impact: 'low',
});

/** Programs that open so many tickets each second; resolves when the last of them got an answer or gave up. */
export const openInBulk = async ({ client, chance, isOver }: Bulk, rate: number): Promise<void> => {
  const asked = new Set<Promise<unknown>>();
  const ask = (number: number) =>
    client.ask({
      tenant: bulkTenant,
      person: `program-${chance.between(1, programs)}`,
      role: 'requester',
      kind: 'open',
      command: 'open',
      service: 'intake',
      path: 'tickets',
      body: ticketOf(number),
    });
  let due = 0;
  let opened = 0;
  for (let last = performance.now(); !isOver(); await sleep(step)) {
    const now = performance.now();
    due += ((now - last) / 1_000) * rate;
    last = now;
    for (; due >= 1; due -= 1) {
      if (asked.size >= mostAtOnce) continue;
      opened += 1;
      const answer = ask(opened).finally(() => asked.delete(answer));
      asked.add(answer);
    }
  }
  await Promise.all(asked);
};
