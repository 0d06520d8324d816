import type { IncomingHttpHeaders } from 'node:http';
import httpProxy, { type FastifyHttpProxyOptions } from '@fastify/http-proxy';
import { GatewayTimeoutException, BadGatewayException, NotFoundException } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { bodyLimit } from '@tierline/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Upstream } from './config.ts';

/** Headers between two neighbours (RFC 9110, 7.6.1); they must not travel on. */
const hopByHop = ['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'upgrade'];

const withoutHops = (headers: IncomingHttpHeaders): IncomingHttpHeaders => {
  const kept = { ...headers };
  for (const name of [...hopByHop, 'proxy-connection', 'transfer-encoding']) delete kept[name];
  return kept;
};

const codeOf = (error: unknown): string => {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return cause ? codeOf(cause) : String(code);
};

const tooSlow = ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT'];

const failureOf = (name: string, error: Error) =>
  tooSlow.includes(codeOf(error))
    ? new GatewayTimeoutException(
        `${name} did not answer in time. The request may have been done: look, or send it again with its Idempotency-Key.`,
        { cause: error },
      )
    : new BadGatewayException(`${name} cannot be reached now. Try again.`, { cause: error });

/** A connection that its other end closed while it was idle: asking once more is right where it changes nothing. */
const isStale = (error: unknown): boolean => ['UND_ERR_SOCKET', 'ECONNRESET'].includes(codeOf(error));

type Retry = { err: Error | null; req: { method: string }; attempt: number };

const retryDelay = ({ err, req, attempt }: Retry): number | null =>
  attempt === 0 && err && isStale(err) && ['GET', 'HEAD'].includes(req.method) ? 5 : null;

const forwarded = ({ id, ip, protocol, host }: Pick<FastifyRequest, 'id' | 'ip' | 'protocol' | 'host'>) => ({
  'x-correlation-id': id,
  'x-forwarded-for': ip,
  'x-forwarded-proto': protocol,
  'x-forwarded-host': host,
});

/** What a service tells its operators is not for the outside. */
const refuseOperations = (request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void => {
  const path = (request.params as { '*'?: string })['*'] ?? '';
  const [first] = path.replace(/^\/+/, '').split('/');
  done(
    first === 'metrics' || first === 'health'
      ? new NotFoundException(`Cannot ${request.method} ${request.url}`)
      : undefined,
  );
};

type Proxied = Parameters<FastifyReply['from']>[1];

/** Sends the body on as it came, byte by byte. */
const sendOn = (request: FastifyRequest, reply: FastifyReply, destination: string, options: Proxied) => {
  const { body } = request;
  if (!Buffer.isBuffer(body)) return reply.from(destination, options);
  const contentType = request.headers['content-type'] ?? 'application/octet-stream';
  return reply.from(destination, { ...options, body, contentType });
};

const optionsFor = ({ name, url }: Upstream, timeoutSeconds: number): FastifyHttpProxyOptions => ({
  upstream: url,
  prefix: `/api/${name}`,
  rewritePrefix: '',
  disableRequestLogging: true,
  proxyPayloads: false,
  preHandler: refuseOperations,
  handler: sendOn,
  destroyAgent: true,
  undici: {
    connections: 128,
    pipelining: 1,
    headersTimeout: timeoutSeconds * 1_000,
    bodyTimeout: timeoutSeconds * 1_000,
    connect: { timeout: 3_000 },
  },
  replyOptions: {
    retryDelay,
    rewriteRequestHeaders: (request, headers) => ({
      ...withoutHops(headers),
      ...forwarded(request),
    }),
    rewriteHeaders: (headers) => withoutHops(headers),
    onError: (reply, { error }) => void reply.send(failureOf(name, error)),
  },
});

/** Passes `/api/<service>/…` on to that service, as `/…`. */
export const proxyServices = async (
  app: NestFastifyApplication,
  upstreams: readonly Upstream[],
  timeoutSeconds: number,
): Promise<void> => {
  await app.register(async (scope: FastifyInstance) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => done(null, body));
    for (const upstream of upstreams) await scope.register(httpProxy, optionsFor(upstream, timeoutSeconds));
  });
};
