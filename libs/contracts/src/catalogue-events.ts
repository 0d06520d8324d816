import { z } from 'zod';
import { CategoryPart } from './desk/category.ts';
import { EscalationPart, MatrixPart, RulePart } from './desk/rule.ts';
import { defineEvent } from './event.ts';
import { Slug } from './words.ts';

const source = '/routing';
const topic = 'desk' as const;

/** A category of the service catalogue, whole; the latest one counts. */
export const CatalogueChanged = defineEvent('tierline.desk.category-changed.v1', {
  topic,
  source,
  summary: 'A category of the service catalogue, whole; the latest one counts.',
  data: CategoryPart.extend({
    /** Where its tickets start; null: the lowest tier. */
    tier: Slug.nullable(),
    /** The queue in that tier; null: the default queue of the tier. */
    queue: Slug.nullable(),
  }),
  example: {
    category: 'email-account',
    name: 'E-mail account',
    type: 'incident',
    tier: 'tier-1',
    queue: 'service-desk',
  },
});

export const MatrixChanged = defineEvent('tierline.desk.matrix-changed.v1', {
  topic,
  source,
  summary: 'Priority by impact and urgency, whole; the latest one counts.',
  data: MatrixPart,
  example: {
    low: { low: 'P4', medium: 'P3', high: 'P3' },
    medium: { low: 'P4', medium: 'P3', high: 'P2' },
    high: { low: 'P3', medium: 'P2', high: 'P1' },
    major: { low: 'P2', medium: 'P1', high: 'P1' },
  },
});

export const RulesChanged = defineEvent('tierline.desk.rules-changed.v1', {
  topic,
  source,
  summary: 'The routing rules in the order in which they are tried, whole; the latest ones count.',
  data: z.object({ rules: z.array(RulePart) }),
  example: {
    rules: [{ name: 'VPN', when: { keywords: ['vpn'] }, then: { queue: 'network' }, enabled: true }],
  },
});

export const EscalationChanged = defineEvent('tierline.desk.escalation-changed.v1', {
  topic,
  source,
  summary: 'A way up that is allowed, and for which reasons, whole; the latest one counts.',
  data: EscalationPart,
  example: { from: 'tier-1', to: 'tier-2', reasons: ['needs a skill', 'needs access'] },
});

export const CataloguePartRemoved = defineEvent('tierline.desk.catalogue-part-removed.v1', {
  topic,
  source,
  summary: 'A category, the matrix or a way up is there no longer.',
  data: z.object({ kind: z.string(), id: z.string() }),
  example: { kind: 'category', id: 'email-account' },
});
