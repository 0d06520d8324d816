import { z } from 'zod';
import { Text } from './words.ts';

/** One thing that was tried, with what came of it. */
export const TriedStep = z.object({ step: Text, result: Text });

/**
 * The document that goes up with an escalation. Every field is optional here: which ones are required
 * depends on the pair of tiers, and the escalate command names each that is missing.
 */
export const Handover = z.strictObject({
  /** What the requester sees: the symptom and the exact error. */
  symptom: Text.optional(),
  /** Since when, and how often. */
  since: Text.optional(),
  /** Who and what is affected: impact, asset, location. */
  affected: Text.optional(),
  /** What was tried, each step with its result. */
  tried: z.array(TriedStep).min(1).max(100).optional(),
  /** Articles used, and why they did not solve it. */
  knowledge: Text.optional(),
  /** Attachments and logs. */
  evidence: Text.optional(),
  /** How to reach the requester. */
  reach: Text.optional(),
  /** What is asked of the next tier. */
  asked: Text.optional(),
  /** Analysis so far (2 → 3). */
  analysis: Text.optional(),
  /** The hypothesis (2 → 3). */
  hypothesis: Text.optional(),
  /** Changes made and how to undo them (2 → 3). */
  changes: Text.optional(),
  /** Vendor contacts (2 → 3). */
  vendor: Text.optional(),
});
export type Handover = z.infer<typeof Handover>;
export type HandoverField = keyof Handover;
