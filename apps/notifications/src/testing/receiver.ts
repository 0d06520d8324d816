import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call as a target saw it. */
export type Call = {
  id: string;
  at: number;
  headers: IncomingMessage['headers'];
  body: string;
  event: { type: string; subject: string };
};

/** A target of webhooks for specs: a real HTTP server that keeps what it got and answers as told. */
export type Receiver = { url: string; calls: Call[]; stop(): Promise<void> };

export type Answer = (call: Call, response: ServerResponse, earlier: number) => void;

const textOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
};

/** Answers with this status. */
export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_call, response) =>
    response.writeHead(code, headers).end();

/** Starts a receiver on 127.0.0.1; `answer` may be changed by what it closes over. */
export const startReceiver = async (answer: Answer = status(204)): Promise<Receiver> => {
  const calls: Call[] = [];
  const server: Server = createServer((request, response) => {
    void textOf(request).then((body) => {
      const call = {
        id: String(request.headers['webhook-id']),
        at: Date.now(),
        headers: request.headers,
        body,
        event: JSON.parse(body) as Call['event'],
      };
      calls.push(call);
      answer(call, response, calls.length - 1);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    calls,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
