import { isForRequesters, type RequesterKind, type Told } from '@tierline/contracts';

/** What an entry of a timeline is about; one that no group names is `other`. */
export const entryGroups = {
  conversation: [
    'opened',
    'requester-replied',
    'requester-confirmed',
    'requester-rejected',
    'requester-asked-escalation',
    'agent-replied',
    'merged-reply-received',
    'stakeholders-updated',
  ],
  notes: ['note-added'],
  'hand-overs': ['escalated', 'returned', 'handover-*', 'runbook-step-done'],
  clocks: ['clock-*', 'sla-*', 'priority-changed'],
  holds: ['held', 'resumed', 'answered-by-vendor', 'stalled'],
  routes: ['routed', 'route-asked', 'queued', 'transferred'],
  work: [
    'claimed',
    'work-started',
    'assignment-failed',
    'acceptance-lapsed',
    'owner-shift-ended',
    'swarm-*',
    'attention-*',
    'notified-up',
    'act-undone',
    'orphan-detected',
    'inbound-unaccounted',
  ],
  relations: [
    'linked',
    'unlinked',
    'merged',
    'unmerged',
    'merge-*',
    'opening-asked',
    'major-*',
    'stakeholder-update-due',
  ],
  outcome: ['resolved', 'reopened', 'closed', 'cancelled', 'marked-spam'],
} as const;
export type EntryGroup = keyof typeof entryGroups;

const fits = (pattern: string, kind: string): boolean =>
  pattern.endsWith('*') ? kind.startsWith(pattern.slice(0, -1)) : pattern === kind;

/** The group of a kind of entry. */
export const groupOf = (kind: string): EntryGroup | 'other' => {
  const groups = Object.entries(entryGroups) as [EntryGroup, readonly string[]][];
  return groups.find(([, patterns]) => patterns.some((pattern) => fits(pattern, kind)))?.[0] ?? 'other';
};

/** A group or a single kind as an SQL LIKE pattern list. */
export const likePatterns = (names: readonly string[]): string[] =>
  names
    .flatMap((name): readonly string[] => (name in entryGroups ? entryGroups[name as EntryGroup] : [name]))
    .map((pattern) => pattern.replace(/[\\%_]/g, '\\$&').replace('*', '%'));

/**
 * What a requester is shown of an entry, field by field: a field that is not here is not shown, so that what is added
 * to an event later stays inside until somebody lists it.
 */
const publicFields: Readonly<Record<RequesterKind, readonly string[]>> = {
  opened: ['number', 'channel', 'subject', 'description', 'category'],
  'requester-replied': ['messageId', 'text'],
  'requester-confirmed': ['comment'],
  'requester-rejected': ['messageId', 'reason'],
  'agent-replied': ['messageId', 'agentId', 'text'],
  'stakeholders-updated': ['text'],
  resolved: ['solution'],
  reopened: ['cause'],
  closed: ['cause'],
  cancelled: [],
};

type ToldOnce = Pick<Told, 'who' | 'team'> & { readonly count: number };

/** Who was told: people whom the reader may know of as they are, of the others how many there were in which role. */
const toldTo = (told: readonly Told[], known: ReadonlySet<string>): readonly (Told | ToldOnce)[] => {
  const isKnown = ({ agentId, standsInFor }: Told) =>
    agentId !== null && known.has(agentId) && (standsInFor === undefined || known.has(standsInFor));
  const others = Map.groupBy(
    told.filter((one) => !isKnown(one)),
    ({ who, team }) => JSON.stringify([who, team]),
  );
  return [
    ...told.filter(isKnown),
    ...[...others.values()].map((some) => ({ who: some[0]!.who, team: some[0]!.team, count: some.length })),
  ];
};

/**
 * The entry's data as somebody reads it who knows these people alone: who did something stands there with what was
 * done; who was only told of it, as leads and management are, does not.
 */
export const dataAmong = (known: ReadonlySet<string>, data: unknown): unknown => {
  const whole = data as { readonly tell?: readonly Told[] } | null;
  return Array.isArray(whole?.tell) ? { ...whole, tell: toldTo(whole.tell, known) } : data;
};

/** The entry's data as its requester may see it; null when the entry is none of his or her business. */
export const publicData = (kind: string, data: unknown): Record<string, unknown> | null => {
  if (!isForRequesters(kind)) return null;
  const fields = publicFields[kind];
  const whole = data as Record<string, unknown>;
  return Object.fromEntries(fields.filter((name) => name in whole).map((name) => [name, whole[name]]));
};
