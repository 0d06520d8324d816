import { z } from 'zod';

/** RFC 9457 problem details, as every refusal of every service. `code` is stable; programs may depend on it. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  /** Fields that were refused, by path (`handover.symptom`), each with a sentence. */
  fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  /** Hand-over fields that are required and absent. */
  missing: z.array(z.string()).optional(),
  /** What changed since the caller looked. */
  conflict: z.record(z.string(), z.unknown()).optional(),
  correlationId: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;

/** How a refusal maps to HTTP: absent 404, conflict 409, refused 422, forbidden 403. */
export type RefusalKind = 'absent' | 'conflict' | 'refused' | 'forbidden';

export type RefusalExtras = Pick<Problem, 'fields' | 'missing' | 'conflict'>;

/**
 * A rule said no. Thrown by `decide`; shown over HTTP as problem+json.
 * In a consumer the record and its key are parked at once, since asking again would not help.
 */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  constructor(
    readonly code: string,
    message: string,
    readonly kind: RefusalKind = 'refused',
    readonly extras: RefusalExtras = {},
  ) {
    super(message);
  }
}
