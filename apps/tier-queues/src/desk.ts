import type { Caller } from '@tierline/auth';
import { DomainError, allParts, deskSorts, partId, type DeskDifference, type DeskParts } from '@tierline/contracts';
import {
  deskNumber,
  lockDesk,
  noteVersion,
  partsAtVersion,
  refuseFaults,
  refuseUnlessSeen,
  revertNote,
  warningsAt,
} from '@tierline/desk';
import type { DeskPlan } from '@tierline/desk';
import { append, type Commands } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import { lookAtShifts, renewClosings } from './closing-times.ts';
import { entriesOf, toldInOrder } from './desk-facts.ts';
import { readDeskParts, saveDesk, type ChangedPart } from './desk-store.ts';
import { partsInUse } from './desk-uses.ts';
import { changeDesk, type ChangeMode, type DeskChange } from './domain/desk-change.ts';
import { ownSorts, type OwnSort } from './domain/desk-parts.ts';
import { effectsOf, type PlanEffects } from './plan-effects.ts';
import { retime } from './retime.ts';
import type { Tickets } from './tickets.ts';

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

/** What is named comes before what names it. */
const changedParts = ({ differences, after }: DeskChange): ChangedPart[] =>
  toldInOrder.flatMap((part) => {
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
const agentsIn = ({ parts: { agents, management, absences }, mode }: Wanted) =>
  mode !== 'merge'
    ? undefined
    : [
        ...agents.map(({ agentId }) => agentId),
        ...management.map(({ personId }) => personId),
        ...absences.flatMap(({ personId, deputy = personId }) => [personId, deputy]),
      ];

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

const changeWithin = async (tx: Transaction, change: Change): Promise<DeskAnswer> => {
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
  if (changed.some(({ part }) => part === 'queues' || part === 'calendars')) await renewClosings(tx, tenant, changes);
  if (changed.some(({ part }) => part === 'agents' || part === 'calendars')) await lookAtShifts(tx, tenant);
  if (differences.some(concernsAcceptance)) await retime(tx, tenant, 'calendar-changed');
  const told = changed.map(({ part, id, body }) => {
    const key = { kind: deskSorts[part].kind, id };
    return { ...key, ...editions(key), body };
  });
  await append(tx, entriesOf(by, told));
  return { sequence: await noteVersion(tx, { tenant, actor, why }, differences), ...answer };
};

/**
 * Changes the desk, all or nothing, and publishes every part that differs.
 * Throws `desk_invalid`, `desk_part_in_use` and `changed_meanwhile`.
 */
export const putDesk = (commands: Commands, change: Change): Promise<DeskAnswer> =>
  commands.within(change, (tx) => changeWithin(tx, change));

/** What this service keeps of the desk as it was after a version. Throws `version_absent` and `version_inexact`. */
export const deskAtVersion = async (tx: Transaction, tenant: string, number: number): Promise<DeskParts> =>
  partsAtVersion(tx, tenant, number, allParts(await readDeskParts(tx, tenant)));

type Revert = Pick<Change, 'by' | 'expected' | 'idempotency'> & {
  readonly number: number;
  readonly why?: string | undefined;
};

/**
 * Makes the desk what it was after a version, as a new version. What categories and rules name, which another service
 * keeps, is not judged. Throws what `putDesk` and `deskAtVersion` throw.
 */
export const revertDesk = (commands: Commands, revert: Revert): Promise<DeskAnswer> =>
  commands.within(revert, async (tx) => {
    const { by, number, why, expected } = revert;
    await lockDesk(tx, by.tenant);
    const parts = await deskAtVersion(tx, by.tenant, number);
    return changeWithin(tx, { by, expected, parts, mode: 'revert', why: revertNote(number, why) });
  });

/** What the change would do, and to open tickets unless it would be refused; nothing is stored. */
export const planDesk = async (
  tx: Transaction,
  tenant: string,
  wanted: Wanted,
  tickets: Pick<Tickets, 'deskOf' | 'plannedDesk'>,
): Promise<DeskPlan & { readonly openTickets: PlanEffects | null }> => {
  const sequence = await deskNumber(tx, tenant);
  const there = await readDeskParts(tx, tenant, agentsIn(wanted));
  const change = changeDesk(there, wanted.parts, wanted.mode, tx.now);
  const faults = [...change.faults, ...(await partsInUse(tx, tenant, change.differences))];
  const plan = { sequence, differences: change.differences, faults, warnings: warningsAt(wanted.parts, tx.now) };
  if (faults.length > 0) return { ...plan, openTickets: null };
  const [now, then] = [await tickets.deskOf(tx, tenant), await tickets.plannedDesk(tx, tenant, changedParts(change))];
  return { ...plan, openTickets: await effectsOf(tx, tenant, change, { now, then }) };
};
