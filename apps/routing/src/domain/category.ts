import { CatalogueChanged, type FactOf } from '@tierline/contracts';
import type { Category } from './desk.ts';

/** A category, or null before it is defined. */
export type Defined = Category | null;
export type CategoryEvent = FactOf<typeof CatalogueChanged>;

const isSame = (a: Category, b: Category) =>
  a.name === b.name && a.type === b.type && a.tier === b.tier && a.queue === b.queue;

const decide = (wanted: Category, known: Defined): readonly CategoryEvent[] =>
  known && isSame(known, wanted) ? [] : [CatalogueChanged(wanted)];

const evolve = (_known: Defined, { data }: CategoryEvent): Defined => data;

/** A category of the catalogue; the command is the whole category as it is to be. */
export const category = { initial: null as Defined, decide, evolve };
