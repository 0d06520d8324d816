import type { AbsencePart, DeskFault, DeskParts } from '@tierline/contracts';
import { absenceOf, type Absence } from './absences.ts';
import { zoneExists } from './clocks/calendar.ts';
import { isLater } from './time.ts';

type Wrong = { readonly field: 'from' | 'until' | 'zone' | 'deputy'; readonly message: string };

const laterOf = (one: string, other: string): string => (one > other ? one : other);
const earlierOf = (one: string, other: string): string => (one < other ? one : other);

/** While both last; null when they do not at the same time. */
const both = (one: Absence, other: Absence): Absence | null => {
  const [from, until] = [laterOf(one.from, other.from), earlierOf(one.until, other.until)];
  return from < until ? { ...other, from, until } : null;
};

/** The people along whom deputies lead back to who is away first, within the time in which all of them are away. */
const wayBack = (first: string, last: Absence, all: readonly Absence[], passed: readonly string[]): string[] | null => {
  if (last.deputy === null) return null;
  if (last.deputy === first) return [...passed, first];
  if (passed.includes(last.deputy)) return null;
  for (const other of all) {
    const shared = other.personId === last.deputy ? both(last, other) : null;
    const way = shared && wayBack(first, shared, all, [...passed, other.personId]);
    if (way) return way;
  }
  return null;
};

/** What is wrong with an absence among all others. */
export const wrongWith = (absence: Absence, others: readonly Absence[]): Wrong[] => {
  const { personId, from, until, deputy } = absence;
  if (deputy === personId) return [{ field: 'deputy', message: `${personId} cannot stand in for himself or herself` }];
  if (!isLater(until, from)) return [{ field: 'until', message: 'it ends before it begins' }];
  const same = others.find((other) => other.personId === personId && both(absence, other));
  if (same) return [{ field: 'from', message: `${personId} is away from ${same.from} to ${same.until} already` }];
  const way = wayBack(personId, absence, [absence, ...others], [personId]);
  const chain = way?.join(' to ');
  return way ? [{ field: 'deputy', message: `deputies go round in a circle: from ${chain}, all away at once` }] : [];
};

export const zoneFault = (zone: string): Wrong => ({ field: 'zone', message: `"${zone}" is no IANA time zone` });

type People = Pick<DeskParts, 'agents' | 'calendars'>;

/** The zone in which the days of the person are counted. */
const zoneOf = ({ personId }: AbsencePart, { agents, calendars }: People): string => {
  const shift = agents.find(({ agentId }) => agentId === personId)?.shifts?.[0];
  const zone = calendars.find(({ calendar }) => calendar === shift)?.zone;
  return zone !== undefined && zoneExists(zone) ? zone : 'Etc/UTC';
};

/** What is wrong with the first so many absences of these parts. */
export const absenceFaults = (named: number, parts: DeskParts): DeskFault[] => {
  const resolved = parts.absences.map((part) =>
    part.zone !== undefined && !zoneExists(part.zone)
      ? null
      : absenceOf({ personId: part.personId, source: 'desk' }, part, zoneOf(part, parts)),
  );
  const at = (index: number, { field, message }: Wrong): DeskFault => ({ path: `absences.${index}.${field}`, message });
  return resolved.slice(0, named).flatMap((absence, index) => {
    if (!absence) return [at(index, zoneFault(parts.absences[index]!.zone!))];
    const others = resolved.filter((other): other is Absence => other !== null && other !== absence);
    return wrongWith(absence, others).map((wrong) => at(index, wrong));
  });
};
