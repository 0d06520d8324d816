import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './chance.ts';
import type { Client } from './client.ts';
import { bulkTenant, programs } from './desk.ts';

/** What became of the tickets of the bulk. */
export type BulkTickets = {
  came(): void;
  left(): void;
  /** Whether so many more may be opened. */
  hasRoom(more: number): boolean;
  /** Whether agents may end one more. */
  isDue(): boolean;
};

/** Tickets that may wait for agents: beyond it programs open no more than agents end, as at a desk that keeps up. */
const mostForAgents = 4_000;
/**
 * Tickets that may be on the way to their queue: services that work in large chunks have enough to do, and a ticket
 * that is opened after a fault still arrives within a minute.
 */
const mostUnderWay = 10_000;

/** Counts the tickets of which agents end a share; `queued` says how many have found a queue so far. */
export const countBulk = (share: number, queued: () => number): BulkTickets => {
  let [opened, ended] = [0, 0];
  const forAgents = () => opened * share - ended;
  return {
    came: () => void (opened += 1),
    left: () => void (ended += 1),
    hasRoom: (more) => forAgents() + more * share < mostForAgents && opened + more - queued() < mostUnderWay,
    isDue: () => share === 1 || forAgents() >= 1,
  };
};

type Bulk = { client: Client; chance: Chance; isOver: () => boolean; tickets: BulkTickets };

/** Requests that may be without an answer at once: what would go beyond is left out, and the rate not reached. */
const mostAtOnce = 400;
/** Milliseconds between two handfuls. */
const step = 50;

const ticketOf = (number: number) => ({
  subject: `Disk ${number} is nearly full`,
  description: 'The monitoring found it above 90 %.',
  urgency: 'low',
  impact: 'low',
});

/** Programs that open so many tickets each second; resolves when the last of them got an answer or gave up. */
export const openInBulk = async ({ client, chance, isOver, tickets }: Bulk, rate: number): Promise<void> => {
  const asked = new Set<Promise<unknown>>();
  const ask = (number: number) =>
    client.ask({
      tenant: bulkTenant,
      person: chance.pick(programs),
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
      if (asked.size >= mostAtOnce || !tickets.hasRoom(asked.size)) continue;
      opened += 1;
      const answer = ask(opened)
        .then((told) => told !== undefined && told.status < 300 && tickets.came())
        .finally(() => asked.delete(answer));
      asked.add(answer);
    }
  }
  await Promise.all(asked);
};
