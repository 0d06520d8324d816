import { deskSortNames, partId, type DeskParts, type DeskSort } from './sorts.ts';

/** How one part differs between two desks; fields by name, `from` absent where it is new, `to` where it goes. */
export type DeskDifference = {
  readonly part: DeskSort;
  readonly id: string;
  readonly what: 'new' | 'changed' | 'removed';
  readonly fields: readonly { readonly field: string; readonly from?: unknown; readonly to?: unknown }[];
  /** Of a rule that goes: where it stood among the rules, 0 first. */
  readonly place?: number;
};

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
};

/** True when the two say the same, whatever the order of their fields. */
export const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));

type Fields = Readonly<Record<string, unknown>>;

const fieldsThatDiffer = (before: Fields, after: Fields) =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((field) => !isSame(before[field], after[field]))
    .map((field) => ({
      field,
      ...(before[field] === undefined ? {} : { from: before[field] }),
      ...(after[field] === undefined ? {} : { to: after[field] }),
    }));

const nothing: Fields = {};

const differencesIn = (part: DeskSort, before: readonly never[], after: readonly never[]): DeskDifference[] => {
  const idsOf = (parts: readonly never[]) => new Map(parts.map((one) => [partId(part, one), one as Fields]));
  const [there, wanted] = [idsOf(before), idsOf(after)];
  const changes = [...wanted].flatMap(([id, to]): DeskDifference[] => {
    const from = there.get(id);
    const fields = fieldsThatDiffer(from ?? nothing, to);
    return fields.length > 0 ? [{ part, id, what: from ? 'changed' : 'new', fields }] : [];
  });
  const removed = [...there].flatMap(([id, from], place): DeskDifference[] => {
    if (wanted.has(id)) return [];
    const fields = fieldsThatDiffer(from, nothing);
    return [{ part, id, what: 'removed', fields, ...(part === 'rules' && { place }) }];
  });
  return [...changes, ...removed];
};

/** Rules are tried in order: those that stay may only have changed places. */
const orderOfRules = (before: DeskParts['rules'], after: DeskParts['rules']): DeskDifference[] => {
  const names = (rules: DeskParts['rules'], others: DeskParts['rules']) => {
    const known = new Set(others.map(({ name }) => name));
    return rules.map(({ name }) => name).filter((name) => known.has(name));
  };
  const [from, to] = [names(before, after), names(after, before)];
  return isSame(from, to)
    ? []
    : [{ part: 'rules', id: 'order', what: 'changed', fields: [{ field: 'order', from, to }] }];
};

/** What has to change to get from one desk to the other. Both in canonical parts. */
export const deskDifferences = (before: DeskParts, after: DeskParts): DeskDifference[] => [
  ...deskSortNames.flatMap((name) => differencesIn(name, before[name] as never[], after[name] as never[])),
  ...orderOfRules(before.rules, after.rules),
];
