import { deskWarnings, readDesk, type DeskDifference, type DeskFault, type DeskParts } from '@tierline/contracts';
import { DomainError } from '@tierline/contracts';
import { z } from 'zod';

/** The parts that a request's body names, and why it wants them. */
export type DeskDraft = { readonly why: string | null; readonly parts: DeskParts };

const Why = z.string().trim().min(1).max(1_000).nullish();

const example = {
  why: 'Network works by night, too.',
  queues: [{ queue: 'network', name: 'Network', tier: 'tier-2', team: 'network', calendar: 'always' }],
};

/** A desk document as the body of a request; `why` may stand beside its parts. Refuses with the path of each fault. */
export const DeskDraft = z
  .record(z.string(), z.unknown(), 'must be a desk document')
  .meta({ example })
  .transform(({ why: given, ...document }, context): DeskDraft => {
    const why = Why.safeParse(given);
    const read = readDesk(document);
    const faults = [
      ...(why.success ? [] : [{ path: 'why', message: 'must be a sentence of up to 1,000 characters' }]),
      ...(read.faults ?? []),
    ];
    for (const { path, message } of faults) context.addIssue({ code: 'custom', path: path.split('.'), message });
    return read.faults || !why.success ? z.NEVER : { why: why.data ?? null, parts: read.parts };
  });

/** What a document would do to a desk. */
export type DeskPlan = {
  /** The version that it was compared with: the `If-Match` of the change. */
  readonly sequence: number;
  readonly differences: readonly DeskDifference[];
  /** Why it would be refused; empty: it would not be. */
  readonly faults: readonly DeskFault[];
  readonly warnings: readonly DeskFault[];
};

/** What is worth knowing of the document at that time, though it is no fault. */
export const warningsAt = (parts: DeskParts, at: string): DeskFault[] => deskWarnings(parts, at.slice(0, 10));

/** The refusal of a desk with these faults, one at least: `desk_invalid`, with every path. */
export const deskInvalid = (faults: readonly DeskFault[]): DomainError => {
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  const { path, message } = faults[0]!;
  return new DomainError('desk_invalid', `${path}: ${message}${more}.`, 'refused', { fields: [...faults] });
};

/** Refuses a desk with faults: `desk_invalid`, with every path. */
export const refuseFaults = (faults: readonly DeskFault[]): void => {
  if (faults.length > 0) throw deskInvalid(faults);
};
