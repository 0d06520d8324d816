import type { ManagementConcern, Told } from '@tierline/contracts';
import { standInFor } from './absences.ts';
import type { Clock } from './clocks/clock.ts';
import { calendarOf, type Calendar } from './clocks/calendar.ts';
import type { BreachAction, Policy } from './clocks/policies.ts';
import { reminderTime } from './clocks/working-time.ts';
import { leadsOf } from './leading.ts';
import { fallbackPlace, type Desk, type Place } from './desk.ts';
import { awaitedRoute, lastPlace, type KnownTicket } from './ticket.ts';

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

/**
 * Whoever is there of those for whom this is: the deputy of who is away, and of nobody there: what is next. Who is
 * away is told nothing: who reads mails on leave works, and who does not cannot be counted on.
 */
const present = (told: Told, desk: Desk, next: () => Told | null): Told | null => {
  if (told.agentId === null) return told;
  const standIn = standInFor(desk, told.agentId, told.notBefore);
  if (standIn === null) return next();
  return standIn === told.agentId ? told : { ...told, agentId: standIn, standsInFor: told.agentId };
};

/** Whom to tell where the lead is away and nobody stands in: the first of management for the team, else all of the team. */
const insteadOfLead = (lead: Told, desk: Desk): Told => {
  const { team, notBefore, agentId } = lead;
  const [first] = managementInCharge({ team, tier: null }, desk, 'notified-up', notBefore);
  const instead = first ?? { ...lead, agentId: null, everybody: true };
  return { ...instead, ...(agentId !== null && { standsInFor: agentId }) };
};

/**
 * The lead of this team, or who stands in, or the first other lead who is there; without a name where the desk knows
 * none.
 */
export const leadOf = (team: string | null, desk: Desk, notBefore: string): Told => {
  const [agentId = null, ...others] = leadsOf(team, desk);
  const lead: Told = { who: 'lead', agentId, team, notBefore };
  const next = others.find((other) => standInFor(desk, other, notBefore) === other);
  const instead = (): Told =>
    next === undefined ? insteadOfLead(lead, desk) : { ...lead, agentId: next, standsInFor: agentId! };
  return present(lead, desk, instead)!;
};

/** An agent who has to do with the ticket, or who stands in, or else the lead of its team. */
export const toAgent = (agentId: string, ticket: KnownTicket, desk: Desk, notBefore: string): Told => {
  const team = placeInCharge(ticket, desk)?.team ?? null;
  const instead = () => ({ ...toLead(ticket, desk, notBefore), standsInFor: agentId });
  return present({ who: 'owner', agentId, team, notBefore }, desk, instead)!;
};

const toOwner = (ticket: KnownTicket, desk: Desk, notBefore: string): Told =>
  ticket.owner === null ? toLead(ticket, desk, notBefore) : toAgent(ticket.owner, ticket, desk, notBefore);

/**
 * Whom to tell at once, where the event's place does not say it: of a ticket that is on its way between two queues,
 * and while the lead is away.
 */
export const toldInCharge = (ticket: KnownTicket, desk: Desk, at: string): { readonly tell?: Told[] } => {
  const lead = toLead(ticket, desk, at);
  if (ticket.place) return lead.standsInFor === undefined ? {} : { tell: [lead] };
  return { tell: ticket.owner === null ? [lead] : [toOwner(ticket, desk, at), lead] };
};

type Whereabouts = { readonly team: string | null; readonly tier: string | null };

const whereabouts = (ticket: KnownTicket, desk: Desk): Whereabouts => {
  const place = placeInCharge(ticket, desk);
  return { team: place?.team ?? null, tier: awaitedRoute(ticket)?.tier ?? place?.tier ?? null };
};

/** Those of management, or their deputies, who are in charge of this team or tier and want to be told of this. */
export const managementInCharge = (
  { team, tier }: Whereabouts,
  desk: Desk,
  of: ManagementConcern,
  notBefore: string,
): Told[] => {
  const inCharge = desk.management.filter(({ toldOf, teams, tiers }) => {
    const isInCharge = teams?.includes(team ?? '') || tiers?.includes(tier ?? '') || !(teams || tiers);
    return isInCharge && (toldOf?.includes(of) ?? true);
  });
  return unique(
    inCharge.flatMap(
      ({ personId }) => present({ who: 'management', agentId: personId, team, notBefore }, desk, () => null) ?? [],
    ),
  );
};

/**
 * Those of management, or their deputies, who are to be told of this, at this moment or later; nobody where the desk
 * names nobody who is there.
 */
export const toManagement = (ticket: KnownTicket, desk: Desk, of: ManagementConcern, notBefore: string): Told[] =>
  managementInCharge(whereabouts(ticket, desk), desk, of, notBefore);

/** Those who were told before, or who stand in for them now. */
export const stillThere = (told: readonly Told[], desk: Desk): Told[] =>
  unique(
    told.flatMap((one) => {
      const { standsInFor, ...self } = one;
      // Who was away then and is back hears how it goes on, as does who stood in.
      const also =
        standsInFor === undefined ? [] : (present({ ...self, agentId: standsInFor }, desk, () => null) ?? []);
      return [present(one, desk, () => null) ?? [], also].flat();
    }),
  );

/** Whom to tell at once of what goes beyond the team: its lead, and management. */
export const toldUpwards = (ticket: KnownTicket, desk: Desk, of: ManagementConcern, at: string): Told[] =>
  unique([
    ...(toldInCharge(ticket, desk, at).tell ?? [toLead(ticket, desk, at)]),
    ...toManagement(ticket, desk, of, at),
  ]);

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

/** Management, or whoever leads the team where the desk names nobody of it who is there. */
const upwards = (ticket: KnownTicket, desk: Desk, notBefore: string): Told[] => {
  const named = toManagement(ticket, desk, 'notified-up', notBefore);
  if (named.length > 0) return named;
  const lead = toLead(ticket, desk, notBefore);
  return [{ ...lead, who: 'management', agentId: lead.standsInFor === undefined ? null : lead.agentId }];
};

/** What the policy of today does on the breach, or at a share of the target after it. */
export const actionsAt = (desk: Desk, clock: Clock, share: number | null): readonly BreachAction[] => {
  const policy = policyOf(desk, clock);
  if (share === null) return policy?.onBreach ?? [];
  return policy?.afterBreach?.find((step) => step.share === share)?.actions ?? [];
};

/**
 * Whom a breach, or a share of the target after it, goes to by the policy; where nothing is said, and where there is no
 * policy any more, to owner and lead.
 */
export const toldOfBreach = (
  ticket: KnownTicket,
  clock: Clock,
  desk: Desk,
  { at, share = null }: { readonly at: string; readonly share?: number | null },
): Told[] => {
  const notBefore = tellingTime(ticket, calendarOf(desk.book.calendars, clock.calendar), desk, at);
  const actions = actionsAt(desk, clock, share);
  const told = actions.flatMap((action): Told[] => {
    if (action === 'tell-owner') return [toOwner(ticket, desk, notBefore)];
    if (action === 'tell-lead') return [toLead(ticket, desk, notBefore)];
    return action === 'notify-up' ? upwards(ticket, desk, notBefore) : [];
  });
  return unique(told.length > 0 ? told : [toOwner(ticket, desk, notBefore), toLead(ticket, desk, notBefore)]);
};
