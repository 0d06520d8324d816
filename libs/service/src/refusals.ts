import { ApiExtension } from '@nestjs/swagger';
import { Problem } from '@tierline/contracts';
import { z } from 'zod';

const key = 'tierline:refusals';
const extension = 'x-refusals';

const codesOf = (target: object): readonly string[] =>
  (Reflect.getMetadata(key, target) as readonly string[] | undefined) ?? [];

/**
 * Documents the codes with which a route's own rules may refuse. What the door, the validation and the headers of a
 * route refuse with is added by itself.
 */
export const Refuses =
  (...codes: string[]): MethodDecorator =>
  (target, name, descriptor) => {
    const method = descriptor.value as object;
    const all = [...new Set([...codesOf(method), ...codes])];
    Reflect.defineMetadata(key, all, method);
    ApiExtension(extension, all)(target, name, descriptor);
  };

/** Every documented route needs a token. */
const ofTheDoor = [
  'token_missing',
  'token_invalid',
  'token_expired',
  'token_claims',
  'not_allowed',
  'issuer_unavailable',
];
const ofTheInput = ['input_invalid'];
const ofABody = ['request_malformed', 'body_too_large', 'media_type_unsupported'];
const ofTheInside = ['database_unavailable', 'internal'];

type Operation = {
  parameters?: unknown[];
  requestBody?: unknown;
  responses: Record<string, unknown>;
  [extension: `x-${string}`]: unknown;
};
type Document = { paths: object; components?: object | undefined };

const problemSchema = () => {
  const { $schema: _, ...schema } = z.toJSONSchema(Problem, { target: 'openapi-3.0', io: 'output' });
  return schema;
};

const refusalsOf = (operation: Operation): string[] => {
  const own = (operation[extension] as string[] | undefined) ?? [];
  const input = operation.requestBody || (operation.parameters?.length ?? 0) > 0 ? ofTheInput : [];
  const body = operation.requestBody ? ofABody : [];
  return [...new Set([...own, ...input, ...body, ...ofTheDoor, ...ofTheInside])];
};

const isOperation = (value: unknown): value is Operation =>
  typeof value === 'object' && value !== null && 'responses' in value;

/** Adds to every route of an OpenAPI document how it refuses: problem+json, with the codes that it may have. */
export const withRefusals = <D extends Document>(document: D): D => {
  for (const path of Object.values(document.paths) as object[])
    for (const operation of Object.values(path).filter(isOperation)) {
      const codes = refusalsOf(operation);
      operation[extension] = codes;
      operation.responses.default = {
        description: `Refused. \`code\` is one of ${codes.map((code) => `\`${code}\``).join(', ')}.`,
        content: {
          'application/problem+json': {
            schema: {
              allOf: [
                { $ref: '#/components/schemas/Problem' },
                { type: 'object', properties: { code: { type: 'string', enum: codes } } },
              ],
            },
          },
        },
      };
    }
  const { schemas, ...components } = (document.components ?? {}) as { schemas?: object };
  return { ...document, components: { ...components, schemas: { ...schemas, Problem: problemSchema() } } };
};
