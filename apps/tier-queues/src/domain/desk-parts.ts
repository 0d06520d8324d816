import type { CalendarChanged, CalendarPart, FactOf, PolicyPart } from '@tierline/contracts';
import type { DeskAgent, Queue, Tier } from './desk.ts';

/** A calendar with every date that is closed, public holidays written out. */
export type KeptCalendar = Omit<FactOf<typeof CalendarChanged>['data'], 'version'>;

/** Parts of a desk as a change names them. */
export type NamedParts = {
  readonly tiers: readonly Tier[];
  readonly queues: readonly Queue[];
  readonly agents: readonly DeskAgent[];
  readonly calendars: readonly CalendarPart[];
  readonly policies: readonly PolicyPart[];
};

/** Parts of a desk as it keeps them. */
export type DeskParts = Omit<NamedParts, 'calendars'> & { readonly calendars: readonly KeptCalendar[] };

export type PartName = keyof DeskParts;
export type PartOf<N extends PartName> = DeskParts[N][number];

/** How the parts of each name are told apart. */
export const idsOf: { readonly [N in PartName]: (part: NamedParts[N][number]) => string } = {
  tiers: ({ tier }) => tier,
  queues: ({ queue }) => queue,
  agents: ({ agentId }) => agentId,
  calendars: ({ calendar }) => calendar,
  policies: ({ policy }) => policy,
};

export const partNames = Object.keys(idsOf) as readonly PartName[];

/** The field by which parts of each name are told apart. */
export const idFields: { readonly [N in PartName]: string } = {
  tiers: 'tier',
  queues: 'queue',
  agents: 'agentId',
  calendars: 'calendar',
  policies: 'policy',
};

export const noParts: DeskParts = { tiers: [], queues: [], agents: [], calendars: [], policies: [] };
