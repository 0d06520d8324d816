import { OpeningAsked, TicketOpened } from '@tierline/contracts';
import type { Evidence } from '../../evidence.ts';
import type { Wrongs } from '../../findings.ts';
import { setAside } from '../../views.ts';

/** A ticket that the desk asked for is opened once. */
export const checkOpenings = (evidence: Evidence, wrong: Wrongs): number => {
  const opened = new Map<string, number>();
  for (const { type, aggregate } of evidence.journal)
    if (type === TicketOpened.type) opened.set(aggregate, (opened.get(aggregate) ?? 0) + 1);
  const asked = evidence.journal.filter(({ type }) => type === OpeningAsked.type);
  const parked = setAside(evidence).intake.events;
  for (const { id, aggregate, said } of asked) {
    const times = opened.get(said.opens ?? '') ?? 0;
    if (times !== 1 && !parked.has(id))
      wrong(`${id} of ticket ${aggregate} asked for ticket ${said.opens}, opened ${times} times`);
  }
  return asked.length;
};
