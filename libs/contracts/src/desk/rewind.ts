import { isSame, type DeskDifference } from './difference.ts';
import { deskSortNames, partId, type DeskParts, type DeskSort } from './sorts.ts';

type Part = Record<string, unknown>;
type Lists = Map<DeskSort, Part[]>;

/** A part of which the differences do not tell how it was. */
export type Unclear = { readonly part: DeskSort; readonly id: string; readonly why: string };

export type Rewound = { readonly parts: DeskParts; readonly unclear: readonly Unclear[] };

const placeOf = (list: readonly Part[], part: DeskSort, id: string): number =>
  list.findIndex((one) => partId(part, one as never) === id);

const otherNow = 'it is not as the change left it';

/** The fields as they were; null where they are not as the difference left them. */
const fieldsBefore = (now: Part, { fields }: DeskDifference): Part | null => {
  if (fields.some(({ field, to }) => !isSame(now[field], to))) return null;
  const before = { ...now };
  for (const { field, from } of fields) {
    if (from === undefined) delete before[field];
    else before[field] = from;
  }
  return before;
};

/** Takes one difference back; gives why that cannot be done exactly. */
const takeBack = (lists: Lists, difference: DeskDifference): string | null => {
  const { part, id, what, place } = difference;
  const list = lists.get(part)!;
  const at = placeOf(list, part, id);
  if (what === 'removed') {
    if (at >= 0) return 'it is there again without a change that says so';
    const before = fieldsBefore({}, difference);
    if (!before || partId(part, before as never) !== id) return 'the change does not tell all of it';
    list.splice(place ?? list.length, 0, before);
    return part === 'rules' && place === undefined ? 'its place among the rules was not kept then' : null;
  }
  const before = at < 0 ? null : fieldsBefore(list[at]!, difference);
  if (!before) return otherNow;
  list.splice(at, 1, ...(what === 'new' ? [] : [before]));
  return null;
};

/** Rules that stayed, in the order in which they were. */
const orderBack = (lists: Lists, { fields }: DeskDifference): string | null => {
  const [from, to] = [fields[0]?.from, fields[0]?.to] as [string[] | undefined, string[] | undefined];
  const rules = lists.get('rules')!;
  const names = rules.map((rule) => String(rule['name']));
  if (!from || !isSame(names, to)) return otherNow;
  lists.set(
    'rules',
    from.map((name) => rules[names.indexOf(name)]!),
  );
  return null;
};

const isOrder = ({ part, id, what, fields }: DeskDifference): boolean =>
  part === 'rules' && id === 'order' && what === 'changed' && fields[0]?.field === 'order';

/** What is new goes first, then those that stay get their order, then what went comes back, each to its place. */
const inTurn = (differences: readonly DeskDifference[]): DeskDifference[] => {
  const turnOf = (one: DeskDifference) => (one.what === 'removed' ? 2 : isOrder(one) ? 1 : 0);
  const placeIn = ({ place = 0 }: DeskDifference) => place;
  return differences.toSorted((one, other) => turnOf(one) - turnOf(other) || placeIn(one) - placeIn(other));
};

/** The parts as they were before these changes, the latest change first, and what of them cannot be told. */
export const rewound = (now: DeskParts, changes: readonly (readonly DeskDifference[])[]): Rewound => {
  const lists: Lists = new Map(deskSortNames.map((name) => [name, [...(now[name] as unknown as Part[])]]));
  const unclear = changes.flatMap((differences) =>
    inTurn(differences).flatMap((difference): Unclear[] => {
      const why = isOrder(difference) ? orderBack(lists, difference) : takeBack(lists, difference);
      return why === null ? [] : [{ part: difference.part, id: difference.id, why }];
    }),
  );
  return { parts: Object.fromEntries(lists) as unknown as DeskParts, unclear };
};
