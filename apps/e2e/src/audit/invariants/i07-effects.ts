import type { Evidence } from '../evidence.ts';
import { collectWrongs, counted, verdictOf, type Wrongs } from '../findings.ts';
import { judging, type Inspection } from '../inspection.ts';
import { perService, services, type Service } from '../names.ts';
import { eventsById, firstRecords, hearing, placeOf, poisonPlaces, setAside, type Heard } from '../views.ts';
import { checkCopies } from './effects/copies.ts';
import { checkConversations } from './effects/conversations.ts';
import { checkDeliveries } from './effects/deliveries.ts';
import { checkHistory } from './effects/history.ts';
import { followOpenings } from './effects/openings.ts';
import { checkRoutes } from './effects/routes.ts';
import { checkTimelines } from './effects/timelines.ts';

/** How often each service took each event. */
const inboxCounts = ({ inbox }: Evidence): Record<Service, Map<string, number>> => {
  const counts = perService(() => new Map<string, number>());
  for (const { service, event } of inbox) counts[service].set(event, (counts[service].get(event) ?? 0) + 1);
  return counts;
};

const checkTaken = (evidence: Evidence, heard: Heard, wrong: Wrongs): void => {
  const counts = inboxCounts(evidence);
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

const kinds = [
  ['messages', checkConversations],
  ['hops', checkRoutes],
  ['timeline entries', checkTimelines],
  ['history rows', checkHistory],
  ['deliveries', checkDeliveries],
  ['desk copies', checkCopies],
] as const;

/** I7: each event takes effect once in each service that listens to it: in its inbox, and in its state. */
export const inspectEffects = (): Inspection => {
  const wrong = collectWrongs();
  const { heard, listen } = hearing();
  const openings = followOpenings();
  const sums = new Map<string, number>();
  let taken = 0;
  return {
    survey: (part) => {
      listen(part);
      openings.note(part);
    },
    look: (part) => {
      checkTaken(part, heard, wrong);
      checkStrangers(part, wrong);
      taken += part.inbox.length;
      for (const [kind, check] of kinds) sums.set(kind, (sums.get(kind) ?? 0) + check(part, wrong));
    },
    verdict: (whole) => {
      const seen = [...sums].map(([kind, count]) => `${counted(count)} ${kind}`);
      seen.splice(2, 0, `${counted(openings.check(whole, wrong))} openings asked for`);
      return verdictOf('I7', wrong, `${counted(taken)} events taken; in the state: ${seen.join(', ')}`);
    },
  };
};
export const effects = judging(inspectEffects);
