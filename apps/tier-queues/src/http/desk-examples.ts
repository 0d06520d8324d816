import { deskDocument, type AgentPart, type DeskDifference, type TierPart } from '@tierline/contracts';
import type { DeskVersion } from '@tierline/desk';
import type { DeskAnswer } from '../desk.ts';
import type { Queue } from '../domain/desk.ts';

// What the answers about the desk have in common, for their examples.

export const tierExample = { tier: 'tier-2', name: 'Tier 2', rank: 2, defaultQueue: 'network' } satisfies TierPart;
export const queueExample = {
  queue: 'network',
  name: 'Network',
  tier: 'tier-2',
  team: 'network',
  calendar: 'always',
} satisfies Queue;
export const agentExample = { agentId: 'ida.second', name: 'Ida Second', teams: ['network'] } satisfies AgentPart;

const difference = {
  part: 'queues',
  id: 'network',
  what: 'changed',
  fields: [{ field: 'calendar', from: 'office', to: 'always' }],
} as const satisfies DeskDifference;

export const versionExample = {
  number: 13,
  at: '2026-01-05T09:30:00.000Z',
  by: 'user:lea.lead',
  why: 'Network works by night, too.',
  changes: 1,
} as const satisfies DeskVersion;

export const versionWithFields = { ...versionExample, differences: [difference] };

/** The desk after that version. */
export const documentExample = {
  sequence: 13,
  document: deskDocument({ tiers: [tierExample], queues: [queueExample], agents: [agentExample] }),
};

const untouched = { named: 0, changed: 0 };

export const changeExample = {
  sequence: 13,
  warnings: [],
  tiers: untouched,
  queues: { named: 1, changed: 1 },
  teams: untouched,
  partners: untouched,
  skills: untouched,
  certifications: untouched,
  agents: untouched,
  management: untouched,
  absences: untouched,
  calendars: untouched,
  policies: untouched,
  handovers: untouched,
  limits: untouched,
} as const satisfies DeskAnswer;

export const planExample = {
  sequence: 12,
  differences: [
    difference,
    {
      part: 'calendars',
      id: 'office',
      what: 'changed',
      fields: [{ field: 'zone', from: 'Europe/Berlin', to: 'Europe/Paris' }],
    },
  ],
  faults: [],
  warnings: [],
  openTickets: {
    effects: [
      { part: 'calendars', id: 'office', what: 'derived-anew', tickets: 2, some: ['T-1042', 'T-1043'] },
      { part: 'calendars', id: 'office', what: 'keeps-edition', tickets: 1, some: ['T-1044'] },
    ],
    deadlines: null,
    notSaid: ['Acceptance times that are armed anew, and what people and timers do from now on, are not counted.'],
  },
} as const;
