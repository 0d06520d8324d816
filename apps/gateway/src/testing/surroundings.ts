import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readConfig } from '@tierline/service';
import { config } from '../config.ts';
import { runGateway } from '../gateway.ts';

export const unreachable = 'http://127.0.0.1:9';

export const textOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
};

/** Tells what it was asked. */
export const echo: RequestListener = (request, response) =>
  void textOf(request).then((body) => {
    const { method, url, headers } = request;
    response
      .writeHead(method === 'DELETE' ? 409 : 200, {
        'content-type': 'application/json',
        'x-own': 'kept',
        'keep-alive': 'timeout=5',
      })
      .end(JSON.stringify({ method, url, headers, body }));
  });

/** Ready, with these metrics. */
export const healthy =
  (metrics: string): RequestListener =>
  (request, response) => {
    if (request.url === '/health/ready') response.writeHead(200).end('{"ready":true,"checks":{}}');
    else response.writeHead(200).end(metrics);
  };

/** Listeners that stand where services would be; those left out cannot be reached. */
export type Surroundings = Partial<
  Record<'INTAKE_URL' | 'ROUTING_URL' | 'TIER_QUEUES_URL' | 'NOTIFICATIONS_URL' | 'REPORTING_URL', RequestListener>
>;

const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const names = ['INTAKE_URL', 'ROUTING_URL', 'TIER_QUEUES_URL', 'NOTIFICATIONS_URL', 'REPORTING_URL'] as const;

/** Starts a gateway among these. */
export const startGateway = async (surroundings: Surroundings) => {
  const servers: Server[] = [];
  const urls: Record<string, string> = {};
  for (const name of names) {
    const listener = surroundings[name];
    const server = listener && createServer(listener);
    if (server) servers.push(server);
    urls[name] = server ? await listen(server) : unreachable;
  }
  const variables = {
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'fatal',
    AUTH_ISSUER: 'nobody',
    AUTH_JWKS_URL: unreachable,
  };
  const gateway = await runGateway(readConfig(config, { ...variables, SERVICE_TIMEOUT_SECONDS: '1', ...urls }));
  return {
    address: `http://127.0.0.1:${gateway.port}`,
    stop: async () => {
      await gateway.stop();
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
};
