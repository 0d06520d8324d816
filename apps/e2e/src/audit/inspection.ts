import type { Evidence } from './evidence.ts';
import type { Verdict } from './findings.ts';

/**
 * What one invariant makes of a run whose evidence comes in parts. A part has all there is about some tickets (or other
 * aggregates), and beside it what is about no ticket: that is the same in every part.
 */
export type Inspection = {
  /** Notes what judging any part needs to know of all parts. */
  readonly survey?: (part: Evidence) => void;
  /** Judges a part, once all have been surveyed. */
  readonly look?: (part: Evidence) => void;
  /** Judges what is about no ticket, and says what came of it all. */
  readonly verdict: (whole: Evidence) => Verdict;
};

/** Judges evidence that is all in one part. */
export const judging =
  (inspect: () => Inspection) =>
  (evidence: Evidence): Verdict => {
    const { survey, look, verdict } = inspect();
    survey?.(evidence);
    look?.(evidence);
    return verdict(evidence);
  };
