import { DomainError, TicketHeld, TicketResumed, VendorAnswered, type HoldReason } from '@tierline/contracts';
import { absenceAt } from './absences.ts';
import { raised } from './attention.ts';
import type { Doer, Hold, Resume, Surroundings, VendorAnswer } from './command.ts';
import type { Limits } from './desk.ts';
import type { TicketFact } from './facts.ts';
import { inState, queuedAt, requireOwner, requireTeam } from './guards.ts';
import { startIfAssigned } from './ownership.ts';
import { toldInCharge } from './reminders.ts';
import { endShift } from './shift-end.ts';
import { isOnShift } from './shifts.ts';
import { dimensionsOf, type HeldTicket, type KnownTicket } from './ticket.ts';
import { after, day, isLater } from './time.ts';

const refuse = (code: string, path: string, message: string): never => {
  throw new DomainError(code, `${path}: ${message}.`, 'refused', { fields: [{ path, message }] });
};

const inDays = (milliseconds: number): string => `${Math.round((milliseconds / day) * 10) / 10} days`;

/** How long a ticket may be held for a reason in all, where nothing else is said: milliseconds. */
export const defaultCaps: Readonly<Record<HoldReason, number>> = {
  CUSTOMER: 30 * day,
  VENDOR: 60 * day,
  APPROVAL: 30 * day,
  CHANGE: 180 * day,
  PROBLEM: 180 * day,
  SCHEDULED: 180 * day,
};

/** The time that is left for holds of this reason. */
const leftFor = (ticket: KnownTicket, reason: HoldReason, { holdCaps }: Limits): number =>
  (holdCaps?.[reason] ?? defaultCaps[reason]) - (ticket.beside.held[reason] ?? 0);

/** When the hold ends at the latest. */
const wakeUpOf = (ticket: KnownTicket, { reason, until }: Hold, limits: Limits, at: string): string => {
  const left = leftFor(ticket, reason, limits);
  if (left <= 0)
    return refuse('hold_cap_reached', 'reason', `no time is left for holds of reason ${reason} in this ticket`);
  if (until === undefined)
    return reason === 'SCHEDULED'
      ? refuse('until_required', 'until', 'a scheduled hold needs its date')
      : after(at, Math.min(left, limits.hold));
  if (!isLater(until, at)) return refuse('until_past', 'until', 'the hold has to end in the future');
  if (isLater(until, after(at, limits.longestHold)))
    return refuse('until_too_far', 'until', `a hold may last ${inDays(limits.longestHold)} at most`);
  if (isLater(until, after(at, left)))
    return refuse('until_beyond_cap', 'until', `only ${inDays(left)} are left for holds of reason ${reason}`);
  return after(until, 0);
};

export const hold = (ticket: KnownTicket, act: Hold, { desk }: Surroundings, at: string): TicketFact[] => {
  const owned = inState(ticket, 'hold', ['ASSIGNED', 'IN_PROGRESS']);
  requireOwner(owned, act.by);
  const { reason, vendor } = act;
  if (vendor !== undefined && reason !== 'VENDOR')
    refuse('vendor_not_awaited', 'vendor', `a hold of reason ${reason} awaits no vendor`);
  const until = wakeUpOf(ticket, act, desk.limits, at);
  const held = { ...owned.place, reason, until, note: act.note ?? null };
  // The last of the time: then it comes back by itself, and a lead looks at it.
  const capped = until === after(at, leftFor(ticket, reason, desk.limits));
  return [
    ...startIfAssigned(owned),
    TicketHeld({ ...held, ...(vendor === undefined ? {} : { vendor }), ...(capped ? { capped } : {}) }),
  ];
};

type Cause = Parameters<typeof TicketResumed>[0]['cause'];

type Resumption = {
  readonly cause: Cause;
  /** Who ends the hold, where an agent does. */
  readonly by?: Doer;
  readonly at: string;
};

type Around = Pick<Surroundings, 'desk' | 'people'>;

/** The owner's shift is over, and he or she does not work longer. */
const isOffShift = (owner: string, { desk, people }: Around, at: string): boolean => {
  const person = people?.get(owner);
  if (!person || isOnShift(person.agent, desk.book, at) !== false) return false;
  return person.presence === null || person.presence === 'away';
};

/**
 * An owner who is not there would not see that it goes on: then it goes back as what he or she left when the leave began,
 * or when the shift ended.
 */
const leftBehind = (ticket: HeldTicket, { by, at }: Resumption, around: Around): TicketFact[] => {
  const { owner } = ticket;
  if (owner === null) return [queuedAt(ticket, ticket.place, 'resumed')];
  if (by?.agentId === owner) return [];
  const absence = absenceAt(around.desk, owner, at);
  if (!absence && !isOffShift(owner, around, at)) return [];
  const goesOn = { ...dimensionsOf(ticket), state: 'IN_PROGRESS', owner, place: ticket.place } as const;
  const gone = { type: 'end-shift', agentId: owner, ...(absence && { awayUntil: absence.until }) } as const;
  return endShift(goesOn, gone, around, at);
};

/** The end of a hold: back to the owner who is there, else into the queue. */
export const resumed = (ticket: HeldTicket, resumption: Resumption, around: Around): TicketFact[] => [
  TicketResumed({ ...ticket.place, cause: resumption.cause }),
  ...leftBehind(ticket, resumption, around),
];

/** The wake-up came. Where it is the cap, the lead learns of it. */
export const wokenUp = (ticket: HeldTicket, around: Around, at: string): TicketFact[] => {
  const { reason, capped } = ticket.hold;
  if (!capped) return resumed(ticket, { cause: 'wake-up', at }, around);
  const detail = `It was held as long as it may be for the reason ${reason}.`;
  const cause = { reason: 'hold-cap', detail, agentId: null, ...toldInCharge(ticket, around.desk, at) } as const;
  return [...resumed(ticket, { cause: 'cap', at }, around), ...raised(ticket, cause)];
};

export const resume = (ticket: KnownTicket, { by }: Resume, around: Surroundings, at: string): TicketFact[] => {
  const held = inState(ticket, 'resume', ['PENDING']);
  requireTeam(held, by, around);
  return resumed(held, { cause: 'agent', by, at }, around);
};

/** What the vendor said; where the ticket waited for it, it goes on. */
export const vendorAnswered = (
  ticket: KnownTicket,
  act: VendorAnswer,
  around: Surroundings,
  at: string,
): TicketFact[] => {
  const { by, text, vendor } = act;
  const open = inState(ticket, 'note a vendor answer in', ['ASSIGNED', 'IN_PROGRESS', 'PENDING']);
  requireTeam(open, by, around);
  const awaited = open.state === 'PENDING' && open.hold.reason === 'VENDOR' ? open.hold.vendor : null;
  const answered = VendorAnswered({ vendor: vendor ?? awaited, text, agentId: by.agentId });
  const goesOn = open.state === 'PENDING' && open.hold.reason === 'VENDOR';
  return goesOn ? [answered, ...resumed(open, { cause: 'vendor-answered', by, at }, around)] : [answered];
};

/** The time spent on holds after a change of state. */
export const heldAfter = (before: KnownTicket, now: KnownTicket, at: string): KnownTicket['beside']['held'] => {
  const { held } = before.beside;
  if (before.state !== 'PENDING' || now.state === 'PENDING') return held;
  const { reason, since } = before.hold;
  const spent = Math.max(0, Date.parse(at) - Date.parse(since));
  return { ...held, [reason]: (held[reason] ?? 0) + spent };
};
