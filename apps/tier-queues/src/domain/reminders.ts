import type { ManagementConcern, Told } from '@tierline/contracts';
import type { Clock } from './clocks/clock.ts';
import { calendarOf, type Calendar } from './clocks/calendar.ts';
import type { BreachAction, Policy } from './clocks/policies.ts';
import { reminderTime } from './clocks/working-time.ts';
import { fallbackPlace, type Desk, type Place } from './desk.ts';
import { awaitedRoute, type KnownTicket } from './ticket.ts';

/** Where the ticket is, or was last. */
export const lastPlace = (ticket: KnownTicket): Place | null => ticket.place ?? ticket.previous.at(-1) ?? null;

/** Where the ticket is, or was last; where it was nowhere yet, it is expected in its tier, or in the lowest. */
const placeInCharge = (ticket: KnownTicket, desk: Desk): Place | null => {
  const last = lastPlace(ticket);
  if (last) return last;
  const awaited = awaitedRoute(ticket);
  return fallbackPlace(desk, awaited?.queue ?? null, awaited?.tier ?? null);
};

/** The lead of the ticket's team, to be told at this moment or later. */
export const toLead = (ticket: KnownTicket, desk: Desk, notBefore: string): Told =>
  leadOf(placeInCharge(ticket, desk)?.team ?? null, desk, notBefore);

/** The lead of this team; without a name where the desk knows none. */
export const leadOf = (team: string | null, { teams }: Desk, notBefore: string): Told => ({
  who: 'lead',
  agentId: (team === null ? undefined : teams.get(team)?.lead) ?? null,
  team,
  notBefore,
});

const toOwner = (ticket: KnownTicket, desk: Desk, notBefore: string): Told =>
  ticket.owner === null
    ? toLead(ticket, desk, notBefore)
    : { ...toLead(ticket, desk, notBefore), who: 'owner', agentId: ticket.owner };

/** Whom to tell at once of a ticket that is on its way between two queues: its event names no place, and so no team. */
export const toldBetweenQueues = (ticket: KnownTicket, desk: Desk, at: string): { readonly tell?: Told[] } => {
  if (ticket.place) return {};
  const lead = toLead(ticket, desk, at);
  return { tell: ticket.owner === null ? [lead] : [toOwner(ticket, desk, at), lead] };
};

type Whereabouts = { readonly team: string | null; readonly tier: string | null };

const whereabouts = (ticket: KnownTicket, desk: Desk): Whereabouts => {
  const place = placeInCharge(ticket, desk);
  return { team: place?.team ?? null, tier: awaitedRoute(ticket)?.tier ?? place?.tier ?? null };
};

/** Those of management who are to be told of this, at this moment or later; nobody where the desk names nobody. */
export const toManagement = (ticket: KnownTicket, desk: Desk, of: ManagementConcern, notBefore: string): Told[] => {
  const { team, tier } = whereabouts(ticket, desk);
  return desk.management
    .filter(({ toldOf, teams, tiers }) => {
      const isInCharge = teams?.includes(team ?? '') || tiers?.includes(tier ?? '') || !(teams || tiers);
      return isInCharge && (toldOf?.includes(of) ?? true);
    })
    .map(({ personId }) => ({ who: 'management', agentId: personId, team, notBefore }));
};

/** Whom to tell at once of what goes beyond the team: its lead, and management. */
export const toldUpwards = (ticket: KnownTicket, desk: Desk, of: ManagementConcern, at: string): Told[] => [
  ...(toldBetweenQueues(ticket, desk, at).tell ?? [toLead(ticket, desk, at)]),
  ...toManagement(ticket, desk, of, at),
];

/** The policy of a clock as it is today; undefined when there is none of that name any more. */
export const policyOf = ({ book }: Desk, { policy }: Clock): Policy | undefined =>
  book.policies.find(({ id }) => id === policy.id);

/** When somebody of the ticket's team may be reminded of a promise: in the hours of their queue, unless it is 24/7. */
const tellingTime = (ticket: KnownTicket, promise: Calendar, desk: Desk, at: string): string =>
  reminderTime(promise, hoursOfQueue(desk, placeInCharge(ticket, desk)), at);

const hoursOfQueue = ({ book, queues }: Desk, place: Place | null): Calendar | null => {
  const id = place && queues.get(place.queue)?.calendar;
  if (!id) return null;
  const editions = book.calendars.filter((calendar) => calendar.id === id);
  return editions.reduce<Calendar | null>((best, one) => (best && best.version > one.version ? best : one), null);
};

/** Whom a warning goes to: the owner, or the lead where nobody owns the ticket. */
export const toldOfWarning = (ticket: KnownTicket, clock: Clock, desk: Desk, at: string): Told[] => [
  toOwner(ticket, desk, tellingTime(ticket, calendarOf(desk.book.calendars, clock.calendar), desk, at)),
];

/** Each of them once. */
export const unique = (told: readonly Told[]): Told[] => {
  const isSame = (one: Told, other: Told) =>
    one.who === other.who && one.agentId === other.agentId && one.team === other.team;
  return told.filter((one, index) => told.findIndex((other) => isSame(one, other)) === index);
};

/** Management, or whoever leads the team where the desk names nobody of it. */
const upwards = (ticket: KnownTicket, desk: Desk, notBefore: string): Told[] => {
  const named = toManagement(ticket, desk, 'notified-up', notBefore);
  return named.length > 0 ? named : [{ ...toLead(ticket, desk, notBefore), who: 'management', agentId: null }];
};

/** Whom a breach goes to by the policy; where nothing is said, and where there is no policy any more, to owner and lead. */
export const toldOfBreach = (ticket: KnownTicket, clock: Clock, desk: Desk, at: string): Told[] => {
  const notBefore = tellingTime(ticket, calendarOf(desk.book.calendars, clock.calendar), desk, at);
  const actions: readonly BreachAction[] = policyOf(desk, clock)?.onBreach ?? [];
  const told = actions.flatMap((action): Told[] => {
    if (action === 'tell-owner') return [toOwner(ticket, desk, notBefore)];
    if (action === 'tell-lead') return [toLead(ticket, desk, notBefore)];
    return action === 'notify-up' ? upwards(ticket, desk, notBefore) : [];
  });
  return unique(told.length > 0 ? told : [toOwner(ticket, desk, notBefore), toLead(ticket, desk, notBefore)]);
};
