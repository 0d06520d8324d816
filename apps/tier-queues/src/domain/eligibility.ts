import { DomainError, Priority, type RefusalKind } from '@tierline/contracts';
import { Temporal } from 'temporal-polyfill';
import type { PromiseBook } from './clocks/timekeeping.ts';
import { weightOf, type Desk, type DeskAgent, type Queue } from './desk.ts';
import { bothNeeds, certificateWord, lowest, needsOfQueue, skillWord, type Needs } from './needs.ts';
import type { Person } from './people.ts';
import { calendarToday, isOnShift } from './shifts.ts';

/** A rule by which somebody may not take a ticket. */
export type Shortcoming = {
  readonly code:
    'skill_missing' | 'certificate_missing' | 'certificate_expired' | 'off_shift' | 'away' | 'capacity_full';
  readonly message: string;
};

/** What taking a ticket depends on: the queue that it waits in, what its route asks for there, and how urgent it is. */
export type Work = {
  readonly queue: Queue | undefined;
  readonly needs: Needs;
  /** Absent where no ticket is chosen yet: then it is enough that there is a place. */
  readonly priority?: Priority | null;
};

type Terms = Pick<Desk, 'book' | 'limits'>;
type Certificate = NonNullable<DeskAgent['certifications']>[number];

const levelOf = (agent: DeskAgent | undefined, skill: string): number =>
  agent?.skills?.find((held) => held.skill === skill)?.level ?? 0;

/** The skills that somebody lacks of these. */
export const skillsMissing = (agentId: string, agent: DeskAgent | undefined, skills: Needs['skills']): Shortcoming[] =>
  skills.flatMap(({ skill, level = lowest }) => {
    const held = levelOf(agent, skill);
    if (held >= level) return [];
    const has = held === 0 ? `${agentId} does not have it` : `${agentId} has level ${held}`;
    return [{ code: 'skill_missing', message: `Skill ${skill} from level ${level} is needed, and ${has}.` }];
  });

/** Until the end of its last day, where the queue works. */
const isValid = ({ expires }: Certificate, zone: string, at: string): boolean => {
  if (expires === undefined) return true;
  const end = Temporal.PlainDate.from(expires).add({ days: 1 }).toZonedDateTime(zone);
  return Date.parse(at) < end.epochMilliseconds;
};

const certificatesMissing = (
  agentId: string,
  agent: DeskAgent | undefined,
  needed: readonly string[],
  zone: string,
  at: string,
): Shortcoming[] =>
  needed.flatMap((certification): Shortcoming[] => {
    const held = (agent?.certifications ?? []).filter((one) => one.certification === certification);
    if (held.some((one) => isValid(one, zone, at))) return [];
    const last = held
      .map(({ expires }) => expires)
      .sort()
      .at(-1);
    return last === undefined
      ? [{ code: 'certificate_missing', message: `Certificate ${certification} is needed; ${agentId} has none.` }]
      : [{ code: 'certificate_expired', message: `Certificate ${certification} of ${agentId} expired on ${last}.` }];
  });

/** The zone in which days of the queue end. */
const zoneOf = (queue: Queue | undefined, book: PromiseBook): string =>
  calendarToday(book, queue?.calendar)?.zone ?? 'Etc/UTC';

const notThere = ({ agent, presence }: Person, book: PromiseBook, at: string): Shortcoming[] => {
  const { agentId } = agent;
  if (presence === 'away') return [{ code: 'away', message: `${agentId} is away.` }];
  // Who says to be there outside the shift works longer, or earlier.
  if (presence !== null || isOnShift(agent, book, at) !== false) return [];
  return [{ code: 'off_shift', message: `${agentId} is off shift, and has not said to be present.` }];
};

/** Places for tickets that the agent works on at once; undefined where neither agent nor queue says. */
export const capacityOf = (agent: DeskAgent, queue: Queue | undefined): number | undefined =>
  agent.capacity ?? queue?.capacity;

const full = ({ agent, load }: Person, { queue, priority }: Work, { limits }: Terms): Shortcoming[] => {
  const capacity = capacityOf(agent, queue);
  const weight = priority === undefined ? 1 : weightOf(priority, limits);
  // Who has nothing else may have what is heavier than all that he or she could carry.
  if (capacity === undefined || load === 0 || load + weight <= capacity) return [];
  const taken = limits.weights ? `${load} of ${capacity} places taken` : `${load} of ${capacity} tickets at once`;
  const more = weight > 1 ? `, and this one takes ${weight}` : '';
  return [{ code: 'capacity_full', message: `${agent.agentId} has ${taken}${more}.` }];
};

const nothingMore: Needs = { skills: [], certifications: [] };

/** The priorities of which the agent has room for one more ticket; null: of every one. */
export const roomFor = (person: Person, queue: Queue | undefined, desk: Terms): readonly Priority[] | null => {
  const fitting = Priority.options.filter(
    (priority) => full(person, { queue, needs: nothingMore, priority }, desk).length === 0,
  );
  return fitting.length === Priority.options.length ? null : fitting;
};

/** Every rule by which the agent may not take such work now; `person` is undefined for who is not in the desk. */
export const shortcomings = (
  agentId: string,
  person: Person | undefined,
  work: Work,
  terms: Terms,
  at: string,
): Shortcoming[] => {
  const { queue, needs } = work;
  const { book } = terms;
  const { skills, certifications } = bothNeeds(needsOfQueue(queue), needs);
  return [
    ...skillsMissing(agentId, person?.agent, skills),
    ...certificatesMissing(agentId, person?.agent, certifications, zoneOf(queue, book), at),
    ...(person ? [...notThere(person, book, at), ...full(person, work, terms)] : []),
  ];
};

/** True when the agent brings what is needed, whether or not he or she is there and free. */
export const isAble = (person: Person, { queue, needs }: Work, desk: Terms, at: string): boolean =>
  shortcomings(person.agent.agentId, person, { queue, needs }, desk, at).every(({ code }) => passing.includes(code));

/** What does not hold for long. */
const passing: readonly Shortcoming['code'][] = ['off_shift', 'away', 'capacity_full'];

/** The words of all needs that the agent fulfils in this queue: those of a lane have to be among them. */
export const wordsOf = (
  agent: DeskAgent,
  queue: Queue | undefined,
  { book }: Pick<Desk, 'book'>,
  at: string,
): string[] => {
  const zone = zoneOf(queue, book);
  const valid = (agent.certifications ?? []).filter((one) => isValid(one, zone, at));
  return [
    ...(agent.skills ?? []).flatMap(({ skill, level }) =>
      Array.from({ length: level }, (_, below) => skillWord(skill, below + 1)),
    ),
    ...valid.map(({ certification }) => certificateWord(certification)),
  ];
};

const kindOf = ({ code }: Shortcoming): RefusalKind => (passing.includes(code) ? 'conflict' : 'forbidden');

/** Refuses with the first rule, and names all of them. `path` is the field that named the agent, if one did. */
export const refuseFor = (found: readonly Shortcoming[], path?: string): never => {
  const [first] = found;
  const message = found.map((one) => one.message).join(' ');
  const fields = path === undefined ? {} : { fields: found.map((one) => ({ path, message: one.message })) };
  throw new DomainError(first!.code, message, path === undefined ? kindOf(first!) : 'refused', fields);
};
