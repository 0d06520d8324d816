import { deskDocument, type DeskDifference, type RulePart } from '@tierline/contracts';
import type { DeskPlan, DeskVersion } from '@tierline/desk';
import type { Category } from '../domain/desk.ts';

// What the answers about catalogue and rules have in common, for their examples.

export const categoryExample = {
  category: 'email-account',
  name: 'E-mail account',
  type: 'incident',
  tier: 'tier-1',
  queue: 'service-desk',
} as const satisfies Category;

export const ruleExample = {
  name: 'mail servers',
  when: { keywords: ['outlook'] },
  then: { tier: 'tier-2', queue: 'messaging' },
  enabled: true,
} satisfies RulePart;

const difference = {
  part: 'rules',
  id: 'mail servers',
  what: 'changed',
  fields: [{ field: 'then', from: { tier: 'tier-2', queue: 'network' }, to: { tier: 'tier-2', queue: 'messaging' } }],
} as const satisfies DeskDifference;

export const versionExample = {
  number: 13,
  at: '2026-01-05T09:30:00.000Z',
  by: 'user:lea.lead',
  why: 'The service desk cannot reach the mail servers.',
  changes: 1,
} as const satisfies DeskVersion;

export const versionWithFields = { ...versionExample, differences: [difference] };

export const planExample = {
  sequence: 12,
  differences: [difference],
  faults: [],
  warnings: [],
} as const satisfies DeskPlan;

/** Catalogue and rules after that version. */
export const documentExample = {
  sequence: 13,
  document: deskDocument({ categories: [categoryExample], rules: [ruleExample] }),
};
