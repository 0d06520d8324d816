import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { StandardSchemaValidationPipe, type ArgumentMetadata, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { TokenVerifier } from '@tierline/auth';
import { withCorrelation } from '@tierline/messaging';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { withAnswers } from './answers.ts';
import type { DoorConfig } from './config.ts';
import { DoorGuard } from './door.ts';
import type { Figures } from './figures.ts';
import { nestLog } from './logs.ts';
import { InvalidInput, ProblemFilter } from './problems.ts';
import { withRefusals } from './refusals.ts';

/** Largest request body, in bytes. */
export const bodyLimit = 1_024 * 1_024;

const correlationPattern = /^[\w.:-]{8,80}$/;

type Issue = { message: string; path?: readonly (PropertyKey | { key: PropertyKey })[]; keys?: readonly string[] };

const pathOf = (path: Issue['path']) =>
  (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');

/** The fields that a schema refused; an unknown key is named itself. */
export const fieldsOf = (issues: readonly Issue[]) =>
  issues.flatMap(({ message, path, keys }) => {
    const at = pathOf(path);
    if (keys) return keys.map((key) => ({ path: at ? `${at}.${key}` : key, message: 'is not a known field' }));
    return [{ path: at, message }];
  });

/** Validates bodies, queries and parameters against their schemas; names each field that is refused. */
class InputPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: (issues) => new InvalidInput(fieldsOf(issues)) });
  }

  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    try {
      return await super.transform(value, metadata);
    } catch (error) {
      if (!(error instanceof InvalidInput) || !metadata.data) throw error;
      // A single parameter has no path of its own: its name is where it stands.
      const name = metadata.data;
      throw new InvalidInput(
        error.fields.map(({ path, message }) => ({ path: path ? `${name}.${path}` : name, message })),
      );
    }
  }
}

type HttpParts = { name: string; config: DoorConfig; log: Logger; figures: Figures; module: DynamicModule | Type };

/** Watches connections on which nothing was asked yet; the answer drops them, since a stop would wait for them long. */
const watchSilent = (server: Server): (() => void) => {
  const silent = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', ({ socket }) => silent.delete(socket));
  return () => silent.forEach((socket) => void socket.destroy());
};

/** The Nest application of a service with all that its routes share: door, problems, validation, logs, figures. */
export const createHttpApp = async (parts: HttpParts): Promise<NestFastifyApplication> => {
  const { config, log, figures, module } = parts;
  const adapter = new FastifyAdapter({
    bodyLimit,
    genReqId: (request: { headers: Record<string, unknown> }) => {
      const sent = request.headers['x-correlation-id'];
      return typeof sent === 'string' && correlationPattern.test(sent) ? sent : uuidv7();
    },
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: nestLog(log),
    abortOnError: false,
  });
  const fastify = app.getHttpAdapter().getInstance();
  let closing = false;
  const dropSilent = watchSilent(fastify.server);
  fastify.addHook('preClose', (done) => {
    closing = true;
    dropSilent();
    done();
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    // A connection kept alive would hold up the stop until its client lets go.
    if (closing) reply.header('connection', 'close');
    done();
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-correlation-id', request.id);
    done();
  });
  fastify.addHook('preHandler', (request, _reply, done) => {
    const traceparent = request.headers.traceparent;
    withCorrelation(
      {
        correlationId: request.id,
        causationId: null,
        traceparent: typeof traceparent === 'string' ? traceparent : null,
      },
      done,
    );
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    figures.request(request.method, route, reply.statusCode, reply.elapsedTime / 1_000);
    const quiet = route.startsWith('/health') || route === '/metrics';
    log[quiet ? 'debug' : 'info'](
      {
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        correlationId: request.id,
      },
      'answered',
    );
    done();
  });
  app.useGlobalFilters(new ProblemFilter(log));
  app.useGlobalGuards(
    new DoorGuard(
      new TokenVerifier({
        issuer: config.AUTH_ISSUER,
        audience: config.AUTH_AUDIENCE,
        jwksUrl: config.AUTH_JWKS_URL,
        algorithms: config.AUTH_ALGORITHMS,
      }),
    ),
  );
  app.useGlobalPipes(new InputPipe());
  return app;
};

/** Serves the OpenAPI document of the app's own routes. */
export const serveOpenApi = (app: NestFastifyApplication, name: string): void => {
  const options = new DocumentBuilder()
    .setTitle(`Tierline ${name}`)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .addSecurityRequirements('bearer')
    .addServer(`/api/${name}`, 'through the gateway')
    .addServer('/', 'directly')
    .build();
  const document = JSON.stringify(withAnswers(withRefusals(SwaggerModule.createDocument(app, options))));
  app
    .getHttpAdapter()
    .getInstance()
    .get('/openapi.json', (_request, reply) => reply.header('content-type', 'application/json').send(document));
};
