import type { Handover, HandoverField } from '@tierline/contracts';

const always: readonly HandoverField[] = ['symptom', 'since', 'affected', 'tried', 'reach', 'asked'];
const forSpecialists: readonly HandoverField[] = ['analysis', 'hypothesis'];

/** The rank from which a tier works on evidence alone, without the requester. */
const specialistRank = 3;

/** The fields that a hand-over between tiers of these ranks has to have, in the order of the form. */
export const requiredFields = (fromRank: number, toRank: number): readonly HandoverField[] => {
  if (toRank <= fromRank) return [];
  return toRank >= specialistRank ? [...always, ...forSpecialists] : always;
};

/** The required fields that are not there. */
export const missingFields = (fromRank: number, toRank: number, handover: Handover): HandoverField[] =>
  requiredFields(fromRank, toRank).filter((field) => handover[field] === undefined);
