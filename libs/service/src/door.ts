import { SetMetadata, createParamDecorator, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { may, type Action, type Caller, type TokenVerifier } from '@tierline/auth';
import type { FastifyRequest } from 'fastify';
import { InvalidInput, NotAllowed } from './problems.ts';
import { Refuses } from './refusals.ts';

const actionKey = 'tierline:action';
const open = 'open';

/** Marks what a route does; the caller's roles must allow it. A route without a mark answers nobody. */
export const Allow = (action: Action) => SetMetadata(actionKey, action);

/** Marks a route that needs no token: health, metrics, documentation. */
export const AllowAnyone = () => SetMetadata(actionKey, open);

type Admitted = FastifyRequest & { caller?: Caller };

/** Verifies the token and the permission before every route. */
export class DoorGuard implements CanActivate {
  constructor(private readonly verifier: TokenVerifier) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const marks = [context.getHandler(), context.getClass()].map(
      (target) => Reflect.getMetadata(actionKey, target) as Action | typeof open | undefined,
    );
    const action = marks[0] ?? marks[1];
    if (action === open) return true;
    const request = context.switchToHttp().getRequest<Admitted>();
    const caller = await this.verifier.verify(request.headers.authorization);
    if (!action || !may(caller.roles, action))
      throw new NotAllowed(`Your roles (${caller.roles.join(', ')}) do not include ${action ?? 'this route'}.`);
    request.caller = caller;
    return true;
  }
}

/** The verified caller. */
export const By = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<Admitted>();
  if (!caller) throw new Error('a route that asks for its caller must be marked with @Allow');
  return caller;
});

const headerOf = (context: ExecutionContext, name: string): string | undefined => {
  const value = context.switchToHttp().getRequest<FastifyRequest>().headers[name];
  return Array.isArray(value) ? value[0] : value;
};

/** Documents a header, and what it may be refused with, on the method whose parameter it is. */
const documented =
  (name: string, description: string, code: string): ParameterDecorator =>
  (target, method) => {
    const descriptor = Object.getOwnPropertyDescriptor(target, method!)!;
    ApiHeader({ name, description, required: false, schema: { type: 'string' } })(target, method!, descriptor);
    Refuses(code)(target, method!, descriptor);
  };

const idempotencyKeyOf = (_: unknown, context: ExecutionContext): string | undefined => {
  const key = headerOf(context, 'idempotency-key');
  if (key !== undefined && !/^[\x21-\x7e]{1,120}$/.test(key))
    throw new InvalidInput([{ path: 'Idempotency-Key', message: 'must be 1 to 120 visible characters' }]);
  return key;
};
/** The `Idempotency-Key` header: 1 to 120 visible characters, or undefined. */
export const IdempotencyKey = createParamDecorator(idempotencyKeyOf, [
  documented(
    'Idempotency-Key',
    'Makes the request safe to send twice: a repeat gets the first answer.',
    'idempotency_key_reused',
  ),
]);

const seenSequenceOf = (_: unknown, context: ExecutionContext): number | undefined => {
  const header = headerOf(context, 'if-match');
  if (header === undefined) return undefined;
  const sequence = /^"?(\d{1,9})"?$/.exec(header)?.[1];
  if (!sequence) throw new InvalidInput([{ path: 'If-Match', message: 'must be the sequence that you saw' }]);
  return Number(sequence);
};
/** The `If-Match` header: the ticket's sequence that the caller saw, or undefined. */
export const SeenSequence = createParamDecorator(seenSequenceOf, [
  documented(
    'If-Match',
    'The sequence that you saw; another one now is a conflict, which says what it is.',
    'changed_meanwhile',
  ),
]);
