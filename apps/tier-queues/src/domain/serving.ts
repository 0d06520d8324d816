import type { Told } from '@tierline/contracts';
import type { Calendar } from './clocks/calendar.ts';
import { openHours } from './clocks/working-time.ts';
import type { Desk, Queue } from './desk.ts';
import { isAble } from './eligibility.ts';
import type { Person } from './people.ts';
import { leadOf, managementInCharge } from './reminders.ts';
import { awayHours, calendarToday, shiftsOf, without, type Hours } from './shifts.ts';
import { after, day, isLater } from './time.ts';

/** An agent as it matters to whether a queue will be served. */
export type Server = Pick<Person, 'agent' | 'presence'> & {
  /** Since when the presence was said; null where nothing was. */
  readonly said: string | null;
};

/** A queue that nobody will serve, and why, for people. */
export type Unserved = { readonly queue: Queue; readonly detail: string };

/** Open hours of calendars between two instants, each worked out once. */
const hoursOf = () => {
  const known = new Map<string, readonly Hours[]>();
  return (calendar: Calendar, { from, to }: Hours): readonly Hours[] => {
    const key = `${calendar.id} ${from} ${to}`;
    const hours = known.get(key) ?? openHours(calendar, from, to);
    known.set(key, hours);
    return hours;
  };
};
type HoursIn = ReturnType<typeof hoursOf>;

/** How far ahead the next opening of a queue is looked for, in milliseconds. */
const horizon = 31 * day;

type Ahead = Hours & { readonly work: readonly Hours[] };

/** The day that counts, from now or from when the queue opens next, and its work in it; null: it stays closed for long. */
const dayAhead = (calendar: Calendar | null, at: string, hoursIn: HoursIn): Ahead | null => {
  const from = calendar ? hoursIn(calendar, { from: at, to: after(at, horizon) })[0]?.from : at;
  if (from === undefined) return null;
  const ahead = { from, to: after(from, day) };
  return { ...ahead, work: calendar ? hoursIn(calendar, ahead) : [ahead] };
};

const meets = (some: readonly Hours[], others: readonly Hours[]): boolean =>
  some.some((one) => others.some((other) => one.from < other.to && other.from < one.to));

type Looking = { readonly desk: Desk; readonly at: string; readonly hoursIn: HoursIn };

/** True for who said to be away a day ago and nothing since: less may be lunch. */
const staysAway = ({ presence, said }: Server, at: string): boolean =>
  presence === 'away' && said !== null && !isLater(after(said, day), at);

const willBeThere = (server: Server, ahead: Ahead, { desk, at, hoursIn }: Looking): boolean => {
  const { agent, presence } = server;
  const left = without(ahead.work, awayHours(desk, agent.agentId));
  const shifts = shiftsOf(agent, desk.book);
  if (shifts.length === 0) return left.length > 0 && !staysAway(server, at);
  // Who says to be present works longer, or earlier, than the shift.
  const isHere = presence === 'present' && ahead.from === at && left[0]?.from === at;
  return isHere || shifts.some((shift) => meets(hoursIn(shift, ahead), left));
};

const moment = (instant: string): string => instant.slice(0, 16).replace('T', ' ');

const whyNot = ({ agent: { agentId, shifts = [] }, said }: Server, ahead: Hours, desk: Desk): string => {
  const absence = desk.absences.find(
    ({ personId, from, until }) => personId === agentId && from < ahead.to && ahead.from < until,
  );
  if (absence) return `${agentId} is away until ${moment(absence.until)} UTC`;
  if (shifts.length > 0 || said === null) return `${agentId} has no shift then`;
  return `${agentId} is away since ${moment(said)} UTC`;
};

/** People that are named; the rest is counted. */
const mostNamed = 5;

const detailOf = (queue: Queue, able: readonly Server[], ahead: Hours, desk: Desk): string => {
  const when = `From ${moment(ahead.from)} to ${moment(ahead.to)} UTC`;
  if (able.length === 0) return `Nobody of team ${queue.team} has what the queue asks for.`;
  const named = able.slice(0, mostNamed).map((server) => whyNot(server, ahead, desk));
  const more = able.length > mostNamed ? `, and ${able.length - mostNamed} more are not there` : '';
  return `${when}: ${named.join(', ')}${more}.`;
};

const membersOf = (people: readonly Server[]): ReadonlyMap<string, readonly Server[]> => {
  const teams = new Map<string, Server[]>();
  for (const one of people)
    for (const team of one.agent.teams) {
      const members = teams.get(team);
      if (members) members.push(one);
      else teams.set(team, [one]);
    }
  return teams;
};

const nothingMore = { skills: [], certifications: [] };

/**
 * The queues that nobody will serve in the next day of their hours: of all in the team who bring what the queue asks for,
 * each is away, or has no shift in which it works. Who has no shifts comes when he or she comes, unless
 * away since a day or longer.
 */
export const unservedQueues = (desk: Desk, people: readonly Server[], at: string): Unserved[] => {
  const looking: Looking = { desk, at, hoursIn: hoursOf() };
  const teams = membersOf(people);
  return [...desk.queues.values()].flatMap((queue): Unserved[] => {
    const ahead = dayAhead(calendarToday(desk.book, queue.calendar), at, looking.hoursIn);
    if (!ahead) return [];
    const able = (teams.get(queue.team) ?? []).filter((server) =>
      isAble({ ...server, load: 0 }, { queue, needs: nothingMore }, desk, at),
    );
    if (able.some((server) => willBeThere(server, ahead, looking))) return [];
    return [{ queue, detail: detailOf(queue, able, ahead, desk) }];
  });
};

/** The queues to which the desk itself sends tickets: where tiers begin, and what gets the work of one that closes. */
export const targetsOf = ({ tiers, queues }: Pick<Desk, 'tiers' | 'queues'>): ReadonlySet<string> =>
  new Set([
    ...[...tiers.values()].map(({ defaultQueue }) => defaultQueue),
    ...[...queues.values()].flatMap(({ handsOverTo }) => handsOverTo ?? []),
  ]);

/** Whom to tell of a queue that nobody will serve: who leads its team, or else management, or else all of the team. */
export const toldOfUnserved = ({ team, tier }: Queue, desk: Desk, at: string): Told[] => {
  const lead = leadOf(team, desk, at);
  if (lead.agentId !== null) return [lead];
  const management = managementInCharge({ team, tier }, desk, 'notified-up', at);
  return management.length > 0 ? management : [lead];
};
