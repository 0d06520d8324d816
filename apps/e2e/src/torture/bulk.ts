import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './chance.ts';
import type { Client } from './client.ts';
import { bulkTenant } from './desk.ts';

/** How many tickets of the bulk are open. */
export type OpenTickets = { came: () => void; left: () => void; count: () => number };
export const countOpen = (): OpenTickets => {
  let open = 0;
  return { came: () => void (open += 1), left: () => void (open -= 1), count: () => open };
};

type Bulk = { client: Client; chance: Chance; isOver: () => boolean; open: OpenTickets };

/** Tickets that may be open at once: beyond it programs open no more than agents end, as at a desk that keeps up. */
const mostOpen = 4_000;

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
export const openInBulk = async ({ client, chance, isOver, open }: Bulk, rate: number): Promise<void> => {
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
      if (asked.size >= mostAtOnce || open.count() + asked.size >= mostOpen) continue;
      opened += 1;
      const answer = ask(opened)
        .then((told) => told !== undefined && told.status < 300 && open.came())
        .finally(() => asked.delete(answer));
      asked.add(answer);
    }
  }
  await Promise.all(asked);
};
