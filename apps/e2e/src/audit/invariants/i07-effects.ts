import type { Evidence } from '../evidence.ts';
import { collectWrongs, counted, verdictOf, type Verdict, type Wrongs } from '../findings.ts';
import { perService, services, type Service } from '../names.ts';
import { eventsById, firstRecords, heardTypes, placeOf, poisonPlaces, setAside } from '../views.ts';
import { checkCopies } from './effects/copies.ts';
import { checkConversations } from './effects/conversations.ts';
import { checkDeliveries } from './effects/deliveries.ts';
import { checkHistory } from './effects/history.ts';
import { checkOpenings } from './effects/openings.ts';
import { checkRoutes } from './effects/routes.ts';
import { checkTimelines } from './effects/timelines.ts';

/** How often each service took each event. */
const inboxCounts = ({ inbox }: Evidence): Record<Service, Map<string, number>> => {
  const counts = perService(() => new Map<string, number>());
  for (const { service, event } of inbox) counts[service].set(event, (counts[service].get(event) ?? 0) + 1);
  return counts;
};

const checkTaken = (evidence: Evidence, wrong: Wrongs): void => {
  const counts = inboxCounts(evidence);
  const heard = heardTypes(evidence);
  const aside = setAside(evidence);
  const first = firstRecords(evidence);
  for (const event of evidence.journal)
    for (const service of services) {
      const times = counts[service].get(event.id) ?? 0;
      const isDue = times === 0 && heard[service].has(event.type) && !aside[service].events.has(event.id);
      if (times <= 1 && !isDue) continue;
      const record = first.get(event.id);
      const place = record ? `${record.topic}/${record.partition}@${record.offset}` : 'not in the topic';
      const name = `${event.type} ${event.id} of ${event.aggregate} (${place})`;
      if (isDue) wrong(`${service} did not take ${name} and did not park it`);
      else wrong(`${service} took ${name} ${times} times`);
    }
};

/** What a service took and nobody published. */
const checkStrangers = (evidence: Evidence, wrong: Wrongs): void => {
  const events = eventsById(evidence);
  const poison = poisonPlaces(evidence);
  const foreign = new Set(evidence.records.filter((record) => poison.has(placeOf(record))).map(({ id }) => id));
  for (const { service, event } of evidence.inbox)
    if (!events.has(event) && !foreign.has(event)) wrong(`${service} took event ${event}, which no service published`);
};

/** I7: each event takes effect once in each service that listens to it: in its inbox, and in its state. */
export const effects = (evidence: Evidence): Verdict => {
  const wrong = collectWrongs();
  checkTaken(evidence, wrong);
  checkStrangers(evidence, wrong);
  const seen = [
    `${counted(checkConversations(evidence, wrong))} messages`,
    `${counted(checkRoutes(evidence, wrong))} hops`,
    `${counted(checkOpenings(evidence, wrong))} openings asked for`,
    `${counted(checkTimelines(evidence, wrong))} timeline entries`,
    `${counted(checkHistory(evidence, wrong))} history rows`,
    `${counted(checkDeliveries(evidence, wrong))} deliveries`,
    `${counted(checkCopies(evidence, wrong))} desk copies`,
  ];
  return verdictOf('I7', wrong, `${counted(evidence.inbox.length)} events taken; in the state: ${seen.join(', ')}`);
};
