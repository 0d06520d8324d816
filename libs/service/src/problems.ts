import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { InvalidToken, IssuerUnavailable } from '@tierline/auth';
import { DomainError, type Problem } from '@tierline/contracts';
import { isTransient } from '@tierline/persistence';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

type Field = { path: string; message: string };

/** Input that does not have its shape: each field is named. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';

  constructor(readonly fields: readonly Field[]) {
    super(fields.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; '));
  }
}

/** The caller's roles do not allow the action. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
}

type Answer = Omit<Problem, 'type' | 'correlationId'> & { retryAfterSeconds?: number; challenge?: boolean };

const ofRefusal = { absent: 404, conflict: 409, gone: 410, refused: 422, forbidden: 403 } as const;
const titles: Record<number, string> = {
  400: 'The request is not usable',
  401: 'Who are you?',
  403: 'Not allowed',
  404: 'Not there',
  405: 'Not this way',
  409: 'Conflict',
  410: 'Not there any more',
  413: 'Too large',
  415: 'Not this format',
  422: 'Refused by a rule',
  429: 'Too many requests',
  500: 'Our fault',
  502: 'A part does not answer',
  503: 'Not now',
  504: 'A part answers too late',
};

const codes: Record<number, string> = {
  400: 'request_malformed',
  404: 'route_absent',
  405: 'method_not_allowed',
  413: 'body_too_large',
  415: 'media_type_unsupported',
  429: 'too_many_requests',
  502: 'service_unreachable',
  503: 'not_now',
  504: 'service_too_slow',
};

const answerOf = (error: unknown): Answer => {
  if (error instanceof DomainError) return answer(ofRefusal[error.kind], error.code, error.message, error.extras);
  if (error instanceof InvalidInput) return answer(400, 'input_invalid', error.message, { fields: [...error.fields] });
  if (error instanceof InvalidToken) return { ...answer(401, error.code, error.message), challenge: true };
  if (error instanceof NotAllowed) return answer(403, 'not_allowed', error.message);
  if (error instanceof IssuerUnavailable)
    return { ...answer(503, 'issuer_unavailable', error.message), retryAfterSeconds: 2 };
  if (error instanceof HttpException) {
    const status = error.getStatus();
    return answer(status, codes[status] ?? `http_${status}`, error.message);
  }
  if (isTransient(error))
    return {
      ...answer(503, 'database_unavailable', 'The database does not answer now; nothing was stored. Try again.'),
      retryAfterSeconds: 2,
    };
  return answer(
    500,
    'internal',
    'Something unexpected went wrong; nothing was stored. The log has the correlation id.',
  );
};

const answer = (status: number, code: string, detail: string, extras: Partial<Problem> = {}): Answer => ({
  title: titles[status] ?? 'Refused',
  status,
  code,
  detail,
  ...extras,
});

/** Answers every failure as problem+json with a stable code, once for all services. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const { retryAfterSeconds, challenge, ...problem } = answerOf(error);
    if (problem.status >= 500) this.log.error({ err: error, correlationId: request.id }, 'request failed');
    if (retryAfterSeconds) reply.header('retry-after', String(retryAfterSeconds));
    if (challenge) reply.header('www-authenticate', 'Bearer');
    reply
      .status(problem.status)
      .header('content-type', 'application/problem+json')
      .send(
        JSON.stringify({
          type: `urn:tierline:problem:${problem.code}`,
          ...problem,
          correlationId: request.id,
        } satisfies Problem),
      );
  }
}
