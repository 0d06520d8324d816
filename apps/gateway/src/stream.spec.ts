import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { startGateway } from './testing/surroundings.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;
const open = new Set<ServerResponse>();
let lastEventId: string | undefined;

beforeEach(async () => {
  gateway = await startGateway({
    NOTIFICATIONS_URL: (request, response) => {
      if (!request.url!.startsWith('/stream')) return void response.end('{}');
      lastEventId = request.headers['last-event-id'] as string | undefined;
      if (lastEventId === '0')
        return void response.writeHead(410, { 'content-type': 'application/problem+json' }).end('{"code":"gone"}');
      response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' }).write('event: hello\n\n');
      open.add(response);
      response.on('close', () => open.delete(response));
    },
  });
});
afterEach(() => gateway.stop());

const connect = async (headers: Record<string, string> = {}) => {
  const abort = new AbortController();
  const response = await fetch(`${gateway.address}/api/notifications/stream`, { headers, signal: abort.signal });
  const reader = response.body!.getReader();
  const next = async () => new TextDecoder().decode((await reader.read()).value);
  return { response, next, abort };
};

it('passes each event on as it comes, and longer than an answer may take', async () => {
  const stream = await connect({ 'last-event-id': '42' });
  expect(await stream.next()).toBe('event: hello\n\n');
  expect(stream.response.headers.get('content-type')).toBe('text/event-stream');
  expect(lastEventId).toBe('42');
  // The gateway under test lets a service take one second.
  await sleep(2_500);
  for (const response of open) response.write('event: late\n\n');
  expect(await stream.next()).toBe('event: late\n\n');
  stream.abort.abort();
});

it('lets the service know when the reader goes', async () => {
  const stream = await connect();
  await stream.next();
  expect(open.size).toBe(1);
  stream.abort.abort();
  for (let tries = 0; open.size > 0 && tries < 100; tries += 1) await sleep(20);
  expect(open.size).toBe(0);
});

it('passes a refusal on whole', async () => {
  const { response, next } = await connect({ 'last-event-id': '0' });
  expect([response.status, await next()]).toEqual([410, '{"code":"gone"}']);
});

it('serves other requests while more streams are open than answers have connections', async () => {
  const streams = await Promise.all(Array.from({ length: 140 }, () => connect()));
  expect(open.size).toBe(140);
  expect((await fetch(`${gateway.address}/api/notifications/presence`)).status).toBe(200);
  for (const { abort } of streams) abort.abort();
});

it('stops without waiting for streams', async () => {
  const stream = await connect();
  await stream.next();
  const began = Date.now();
  const ended = stream.next().then(
    (rest) => rest,
    () => 'cut',
  );
  await gateway.stop();
  expect(Date.now() - began).toBeLessThan(3_000);
  expect(['', 'cut']).toContain(await ended);
});
