import type { Caller } from '@tierline/auth';
import {
  CatalogueChanged,
  CataloguePartRemoved,
  EscalationChanged,
  MatrixChanged,
  RulesChanged,
  allParts,
  canonicalPart,
  deskDifferences,
  deskFaults,
  deskSorts,
  partId,
  placeOfFault,
  type DeskDifference,
  type DeskParts,
  type DeskSort,
  type Fact,
} from '@tierline/contracts';
import {
  deskNumber,
  lockDesk,
  noteVersion,
  partsAtVersion,
  readParts,
  refuseFaults,
  refuseUnlessSeen,
  renewDesk,
  repeatParts,
  revertNote,
  saveParts,
  warningsAt,
} from '@tierline/desk';
import type { DeskPlan, PartChange, ToldPart } from '@tierline/desk';
import { append, originOf, type Entry } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import { deskOf, ruleSet } from './desks.ts';
import type { Rule } from './domain/desk.ts';

/** The sorts of parts that are decided here. */
export type OwnSort = 'categories' | 'matrix' | 'rules' | 'escalations';
const ownSorts: readonly OwnSort[] = ['categories', 'matrix', 'rules', 'escalations'];

export type OwnParts = DeskParts<OwnSort>;

/** The catalogue and the ways of tickets as they are kept. */
export const readCatalogue = async (tx: Transaction, tenant: string): Promise<OwnParts> => {
  const byKind = Map.groupBy(await readParts(tx, tenant), ({ kind }) => kind);
  const bodies = (kind: string) => (byKind.get(kind) ?? []).map(({ body }) => body);
  const [rules] = bodies(ruleSet.kind) as { rules: Rule[] }[];
  const listed: [OwnSort, unknown][] = ownSorts.map((name) => [
    name,
    name === 'rules' ? (rules?.rules ?? []) : bodies(deskSorts[name].kind),
  ]);
  return Object.fromEntries(listed) as OwnParts;
};

const canonicalOf = (parts: OwnParts): OwnParts =>
  Object.fromEntries(
    ownSorts.map((name) => [name, parts[name].map((part) => canonicalPart(name as DeskSort, part))]),
  ) as unknown as OwnParts;

const differencesOf = (before: OwnParts, after: OwnParts) => deskDifferences(allParts(before), allParts(after));

/** Rules are kept and told as one, since their order is part of what they say. */
const changesOf = (differences: readonly DeskDifference[], after: OwnParts): PartChange[] => {
  const parts = differences.flatMap(({ part, id }): PartChange[] => {
    if (part === 'rules') return [];
    const body = (after[part as OwnSort] as readonly never[]).find((one) => partId(part, one) === id) ?? null;
    return [{ kind: deskSorts[part].kind, id, body }];
  });
  const rulesChanged = differences.some(({ part }) => part === 'rules');
  return rulesChanged ? [...parts, { ...ruleSet, body: { rules: after.rules } }] : parts;
};

const facts: Readonly<Record<string, (body: never) => Fact>> = {
  [deskSorts.categories.kind]: (body: OwnParts['categories'][number]) =>
    CatalogueChanged({ ...body, tier: body.tier ?? null, queue: body.queue ?? null }),
  [deskSorts.matrix.kind]: (body: OwnParts['matrix'][number]) => MatrixChanged(body),
  [deskSorts.escalations.kind]: (body: OwnParts['escalations'][number]) => EscalationChanged(body),
  [ruleSet.kind]: (body: { rules: Rule[] }) => RulesChanged(body),
};

const entriesOf = (by: Caller, parts: readonly ToldPart[]): Entry[] => {
  const origin = originOf(by);
  return parts.map(({ kind, id, body, sequence }) => ({
    ...origin,
    subject: `${by.tenant}/${kind}/${id}`,
    sequence,
    fact: body ? facts[kind]!(body as never) : CataloguePartRemoved({ kind, id }),
  }));
};

type Change = {
  readonly by: Caller;
  readonly why: string | null;
  /** The version of the desk that the author saw. */
  readonly expected?: number | undefined;
  /** What there is to be, from what there is. */
  readonly after: (there: OwnParts) => OwnParts;
};

export type Changed = { readonly sequence: number; readonly differences: readonly DeskDifference[] };

