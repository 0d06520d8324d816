import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { openApi, type Api } from './api.ts';
import type { Person } from './step.ts';

type Answering = (request: IncomingMessage, response: ServerResponse) => void;

const ana: Person = { id: 'Zoë', name: 'Zoë', roles: ['agent'] };
const request = { method: 'POST', path: '/api/x', by: ana, body: { a: 1 }, key: 'k' } as const;
const ok: Answering = (_, response) => response.end('{"id":"1"}');
const status =
  (code: number, body = '', headers = {}): Answering =>
  (_, response) =>
    response.writeHead(code, headers).end(body);

describe('the public API', () => {
  let server: Server;
  let folder: string;
  let api: Api;
  let answers: Answering[];
  let seen: { key: unknown; token: string }[];

  beforeEach(async () => {
    seen = [];
    folder = await mkdtemp(join(tmpdir(), 'replay-'));
    server = createServer((incoming, response) => {
      const { 'idempotency-key': key, authorization = '' } = incoming.headers;
      seen.push({ key, token: authorization.slice('Bearer '.length) });
      incoming.resume().on('end', () => (answers.shift() ?? ok)(incoming, response));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    api = await openApi({ url, keyFile: join(folder, 'key.json'), tenant: 'log-1', connections: 2 });
  });

  afterEach(async () => {
    await api.close();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  it('is spoken to with a token of the person and tenant', async () => {
    answers = [ok];
    await expect(api.send(request)).resolves.toEqual({ id: '1' });
    expect(decodeJwt(seen[0]!.token)).toMatchObject({ sub: 'Zoë', tenant: 'log-1', roles: ['agent'] });
  });

  it.each([
    ['an answer 503', status(503)],
    ['an answer 502', status(502)],
    ['an answer 504', status(504)],
    ['an answer 429', status(429)],
    ['a connection that breaks', (({ socket }) => socket.destroy()) satisfies Answering],
  ])('is asked again after %s, with the same key', async (_, failure) => {
    answers = [failure, failure, ok];
    await expect(api.send(request)).resolves.toEqual({ id: '1' });
    expect(seen.map(({ key }) => key)).toEqual(['k', 'k', 'k']);
  });

  it('is not asked again after a refusal, which is passed on with its code', async () => {
    answers = [status(422, '{"code":"same_queue","detail":"It is there already."}')];
    await expect(api.send(request)).rejects.toMatchObject({
      status: 422,
      code: 'same_queue',
      message: 'same_queue: It is there already.',
    });
    expect(seen).toHaveLength(1);
  });

  it('may refuse in other words than problem+json', async () => {
    answers = [status(500, 'oh')];
    await expect(api.send(request)).rejects.toMatchObject({ status: 500, code: 'http_500' });
  });
});
