import {
  allParts,
  deskSortNames,
  type CalendarChanged,
  type DeskParts,
  type DeskSort,
  type FactOf,
} from '@tierline/contracts';

/** The sorts of parts that are decided elsewhere: the catalogue and the ways of tickets. */
type Foreign = 'categories' | 'matrix' | 'rules' | 'escalations';
const foreign: readonly DeskSort[] = ['categories', 'matrix', 'rules', 'escalations'] satisfies readonly Foreign[];

/** True for what is decided elsewhere, and not known here. */
export const isForeign = (sort: DeskSort | undefined): boolean => sort !== undefined && foreign.includes(sort);

/** The sorts of parts that are decided here. */
export type OwnSort = Exclude<DeskSort, Foreign>;
export const ownSorts = deskSortNames.filter((name) => !foreign.includes(name)) as readonly OwnSort[];

/** A calendar with every date that is closed, public holidays written out. */
export type KeptCalendar = Omit<FactOf<typeof CalendarChanged>['data'], 'version'>;

/** Parts of a desk as it keeps them. */
export type KeptParts = DeskParts<Exclude<OwnSort, 'calendars'>> & { readonly calendars: readonly KeptCalendar[] };

export const noParts: KeptParts = { ...allParts({}), calendars: [] };