/** Changes catalogue and ways, all or nothing, and publishes what differs. Throws `changed_meanwhile`. */
export const changeCatalogue = async (tx: Transaction, { by, why, expected, after }: Change): Promise<Changed> => {
  const { tenant, actor } = by;
  const number = await lockDesk(tx, tenant);
  refuseUnlessSeen(expected, number);
  const there = await readCatalogue(tx, tenant);
  const wanted = canonicalOf(after(there));
  const differences = differencesOf(there, wanted);
  if (differences.length === 0) return { sequence: number, differences };
  const changes = changesOf(differences, wanted);
  const editions = await saveParts(tx, tenant, changes);
  await renewDesk(tx, [tenant]);
  await append(
    tx,
    entriesOf(
      by,
      changes.map((change) => ({ ...change, ...editions(change) })),
    ),
  );
  return { sequence: await noteVersion(tx, { tenant, actor, why }, differences), differences };
};

/** Publishes catalogue and ways again, and what is gone of them, as they are: nothing of them changes. */
export const republishCatalogue = async (
  tx: Transaction,
  by: Caller,
): Promise<{ readonly sequence: number; readonly published: number }> => {
  const sequence = await lockDesk(tx, by.tenant);
  const parts = await repeatParts(tx, by.tenant, Object.keys(facts));
  await append(tx, entriesOf(by, parts));
  return { sequence, published: parts.length };
};

/** The parts of a whole document that are decided here. */
export const ownParts = ({ categories, matrix, rules, escalations }: DeskParts): OwnParts => ({
  categories,
  matrix,
  rules,
  escalations,
});

/** Everything that is wrong with a whole document. */
export const documentFaults = (parts: DeskParts) => deskFaults(parts).map(placeOfFault);

/** What the whole document would change here; nothing is stored. */
export const planCatalogue = async (tx: Transaction, tenant: string, parts: DeskParts): Promise<DeskPlan> => ({
  sequence: await deskNumber(tx, tenant),
  differences: differencesOf(await readCatalogue(tx, tenant), canonicalOf(ownParts(parts))),
  faults: documentFaults(parts),
  warnings: warningsAt(parts, tx.now),
});

/** Catalogue and ways as they were after a version. Throws `version_absent` and `version_inexact`. */
export const catalogueAtVersion = async (tx: Transaction, tenant: string, number: number): Promise<DeskParts> =>
  partsAtVersion(tx, tenant, number, allParts(await readCatalogue(tx, tenant)));

const judged: readonly DeskSort[] = [...ownSorts, 'tiers', 'queues', 'calendars'];

/** What is wrong with catalogue and ways on the desk of today, as far as it is known here. */
const faultsToday = async (tx: Transaction, tenant: string, own: DeskParts) => {
  const { tiers, queues, calendars } = await deskOf(tx, tenant);
  const known = { tiers: [...tiers.values()], queues: [...queues.values()], calendars: [...calendars.values()] };
  const faults = deskFaults({ ...own, ...known });
  const isJudged = ({ part, names }: (typeof faults)[number]) =>
    (ownSorts as readonly DeskSort[]).includes(part) && (names === undefined || judged.includes(names));
  return faults.filter(isJudged).map(placeOfFault);
};

/** What going back to a version would change here; nothing is stored. */
export const planRevert = async (tx: Transaction, tenant: string, number: number): Promise<DeskPlan> => {
  const parts = await catalogueAtVersion(tx, tenant, number);
  return {
    sequence: await deskNumber(tx, tenant),
    differences: differencesOf(await readCatalogue(tx, tenant), canonicalOf(ownParts(parts))),
    faults: await faultsToday(tx, tenant, parts),
    warnings: [],
  };
};

type Revert = Pick<Change, 'by' | 'expected'> & { readonly number: number; readonly why: string | undefined };

/** Makes catalogue and ways what they were after a version, as a new version. Throws `desk_invalid`, and as above. */
export const revertCatalogue = async (tx: Transaction, { by, expected, number, why }: Revert): Promise<Changed> => {
  await lockDesk(tx, by.tenant);
  const parts = await catalogueAtVersion(tx, by.tenant, number);
  refuseFaults(await faultsToday(tx, by.tenant, parts));
  return changeCatalogue(tx, { by, expected, why: revertNote(number, why), after: () => ownParts(parts) });
};
