import type { Limits } from './desk.ts';
import { after } from './time.ts';
import { awaitedRoute, type Ticket } from './ticket.ts';

export type TimerKind = 'unrouted' | 'wake-up' | 'close';

/** A timer that the ticket's state wants; `generation` tells it from an earlier one of its kind. */
export type Timer = { readonly kind: TimerKind; readonly due: string; readonly generation: number };

/**
 * The timers that the state wants. `now` counts only when one is armed anew: waiting for a route is measured from
 * when this service learned of it, so that an event that arrives late does not fall due at once.
 */
export const timersOf = (ticket: Ticket, limits: Limits, now: string): readonly Timer[] => {
  if (ticket.state === 'ABSENT') return [];
  const generation = ticket.armed;
  if (awaitedRoute(ticket)) return [{ kind: 'unrouted', due: after(now, limits.unrouted), generation }];
  if (ticket.state === 'PENDING') return [{ kind: 'wake-up', due: ticket.hold.until, generation }];
  if (ticket.state === 'RESOLVED') return [{ kind: 'close', due: after(ticket.resolvedAt, limits.close), generation }];
  return [];
};
