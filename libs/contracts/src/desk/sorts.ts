import type { z } from 'zod';
import { AbsencePart } from './absence.ts';
import { AgentPart } from './agent.ts';
import { CalendarPart } from './calendar.ts';
import { CategoryPart } from './category.ts';
import { HandoverPart } from './handover.ts';
import { LimitsPart } from './limits.ts';
import { ManagementPart } from './management.ts';
import { PolicyPart } from './policy.ts';
import { EscalationPart, MatrixPart, RulePart } from './rule.ts';
import { CertificationPart, PartnerPart, SkillPart, TeamPart } from './skill.ts';
import { QueuePart, TierPart } from './tier.ts';

/** A sort of parts that a desk is made of. */
type Sort<S extends z.ZodObject> = {
  /** As the keys of its events say it. */
  readonly kind: string;
  readonly shape: S;
  /** Most parts of the sort in one desk. */
  readonly most: number;
  /** Tells one part of the sort from the others. */
  readonly idOf: (part: z.output<S>) => string;
  /** The field to which a repeated id is told. */
  readonly idField: string;
};

const sort = <S extends z.ZodObject>(
  kind: string,
  shape: S,
  most: number,
  idOf: (part: z.output<S>) => string,
  idField = kind,
): Sort<S> => ({ kind, shape, most, idOf, idField });

/** All sorts of parts, in the order of the document. `matrix` and `limits` are there once. */
export const deskSorts = {
  tiers: sort('tier', TierPart, 50, ({ tier }) => tier),
  queues: sort('queue', QueuePart, 2_000, ({ queue }) => queue),
  teams: sort('team', TeamPart, 2_000, ({ team }) => team),
  partners: sort('partner', PartnerPart, 500, ({ partner }) => partner),
  skills: sort('skill', SkillPart, 2_000, ({ skill }) => skill),
  certifications: sort('certification', CertificationPart, 1_000, ({ certification }) => certification),
  agents: sort('agent', AgentPart, 5_000, ({ agentId }) => agentId, 'agentId'),
  management: sort('management', ManagementPart, 1_000, ({ personId }) => personId, 'personId'),
  absences: sort('absence', AbsencePart, 5_000, ({ personId, from }) => `${personId}:${from}`, 'from'),
  calendars: sort('calendar', CalendarPart, 500, ({ calendar }) => calendar),
  policies: sort('policy', PolicyPart, 500, ({ policy }) => policy),
  handovers: sort('handover', HandoverPart, 400, ({ from, to }) => `${from}:${to}`, 'to'),
  limits: sort('limits', LimitsPart, 1, () => 'limits'),
  categories: sort('category', CategoryPart, 2_000, ({ category }) => category),
  matrix: sort('matrix', MatrixPart, 1, () => 'matrix'),
  rules: sort('rule', RulePart, 500, ({ name }) => name, 'name'),
  escalations: sort(
    'escalation',
    EscalationPart,
    2_000,
    ({ from, to, category }) => [from, to, ...(category === undefined ? [] : [category])].join(':'),
    'to',
  ),
} as const;

export type DeskSort = keyof typeof deskSorts;
export type DeskPart<N extends DeskSort> = z.output<(typeof deskSorts)[N]['shape']>;

/** The parts of a desk, by their sorts. */
export type DeskParts<N extends DeskSort = DeskSort> = { readonly [S in N]: readonly DeskPart<S>[] };

export const deskSortNames = Object.keys(deskSorts) as readonly DeskSort[];

/** The sorts of which there is one part at most: written without a list. */
export const singleSorts: readonly DeskSort[] = ['limits', 'matrix'];

/** What tells a part from the others of its sort. */
export const partId = <N extends DeskSort>(name: N, part: DeskPart<N>): string =>
  (deskSorts[name].idOf as (part: unknown) => string)(part);
