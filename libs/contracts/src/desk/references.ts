import type { DeskPart, DeskParts, DeskSort } from './sorts.ts';
import { partId } from './sorts.ts';

/** Something wrong with one part of a desk. */
export type PartFault = {
  readonly part: DeskSort;
  /** Its place among the parts of its sort. */
  readonly index: number;
  readonly field: string;
  readonly message: string;
  /** `whole`: wrong only in a desk that is complete; parts that still come may mend it. */
  readonly kind: 'always' | 'whole';
  /** The sort in which something that it needs is not there. */
  readonly names?: DeskSort;
};

/** What a part names in another sort. */
type Reference = { readonly field: string; readonly to: DeskSort; readonly id: string | null | undefined };

const one = (field: string, to: DeskSort, id: string | null | undefined): Reference => ({ field, to, id });
const many = (field: string, to: DeskSort, ids: readonly string[] = []): Reference[] =>
  ids.map((id, index) => ({ field: `${field}.${index}`, to, id }));
const needed = (field: string, skills: readonly { skill: string }[] = []): Reference[] =>
  skills.map(({ skill }, index) => ({ field: `${field}.${index}.skill`, to: 'skills', id: skill }));
const listed = (field: string, to: DeskSort, value: string | readonly string[] | undefined): Reference[] =>
  typeof value === 'string' ? [one(field, to, value)] : many(field, to, value);

type References = { readonly [N in DeskSort]?: (part: DeskPart<N>) => readonly Reference[] };

const references: References = {
  tiers: ({ defaultQueue }) => [one('defaultQueue', 'queues', defaultQueue)],
  queues: ({ tier, team, calendar, skills, certifications, handsOverTo }) => [
    one('handsOverTo', 'queues', handsOverTo),
    one('tier', 'tiers', tier),
    one('team', 'teams', team),
    one('calendar', 'calendars', calendar),
    ...needed('skills', skills),
    ...many('certifications', 'certifications', certifications),
  ],
  teams: ({ lead, leads, partner }) => [
    one('lead', 'agents', lead),
    ...many('leads', 'agents', leads),
    one('partner', 'partners', partner),
  ],
  partners: ({ calendar }) => [one('calendar', 'calendars', calendar)],
  agents: ({ teams, skills, certifications = [], shifts }) => [
    ...many('teams', 'teams', teams),
    ...needed('skills', skills),
    ...certifications.map(({ certification }, index) =>
      one(`certifications.${index}.certification`, 'certifications', certification),
    ),
    ...many('shifts', 'calendars', shifts),
  ],
  management: ({ teams, tiers }) => [...many('teams', 'teams', teams), ...many('tiers', 'tiers', tiers)],
  policies: ({ calendar, when }) => [
    one('calendar', 'calendars', calendar),
    ...many('when.category', 'categories', when.category),
    ...many('when.tier', 'tiers', when.tier),
    ...many('when.team', 'teams', when.team),
    ...many('when.partner', 'partners', when.partner),
  ],
  handovers: ({ from, to }) => [one('from', 'tiers', from), one('to', 'tiers', to)],
  categories: ({ tier, queue, skills, certifications }) => [
    one('tier', 'tiers', tier),
    one('queue', 'queues', queue),
    ...needed('skills', skills),
    ...many('certifications', 'certifications', certifications),
  ],
  rules: ({ when, then }) => [
    ...listed('when.category', 'categories', when.category),
    one('when.hours.calendar', 'calendars', when.hours?.calendar),
    one('when.load.queue', 'queues', when.load?.queue),
    one('then.tier', 'tiers', then.tier),
    one('then.queue', 'queues', then.queue),
    ...needed('then.skills', then.skills),
    ...many('then.certifications', 'certifications', then.certifications),
  ],
  escalations: ({ from, to, category }) => [
    one('from', 'tiers', from),
    one('to', 'tiers', to),
    one('category', 'categories', category),
  ],
};

const singular: { readonly [N in DeskSort]?: string } = {
  queues: 'queue',
  tiers: 'tier',
  teams: 'team',
  partners: 'partner',
  skills: 'skill',
  certifications: 'certification',
  agents: 'agent',
  calendars: 'calendar',
  categories: 'category',
};

/** Tiers, queues, calendars and partners that are named hold the desk together; the rest may be told later. */
const foundations: readonly DeskSort[] = ['tiers', 'queues', 'calendars', 'partners'];

const toQueuesOfTomorrow = '; a new tier and its queues come together by PUT /desk';

/** Everything that names what is not there. */
export const unknownReferences = (parts: DeskParts): PartFault[] => {
  const sorts = Object.keys(references) as (keyof typeof references)[];
  const idsIn = (name: DeskSort) => new Set(parts[name].map((part) => partId(name, part)));
  const known = new Map((Object.keys(singular) as DeskSort[]).map((name) => [name, idsIn(name)]));
  return sorts.flatMap((part) => {
    const referencesOf = references[part] as (part: unknown) => readonly Reference[];
    return parts[part].flatMap((item, index) =>
      referencesOf(item)
        .filter(({ to, id }) => id !== undefined && id !== null && !known.get(to)!.has(id))
        .map(({ field, to, id }): PartFault => {
          const together = part === 'tiers' || (part === 'queues' && to === 'tiers') ? toQueuesOfTomorrow : '';
          const kind = part === 'management' || foundations.includes(to) ? 'always' : 'whole';
          return { part, index, field, message: `there is no ${singular[to]} ${id}${together}`, kind, names: to };
        }),
    );
  });
};
