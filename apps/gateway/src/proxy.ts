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

/** The streams that are open; a stop ends them, since they would not end by themselves. */
class OpenStreams {
  private readonly replies = new Set<FastifyReply['raw']>();

  /** Passes a stream on until one of its ends goes. */
  readonly pass = (_request: FastifyRequest, reply: FastifyReply, destination: string, options: Proxied) => {
    const { raw } = reply;
    this.replies.add(raw);
    raw.once('close', () => this.replies.delete(raw));
    return reply.from(destination, options);
  };

  /** Cuts all; readers connect again, to another gateway, from where they were. */
  cut(): void {
    for (const reply of this.replies) reply.destroy();
  }
}

/** Sends the body on as it came, byte by byte. */
const sendOn = (request: FastifyRequest, reply: FastifyReply, destination: string, options: Proxied) => {
  const { body } = request;
  if (!Buffer.isBuffer(body)) return reply.from(destination, options);
  const contentType = request.headers['content-type'] ?? 'application/octet-stream';
  return reply.from(destination, { ...options, body, contentType });
};

type Passage = {
  readonly upstream: Upstream;
  readonly path: string;
  readonly undici: FastifyHttpProxyOptions['undici'];
  readonly handler: FastifyHttpProxyOptions['handler'];
};

const optionsFor = ({ upstream: { name, url }, path, undici, handler }: Passage): FastifyHttpProxyOptions => ({
  upstream: url,
  prefix: `/api/${name}${path}`,
  rewritePrefix: path,
  disableRequestLogging: true,
  proxyPayloads: false,
  preHandler: refuseOperations,
  handler,
  destroyAgent: true,
  undici,
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

const connect = { timeout: 3_000 };

/** Passes `/api/<service>/…` on to that service, as `/…`; streams as they come, for as long as they last. */
export const proxyServices = async (
  app: NestFastifyApplication,
  upstreams: readonly Upstream[],
  timeoutSeconds: number,
): Promise<void> => {
  await app.register(async (scope: FastifyInstance) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => done(null, body));
    const headersTimeout = timeoutSeconds * 1_000;
    const answers = { connections: 128, pipelining: 1, headersTimeout, bodyTimeout: headersTimeout, connect };
    // A stream holds its connection for hours: it must neither use up those of the answers nor be taken for a slow one.
    const open = new OpenStreams();
    scope.addHook('preClose', (done) => {
      open.cut();
      done();
    });
    const streams = { connections: null, pipelining: 1, headersTimeout, bodyTimeout: 0, connect };
    for (const upstream of upstreams)
      await scope.register(httpProxy, optionsFor({ upstream, path: '', undici: answers, handler: sendOn }));
    for (const upstream of upstreams.filter(({ name }) => name === 'notifications'))
      await scope.register(httpProxy, optionsFor({ upstream, path: '/stream', undici: streams, handler: open.pass }));
  });
};
