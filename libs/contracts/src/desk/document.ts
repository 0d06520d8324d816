import { z } from 'zod';
import { deskSortNames, deskSorts, partId, singleSorts, type DeskParts, type DeskSort } from './sorts.ts';

/** A wrong place in a document, with a sentence. */
export type DeskFault = { readonly path: string; readonly message: string };

type Shape = Record<string, z.ZodType>;

const shape: Shape = Object.fromEntries(
  deskSortNames.map((name) => {
    const { shape: part, most } = deskSorts[name];
    const value = singleSorts.includes(name) ? part : z.array(part).max(most);
    return [name, value.optional()];
  }),
);

const Document = z.object({
  /** The edition of this format. */
  desk: z.literal(1).optional(),
  ...shape,
});

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Fields that stand in the raw value and that reading left out. */
const unknownFields = (raw: unknown, read: unknown, path: readonly string[]): DeskFault[] => {
  if (Array.isArray(raw) && Array.isArray(read))
    return raw.flatMap((item, index) => unknownFields(item, read[index], [...path, String(index)]));
  if (!isObject(raw) || !isObject(read)) return [];
  return Object.keys(raw).flatMap((key) =>
    key in read
      ? unknownFields(raw[key], read[key], [...path, key])
      : [{ path: [...path, key].join('.'), message: 'is not a known field' }],
  );
};

/** The parts that a document names, in its order, or everything that is wrong with its shape. */
export const readDesk = (
  raw: unknown,
): { readonly parts: DeskParts; readonly faults?: never } | { readonly faults: readonly DeskFault[] } => {
  const read = Document.safeParse(raw);
  if (!read.success)
    return { faults: read.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })) };
  const faults = unknownFields(raw, read.data, []);
  return faults.length > 0 ? { faults } : { parts: partsOf(read.data) };
};

const partsOf = (document: Record<string, unknown>): DeskParts =>
  Object.fromEntries(
    deskSortNames.map((name) => {
      const value = document[name];
      return [name, value === undefined ? [] : singleSorts.includes(name) ? [value] : value];
    }),
  ) as unknown as DeskParts;

/** The parts with those of the sorts that are not named empty. */
export const allParts = (parts: Partial<DeskParts>): DeskParts => ({ ...partsOf({}), ...parts });

const isNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && Object.keys(value).length === 0);

const plainPart = (name: DeskSort, part: Record<string, unknown>): Record<string, unknown> => {
  const fields = deskSorts[name].shape.shape as Shape;
  return Object.fromEntries(
    Object.entries(fields).flatMap(([field, type]) => {
      const value = part[field];
      const mayGo = isNothing(value) && type.safeParse(undefined).success;
      if (mayGo) return [];
      return [[field, name === 'agents' && field === 'teams' ? [...new Set(value as string[])].sort() : value]];
    }),
  );
};

/** The part as the desk keeps it: fields in one order, and without those that say nothing. */
export const canonicalPart = <P extends object>(name: DeskSort, part: P): P =>
  plainPart(name, part as Record<string, unknown>) as P;

const byId = (name: DeskSort) => (one: never, other: never) => (partId(name, one) < partId(name, other) ? -1 : 1);

const inOrder = (name: DeskSort, parts: readonly never[]): readonly never[] => {
  if (name === 'rules') return parts;
  if (name === 'tiers')
    return parts.toSorted((one: { rank: number }, other: { rank: number }) => one.rank - other.rank);
  return parts.toSorted(byId(name));
};

/** The document of these parts in its one canonical form: two desks are the same when their documents are. */
export const deskDocument = (parts: Partial<DeskParts>): Record<string, unknown> => {
  const entries = deskSortNames.flatMap((name) => {
    const items = inOrder(name, (parts[name] ?? []) as readonly never[]).map((part) => canonicalPart(name, part));
    if (items.length === 0) return [];
    return [[name, singleSorts.includes(name) ? items[0] : items] as const];
  });
  return { desk: 1, ...Object.fromEntries(entries) };
};

/** The shape of a document as JSON Schema 2020-12, for editors and other programs. */
export const deskSchema = () => ({
  $id: 'urn:tierline:schema:desk:1',
  title: 'A Tierline desk',
  ...z.toJSONSchema(Document, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      if (jsonSchema.type === 'object' && jsonSchema.properties) jsonSchema.additionalProperties = false;
    },
  }),
});
