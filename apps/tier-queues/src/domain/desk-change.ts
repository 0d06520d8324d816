import {
  allParts,
  canonicalPart,
  deskDifferences,
  deskFaults,
  partId,
  placeOfFault,
  type DeskDifference,
  type DeskFault,
  type DeskParts,
  type TeamPart,
} from '@tierline/contracts';
import { absenceFaults } from './absence-faults.ts';
import { keptCalendar } from './calendar-part.ts';
import { isForeign, ownSorts, type KeptParts, type OwnSort } from './desk-parts.ts';
import { promiseFaults } from './promise-faults.ts';

/**
 * `merge`: what is not named stays as it is; `replace`: it goes; `revert`: it goes as far as it is decided here, and what
 * the parts name among the others is not judged.
 */
export type ChangeMode = 'merge' | 'replace' | 'revert';

export type DeskChange = {
  readonly differences: readonly DeskDifference[];
  /** At the paths of what was named; a change with any has to be refused. */
  readonly faults: readonly DeskFault[];
  /** Everything that there is after it. */
  readonly after: KeptParts;
};

type Parts = Readonly<Record<OwnSort, readonly never[]>>;

/** The named parts, then those that stay: so that a named one has the same place in both. */
const overlaid = (there: KeptParts, named: DeskParts): DeskParts => {
  const merged = ownSorts.map((name) => {
    const ids = new Set(named[name].map((part) => partId(name, part)));
    const staying = (there as Parts)[name].filter((part) => !ids.has(partId(name, part)));
    return [name, [...named[name], ...staying]];
  });
  return { ...named, ...(Object.fromEntries(merged) as unknown as KeptParts) };
};

/** Teams come with the queues and agents that name them, until somebody describes them. */
const withTeams = (parts: DeskParts): DeskParts => {
  const known = new Set(parts.teams.map(({ team }) => team));
  const named = [...parts.queues.map(({ team }) => team), ...parts.agents.flatMap(({ teams }) => teams)];
  const fresh = [...new Set(named)].filter((team) => !known.has(team));
  return { ...parts, teams: [...parts.teams, ...fresh.map((team): TeamPart => ({ team, name: team }))] };
};

/** A default queue that leaves a tier which is not named itself: told at the queue. */
const queuesThatHaveToStay = (named: DeskParts, { tiers }: KeptParts): DeskFault[] => {
  const namedTiers = new Set(named.tiers.map(({ tier }) => tier));
  const defaultOf = new Map(tiers.map(({ tier, defaultQueue }) => [defaultQueue, tier]));
  return named.queues.flatMap(({ queue, tier }, index) => {
    const home = defaultOf.get(queue);
    if (home === undefined || home === tier || namedTiers.has(home)) return [];
    return [
      {
        path: `queues.${index}.tier`,
        message: `queue ${queue} is the default queue of tier ${home} and has to stay there`,
      },
    ];
  });
};

const mergeFaults = (there: KeptParts, named: DeskParts, after: DeskParts): DeskFault[] => [
  // What was there before, and what only a complete desk has to have, is not this change's fault.
  ...deskFaults(after)
    .filter(({ part, index, kind }) => kind === 'always' && index < named[part].length)
    .map(placeOfFault),
  ...queuesThatHaveToStay(named, there),
];

const faultsIn = (there: KeptParts, named: DeskParts, after: DeskParts, mode: ChangeMode): DeskFault[] => {
  if (mode === 'merge') return mergeFaults(there, named, after);
  const faults = deskFaults(named);
  return (mode === 'replace' ? faults : faults.filter(({ names }) => !isForeign(names))).map(placeOfFault);
};

/** The parts as the desk keeps them. Calendars that cannot be used are left out: they are told as faults. */
const keptOf = (parts: DeskParts, faults: readonly DeskFault[], at: string): KeptParts => {
  const canonical = ownSorts.map((name) => [name, parts[name].map((part) => canonicalPart(name, part))]);
  const kept = Object.fromEntries(canonical) as unknown as DeskParts<OwnSort>;
  const usable = parts.calendars.filter(
    (_, index) => !faults.some(({ path }) => path.startsWith(`calendars.${index}.`)),
  );
  const calendars = usable.map((part) =>
    'closedOn' in part ? (part as KeptParts['calendars'][number]) : keptCalendar(canonicalPart('calendars', part), at),
  );
  return { ...kept, calendars };
};

/**
 * What a change does to the desk. `there` holds all parts, of the agents at least those that are named.
 * Nothing is refused here: faults are told beside the differences.
 */
export const changeDesk = (there: KeptParts, named: DeskParts, mode: ChangeMode, at: string): DeskChange => {
  const wanted = mode === 'merge' ? withTeams(overlaid(there, named)) : named;
  const faults = [
    ...faultsIn(there, named, wanted, mode),
    ...promiseFaults(named, at),
    ...absenceFaults(named.absences.length, wanted),
  ];
  const after = keptOf(wanted, faults, at);
  return { differences: deskDifferences(allParts(there), allParts(after)), faults: unique(faults), after };
};

/** Several checks may find the same place: the first that speaks of it is enough. */
const unique = (faults: readonly DeskFault[]): DeskFault[] => {
  const byPath = new Map<string, DeskFault>();
  for (const fault of faults) if (!byPath.has(fault.path)) byPath.set(fault.path, fault);
  return [...byPath.values()];
};
