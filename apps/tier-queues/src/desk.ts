import type { Caller } from '@tierline/auth';
import {
  AgentChanged,
  CalendarChanged,
  CertificationChanged,
  DeskPartRemoved,
  DomainError,
  HandoverTemplateChanged,
  LimitsChanged,
  ManagementChanged,
  PartnerChanged,
  PolicyChanged,
  QueueChanged,
  SkillChanged,
  TeamChanged,
  TierChanged,
  deskSorts,
  partId,
  type DeskDifference,
  type DeskParts,
  type Fact,
} from '@tierline/contracts';
import { deskNumber, lockDesk, noteVersion, refuseFaults, refuseUnlessSeen, warningsAt } from '@tierline/desk';
import type { DeskPlan, Editions } from '@tierline/desk';
import { append, originOf, type Commands, type Entry } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import { lookAtShifts, renewClosings } from './closing-times.ts';
import { readDeskParts, saveDesk, type ChangedPart } from './desk-store.ts';
import { partsInUse } from './desk-uses.ts';
import { changeDesk, type ChangeMode, type DeskChange } from './domain/desk-change.ts';
import { ownSorts, type KeptParts, type OwnSort } from './domain/desk-parts.ts';
import { retime } from './retime.ts';

/** The version of the desk after a change, and how many parts of each sort were named, and are other than before. */
export type DeskAnswer = {
  readonly sequence: number;
  readonly warnings: DeskPlan['warnings'];
} & { readonly [part in OwnSort]: { readonly named: number; readonly changed: number } };

type Wanted = { readonly parts: DeskParts; readonly mode: ChangeMode };

type Change = Wanted & {
  readonly by: Caller;
  readonly why: string | null;
  /** The version that the author saw. */
  readonly expected?: number | undefined;
  readonly idempotency?: { key: string; body: unknown } | undefined;
};

/** The fact that tells of a part in an edition. */
const factsOf: { readonly [N in OwnSort]: (part: KeptParts[N][number], version: number) => Fact } = {
  calendars: (calendar, version) => CalendarChanged({ ...calendar, version }),
  policies: (policy, version) => PolicyChanged({ ...policy, version }),
  skills: (skill) => SkillChanged(skill),
  certifications: (certification) => CertificationChanged(certification),
  partners: (partner) => PartnerChanged(partner),
  teams: (team) => TeamChanged(team),
  queues: (queue) => QueueChanged(queue),
  tiers: (tier) => TierChanged(tier),
  agents: (agent) => AgentChanged(agent),
  management: (person) => ManagementChanged(person),
  handovers: (template) => HandoverTemplateChanged(template),
  limits: (limits) => LimitsChanged(limits),
};

const entriesOf = (by: Caller, changed: readonly ChangedPart[], editions: Editions): Entry[] => {
  const origin = originOf(by);
  return changed.map(({ part, id, body }) => {
    const { kind } = deskSorts[part];
    const sequence = editions({ kind, id });
    const told = factsOf[part] as (part: object, version: number) => Fact;
    const fact = body ? told(body, sequence) : DeskPartRemoved({ kind, id });
    return { ...origin, subject: `${by.tenant}/${kind}/${id}`, sequence, fact };
  });
};

/** In the order of the table above: what is named comes before what names it. */
const changedParts = ({ differences, after }: DeskChange): ChangedPart[] =>
  (Object.keys(factsOf) as OwnSort[]).flatMap((part) => {
    const bodies = new Map(after[part].map((body) => [partId(part, body as never), body]));
    return differences.filter((one) => one.part === part).map(({ id }) => ({ part, id, body: bodies.get(id) ?? null }));
  });

const refuseInUse = (fields: DeskPlan['faults']): void => {
  if (fields.length === 0) return;
  throw new DomainError('desk_part_in_use', `${fields[0]!.path}: ${fields[0]!.message}.`, 'refused', {
    fields: [...fields],
  });
};

/** The agents that a merge has to look at; undefined: all. */
const agentsIn = ({ parts: { agents, management }, mode }: Wanted) =>
  mode === 'replace' ? undefined : [...agents.map(({ agentId }) => agentId), ...management.map(({ personId }) => personId)];

const countOf = (parts: DeskParts, differences: readonly DeskDifference[]) =>
  Object.fromEntries(
    ownSorts.map((name) => [
      name,
      { named: parts[name].length, changed: differences.filter(({ part }) => part === name).length },
    ]),
  ) as { [part in OwnSort]: { named: number; changed: number } };

/** True when owners may have to begin at another time than they had. */
const concernsAcceptance = ({ part, what, fields }: DeskDifference): boolean =>
  what === 'changed' &&
  fields.some(({ field }) =>
    part === 'tiers' ? field === 'acceptanceMinutes' : part === 'queues' && (field === 'calendar' || field === 'tier'),
  );

/**
 * Changes the desk, all or nothing, and publishes every part that differs.
 * Throws `desk_invalid`, `desk_part_in_use` and `changed_meanwhile`.
 */
export const putDesk = (commands: Commands, change: Change): Promise<DeskAnswer> =>
  commands.within(change, async (tx) => {
    const { by, why, expected, parts, mode } = change;
    const { tenant, actor } = by;
    const number = await lockDesk(tx, tenant);
    refuseUnlessSeen(expected, number);
    const changes = changeDesk(await readDeskParts(tx, tenant, agentsIn(change)), parts, mode, tx.now);
    const { differences, faults } = changes;
    refuseFaults(faults);
    refuseInUse(await partsInUse(tx, tenant, differences));
    const answer = { ...countOf(parts, differences), warnings: warningsAt(parts, tx.now) };
    if (differences.length === 0) return { sequence: number, ...answer };
    const changed = changedParts(changes);
    const editions = await saveDesk(tx, tenant, changed);
    if (changed.some(({ part }) => part === 'queues' || part === 'calendars'))
      await renewClosings(tx, tenant, changes.after);
    if (changed.some(({ part }) => part === 'agents' || part === 'calendars')) await lookAtShifts(tx, tenant);
    if (differences.some(concernsAcceptance)) await retime(tx, tenant, 'calendar-changed');
    await append(tx, entriesOf(by, changed, editions));
    return { sequence: await noteVersion(tx, { tenant, actor, why }, differences), ...answer };
  });

/** What the change would do; nothing is stored. */
export const planDesk = async (tx: Transaction, tenant: string, wanted: Wanted): Promise<DeskPlan> => {
  const sequence = await deskNumber(tx, tenant);
  const there = await readDeskParts(tx, tenant, agentsIn(wanted));
  const { differences, faults } = changeDesk(there, wanted.parts, wanted.mode, tx.now);
  const inUse = await partsInUse(tx, tenant, differences);
  return { sequence, differences, faults: [...faults, ...inUse], warnings: warningsAt(wanted.parts, tx.now) };
};
