import type { Handover, HandoverField } from '@tierline/contracts';
import type { Desk, Place, Tier } from './desk.ts';

/** One field of the hand-over between two tiers. */
export type TemplateField = {
  readonly field: HandoverField;
  /** What it asks for, in a few words. */
  readonly label: string;
  readonly required: boolean;
};

const labels: Readonly<Record<HandoverField, string>> = {
  asked: 'What is asked of the next tier',
  symptom: 'What the requester sees: symptom, exact error',
  since: 'Since when, and how often',
  affected: 'Who and what is affected: impact, asset, location',
  tried: 'What was tried, each step with its result',
  knowledge: 'Articles used, and why they did not solve it',
  evidence: 'Attachments and logs',
  reach: 'How to reach the requester',
  analysis: 'Analysis so far',
  hypothesis: 'Hypothesis',
  changes: 'Changes made, and how to undo them',
  vendor: 'Vendor contacts',
};

const always: readonly HandoverField[] = ['symptom', 'since', 'affected', 'tried', 'reach', 'asked'];
const optional: readonly HandoverField[] = ['knowledge', 'evidence'];
const forSpecialists: readonly HandoverField[] = ['analysis', 'hypothesis'];
const optionalForSpecialists: readonly HandoverField[] = ['changes', 'vendor'];

/** The rank from which a tier works on evidence alone, without the requester. */
const specialistRank = 3;

const fieldsOf = (fields: readonly HandoverField[], required: boolean): TemplateField[] =>
  fields.map((field) => ({ field, label: labels[field], required }));

/** The hand-over between tiers of these ranks, in the order of the form; empty when the ticket does not go up. */
export const templateOf = (fromRank: number, toRank: number): readonly TemplateField[] => {
  if (toRank <= fromRank) return [];
  const forAll = [...fieldsOf(always, true), ...fieldsOf(optional, false)];
  if (toRank < specialistRank) return forAll;
  return [...forAll, ...fieldsOf(forSpecialists, true), ...fieldsOf(optionalForSpecialists, false)];
};

/** The fields that a hand-over between tiers of these ranks has to have, in the order of the form. */
export const requiredFields = (fromRank: number, toRank: number): readonly HandoverField[] =>
  templateOf(fromRank, toRank)
    .filter(({ required }) => required)
    .map(({ field }) => field);

/** The required fields that are not there. */
export const missingFields = (fromRank: number, toRank: number, handover: Handover): HandoverField[] =>
  requiredFields(fromRank, toRank).filter((field) => handover[field] === undefined);

/** What stands where the desk itself escalates and does not know better. */
export const notProvided = 'not provided';

/** A hand-over of the desk itself: what it knows, the rest of the form marked as not provided. */
export const systemHandover = (fromRank: number, toRank: number, known: Handover) => {
  const missing = templateOf(fromRank, toRank)
    .map(({ field }) => field)
    .filter((field) => known[field] === undefined);
  const marked = missing.map((field) => [
    field,
    field === 'tried' ? [{ step: notProvided, result: notProvided }] : notProvided,
  ]);
  const handover = { ...known, ...(Object.fromEntries(marked) as Handover) };
  return { handover, notProvided: missing };
};

/** The hand-over between two tiers: the desk's own template, else the standard one. */
export const templateIn = (desk: Desk, from: Place, to: Tier): readonly TemplateField[] => {
  const own = desk.handovers.get(`${from.tier}:${to.tier}`);
  if (!own) return templateOf(from.rank, to.rank);
  return own.fields.map(({ field, required }) => ({ field, label: labels[field], required }));
};

/** The fields that the hand-over between two tiers requires and that are not there. */
export const missingUnder = (desk: Desk, from: Place, to: Tier, handover: Handover): HandoverField[] =>
  templateIn(desk, from, to)
    .filter(({ field, required }) => required && handover[field] === undefined)
    .map(({ field }) => field);
