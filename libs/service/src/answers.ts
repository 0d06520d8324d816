import { ApiExtension } from '@nestjs/swagger';

const extension = 'x-answer';

/** A value as it is after it went through JSON: moments are texts. */
export type AsJson<T> = T extends Date
  ? string
  : T extends readonly (infer U)[]
    ? readonly AsJson<U>[]
    : T extends object
      ? { readonly [K in keyof T]: AsJson<T[K]> }
      : T;

type AnswerOf<M> = M extends (...given: never[]) => infer R ? AsJson<Awaited<R>> : never;

type KeysOf<T> = T extends unknown ? keyof T : never;
type At<T, K> = T extends unknown ? (K extends keyof T ? T[K] : never) : never;

/** Fields of an example that the answer does not have. */
type Beyond<E, T> = unknown extends T
  ? never
  : E extends readonly (infer I)[]
    ? Beyond<I, T extends readonly (infer J)[] ? J : never>
    : E extends object
      ? Exclude<keyof E, KeysOf<T>> | { [K in keyof E & KeysOf<T>]: Beyond<E[K], At<T, K>> }[keyof E & KeysOf<T>]
      : never;

type Fitting<E, M> =
  E extends AnswerOf<M>
    ? [Beyond<E, AnswerOf<M>>] extends [never]
      ? TypedPropertyDescriptor<M>
      : { readonly 'the answer has no': Beyond<E, AnswerOf<M>> }
    : { readonly 'the answer is': AnswerOf<M> };

/** Documents an example of what several routes answer alike. */
export const AnswersAlike = <T extends object>(example: AsJson<T>): MethodDecorator =>
  ApiExtension(extension, example) as MethodDecorator;

/**
 * Documents an example of what a route answers. It does not compile on a method that answers something else, so that
 * an example stays true.
 */
export const Answers =
  <const E extends object>(example: E) =>
  <M>(target: object, name: string | symbol, descriptor: Fitting<E, M>): void =>
    void ApiExtension(extension, example)(target, name, descriptor as TypedPropertyDescriptor<M>);

type Operation = {
  responses: Record<string, { content?: Record<string, unknown> }>;
  [extension: `x-${string}`]: unknown;
};

const isOperation = (value: unknown): value is Operation =>
  typeof value === 'object' && value !== null && 'responses' in value;

/** Moves the examples of answers to where an OpenAPI document has them: into the response that is no refusal. */
export const withAnswers = <D extends { paths: object }>(document: D): D => {
  for (const path of Object.values(document.paths) as object[])
    for (const operation of Object.values(path).filter(isOperation)) {
      const { [extension]: example } = operation;
      delete operation[extension];
      const success = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))?.[1];
      if (success && example !== undefined) success.content = { 'application/json': { example } };
    }
  return document;
};
