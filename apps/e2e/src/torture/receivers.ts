import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { findFreePort } from '@tierline/local';
import type { Chance } from './chance.ts';
import { lastIds } from './last-ids.ts';
import type { RunFolder } from './run-folder.ts';

export const manners = ['healthy', 'flaky', 'dead'] as const;
export type Manner = (typeof manners)[number];

/** Where the webhooks of a run go: to one who takes everything, one who often does not, and one who is not there. */
export type Receivers = {
  urlOf(tenant: string, manner: Manner): string;
  /** Whether the healthy one of the tenant got an event about the ticket, of the last ones. */
  heardOf(ticket: string): boolean;
  count(): number;
  /** From now on the one that often refuses takes everything, too: what waits for it goes out. */
  calm(): void;
  stop(): Promise<void>;
};

type Event = { id: string; type: string; subject: string; sequence: number | string };

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

export const startReceivers = async (folder: RunFolder, chance: Chance): Promise<Receivers> => {
  const heard = lastIds(20_000);
  let count = 0;
  let isCalm = false;
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, tenant = '', manner = ''] = (request.url ?? '').split('/');
    const event = JSON.parse(await bodyOf(request)) as Event;
    const isDifficult = manner === 'flaky' && !isCalm;
    const refuses = isDifficult && chance.happens(0.25);
    // Some answers are lost after it was taken.
    const hangs = isDifficult && chance.happens(0.01);
    const status = refuses ? 500 : 204;
    count += 1;
    if (manner === 'healthy') heard.add(event.subject);
    folder.webhooks.add({
      at: new Date().toISOString(),
      tenant,
      endpoint: `${tenant}/${manner}`,
      webhookId: String(request.headers['webhook-id']),
      eventId: event.id,
      type: event.type,
      ticket: event.subject,
      sequence: Number(event.sequence),
      status,
    });
    if (!hangs) response.writeHead(status).end();
  };
  const server = createServer((request, response) => {
    receive(request, response).catch(() => request.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const nobody = await findFreePort();
  return {
    urlOf: (tenant, manner) => `http://127.0.0.1:${manner === 'dead' ? nobody : port}/${tenant}/${manner}`,
    heardOf: (ticket) => heard.has(ticket),
    count: () => count,
    calm: () => void (isCalm = true),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
