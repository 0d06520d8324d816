import { NotificationFailed, NotificationSent, StaffNotificationFailed, StaffNotified } from '@tierline/contracts';
import type { Evidence } from '../../evidence.ts';
import type { Wrongs } from '../../findings.ts';

const tellsOfMail: readonly string[] = [
  NotificationSent.type,
  NotificationFailed.type,
  StaffNotified.type,
  StaffNotificationFailed.type,
];

/** One delivery for each event and stream, and each mail told of at most once in the events of its ticket. */
export const checkDeliveries = (evidence: Evidence, wrong: Wrongs): number => {
  const known = new Set<string>();
  for (const { event, stream, ticket } of evidence.deliveries) {
    const key = `${event} ${stream}`;
    if (known.has(key)) wrong(`notifications has a second delivery of event ${event} of ticket ${ticket} to ${stream}`);
    known.add(key);
  }
  const told = new Map<string, string>();
  for (const { type, id, aggregate, said } of evidence.journal) {
    if (!tellsOfMail.includes(type) || !said.delivery) continue;
    const before = told.get(said.delivery);
    if (before) wrong(`the mail ${said.delivery} of ticket ${aggregate} was told of twice: ${before}, ${id}`);
    told.set(said.delivery, id);
  }
  return evidence.deliveries.length;
};
