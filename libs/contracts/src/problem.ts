import { z } from 'zod';

/** RFC 9457 problem details, as every refusal of every service. `code` is stable; programs may depend on it. */
export const Problem = z.object({
  type: z.string().meta({ example: 'urn:tierline:problem:handover_incomplete' }),
  title: z.string().meta({ example: 'Refused by a rule' }),
  status: z.int().meta({ example: 422 }),
  code: z.string().describe('Stable; programs may depend on it.'),
  detail: z.string().describe('A sentence for people.'),
  fields: z
    .array(z.object({ path: z.string(), message: z.string() }))
    .optional()
    .describe('Fields that were refused, by path, each with a sentence.')
    .meta({ example: [{ path: 'handover.symptom', message: 'is required from tier-1 to tier-2' }] }),
  missing: z
    .array(z.string())
    .optional()
    .describe(
      'With `handover_incomplete`: the hand-over fields that are required and absent, in the order of the form.',
    )
    .meta({ example: ['symptom', 'asked'] }),
  conflict: z
    .record(z.string(), z.unknown())
    .optional()
    .describe(
      'With a 409: what changed since the caller looked. `sequence` is the ticket’s now, `expected` the one of If-Match; ' +
        'else the values, by field, that stand against the command. With `lead_only`: the team whose leads may.',
    )
    .meta({ example: { expected: 2, sequence: 3 } }),
  correlationId: z.string().optional().describe('Finds the request in the logs of all services.'),
});
export type Problem = z.infer<typeof Problem>;

/** How a refusal maps to HTTP: absent 404, conflict 409, gone 410, refused 422, forbidden 403. */
export type RefusalKind = 'absent' | 'conflict' | 'gone' | 'refused' | 'forbidden';

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
