import { InboundUnaccounted, TicketOpened, TicketRouted } from '@tierline/contracts';
import type { Evidence } from '../../evidence.ts';
import type { Wrongs } from '../../findings.ts';
import { kindOf, listens } from '../../names.ts';
import { setAside, takenCounts } from '../../views.ts';

/** Kinds that the desk notes only where they mean something: at most one entry for each event. */
const mayBeLeftOut: ReadonlySet<string> = new Set(
  [TicketRouted, TicketOpened, InboundUnaccounted].map(({ type }) => kindOf(type)),
);

/** The desk's timeline of a ticket: one entry for each event of its own, and for each that it took note of. */
export const checkTimelines = (evidence: Evidence, wrong: Wrongs): number => {
  const desk = 'tier-queues';
  const isNoted = ({ service, type }: { service: string; type: string }) => service === desk || listens[desk].has(type);
  const expected = takenCounts(evidence, desk, isNoted, ({ type }) => kindOf(type));
  const present = new Map(evidence.entries.map(({ ticket, kind, count }) => [`${ticket} ${kind}`, count]));
  const known = new Set(evidence.tickets.map(({ ticket }) => ticket));
  const parked = setAside(evidence)[desk].keys;
  for (const key of new Set([...expected.keys(), ...present.keys()])) {
    const [ticket, kind] = key.split(' ') as [string, string];
    const [is, due] = [present.get(key) ?? 0, expected.get(key) ?? 0];
    const mayLack = !known.has(ticket) || parked.has(ticket) || mayBeLeftOut.has(kind);
    if (is > due || (is < due && !mayLack))
      wrong(`tier-queues has ${is} ${kind} entries in ticket ${ticket}, ${due} were published`);
  }
  return [...present.values()].reduce((sum, count) => sum + count, 0);
};
