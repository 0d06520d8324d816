import type { Evidence, HistoryRow } from '../../evidence.ts';
import type { Wrongs } from '../../findings.ts';
import { eventsById, setAside } from '../../views.ts';

const checkNumbers = (ticket: string, rows: readonly HistoryRow[], wrong: Wrongs): void => {
  const numbers = rows.map(({ number }) => number).sort((a, b) => a - b);
  const gap = numbers.findIndex((number, index) => number !== index + 1);
  if (gap >= 0)
    wrong(`reporting numbers the ${rows.length} events of ticket ${ticket} with ${numbers[gap]} at place ${gap + 1}`);
};

/** Reporting has one row for each ticket event, numbered 1, 2, 3 …, and counts as many. */
export const checkHistory = (evidence: Evidence, wrong: Wrongs): number => {
  const times = new Map<string, number>();
  for (const { event } of evidence.history) times.set(event, (times.get(event) ?? 0) + 1);
  const events = eventsById(evidence);
  for (const [event, count] of times)
    if (count > 1)
      wrong(`reporting has ${count} history rows of event ${event} of ticket ${events.get(event)?.aggregate}`);
  const { events: parked } = setAside(evidence).reporting;
  for (const { topic, id, aggregate, type } of evidence.journal)
    if (topic === 'tickets' && !times.has(id) && !parked.has(id))
      wrong(`reporting has no history row of ${type} ${id} of ticket ${aggregate}`);
  const counts = new Map(evidence.facts.map(({ ticket, events: count }) => [ticket, count]));
  for (const [ticket, rows] of Map.groupBy(evidence.history, ({ ticket: of }) => of)) {
    checkNumbers(ticket, rows, wrong);
    if (counts.get(ticket) !== rows.length)
      wrong(`reporting counts ${counts.get(ticket) ?? 0} events of ticket ${ticket} and has ${rows.length} rows`);
  }
  return evidence.history.length;
};
