import type { Evidence, JournalRow, ParkedRow, QueueRow, TopicRecord } from './evidence.ts';
import { listens, perService, services, type Service } from './names.ts';

/** Makes a view of the evidence once, however many invariants look at it. */
const once = <T>(make: (evidence: Evidence) => T): ((evidence: Evidence) => T) => {
  const made = new WeakMap<Evidence, { view: T }>();
  return (evidence) => {
    const known = made.get(evidence) ?? { view: make(evidence) };
    made.set(evidence, known);
    return known.view;
  };
};

/** Journal events by their ids. */
export const eventsById = once(({ journal }) => new Map(journal.map((event) => [event.id, event])));

/** Ticket events of each ticket, by publisher, in the order of their sequence. */
export const storiesOf = once(({ journal }) => {
  const stories = perService(() => new Map<string, JournalRow[]>());
  for (const event of journal) {
    if (event.topic !== 'tickets') continue;
    const story = stories[event.service].get(event.aggregate);
    if (story) story.push(event);
    else stories[event.service].set(event.aggregate, [event]);
  }
  for (const service of services)
    for (const story of stories[service].values()) story.sort((a, b) => a.sequence - b.sequence);
  return stories;
});

const queuesByName = once(({ queues }) => new Map(queues.map((row) => [`${row.tenant} ${row.queue}`, row])));

/** A queue of the tenant; undefined where there is none of that name. */
export const queueOf = (evidence: Evidence, tenant: string, queue: string | null | undefined): QueueRow | undefined =>
  queuesByName(evidence).get(`${tenant} ${queue}`);

/** The tenant of each ticket that was opened, by intake's word. */
export const tenantsOfTickets = once(({ journal }) => {
  const tenants = new Map<string, string>();
  for (const { service, type, aggregate, tenant } of journal)
    if (service === 'intake' && type === 'tierline.ticket.opened.v1') tenants.set(aggregate, tenant);
  return tenants;
});

/** The first record of each event id; records without an id are not in it. */
export const firstRecords = once(({ records }) => {
  const first = new Map<string, TopicRecord>();
  for (const record of records) if (record.id !== null && !first.has(record.id)) first.set(record.id, record);
  return first;
});

const placeOf = ({ topic, partition, offset }: Pick<TopicRecord, 'topic' | 'partition' | 'offset'>) =>
  `${topic}/${partition}/${offset}`;

/** Places of the records that were put in from outside. */
export const poisonPlaces = once(
  ({ poison }) =>
    new Map(
      poison.flatMap((line) => (line.topicName ? [[placeOf({ ...line, topic: line.topicName }), line] as const] : [])),
    ),
);

export { placeOf };

type Aside = { readonly events: ReadonlySet<string>; readonly keys: ReadonlySet<string> };

/** What each service has set aside: single events, and keys behind which others may wait. */
export const setAside = once(({ parked }) => {
  const bySome = Map.groupBy(parked, ({ service }: ParkedRow) => service);
  return perService((service): Aside => {
    const rows = bySome.get(service) ?? [];
    return { events: new Set(rows.flatMap(({ event }) => event ?? [])), keys: new Set(rows.map(({ key }) => key)) };
  });
});

/** Types that each service has to take: those it is known to, and those of which it took at least one. */
export type Heard = Readonly<Record<Service, ReadonlySet<string>>>;

/** Gathers over all parts which types each service takes. */
export const hearing = (): { heard: Heard; listen: (part: Evidence) => void } => {
  const heard = perService((service) => new Set(listens[service]));
  const listen = (part: Evidence): void => {
    const byId = eventsById(part);
    for (const { service, event } of part.inbox) {
      const type = byId.get(event)?.type;
      if (type) heard[service].add(type);
    }
  };
  return { heard, listen };
};

/** How many events of each type about each ticket a service has taken or has to: set aside ones left out. */
export const takenCounts = (
  evidence: Evidence,
  service: Service,
  isWanted: (event: JournalRow) => boolean,
  kind: (event: JournalRow) => string,
): Map<string, number> => {
  const { events } = setAside(evidence)[service];
  const counts = new Map<string, number>();
  for (const event of evidence.journal) {
    if (event.topic !== 'tickets' || !isWanted(event) || events.has(event.id)) continue;
    const key = `${event.aggregate} ${kind(event)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
};
