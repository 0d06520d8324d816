import type { Evidence, InboxRow, JournalRow, TopicRecord } from './evidence.ts';
import { at, begin, escalated, solved, stories, waiting } from './example-stories.ts';
import { kindOf, listens, services, type Service } from './names.ts';

export { begin, escalated, second, solved, waiting } from './example-stories.ts';

const journalOf = (): JournalRow[] =>
  stories.flatMap(([tenant, topic, aggregate, steps]) => {
    const last = new Map<Service, number>();
    return steps.map(([seconds, service, type, said = {}], index): JournalRow => {
      const sequence = (last.get(service) ?? 0) + 1;
      last.set(service, sequence);
      const id = `${aggregate}#${index + 1}`;
      return { service, id, tenant, topic, aggregate, sequence, type, at: at(seconds), said };
    });
  });

const recordsOf = (journal: readonly JournalRow[]): TopicRecord[] =>
  (['desk', 'tickets'] as const).flatMap((topic) =>
    journal
      .filter((event) => event.topic === topic)
      .map(({ service, id, type, tenant, aggregate, sequence }, offset) => {
        const lease = `3/7/relay-of-${service}`;
        return {
          topic,
          partition: 0,
          offset,
          key: aggregate,
          id,
          source: service,
          type,
          tenant,
          subject: aggregate,
          sequence,
          lease,
        };
      }),
  );

const inboxOf = (journal: readonly JournalRow[]): InboxRow[] =>
  services.flatMap((service) =>
    journal.filter(({ type }) => listens[service].has(type)).map(({ id, tenant }) => ({ service, event: id, tenant })),
  );

const ends = [
  { topic: 'desk', partition: 0, low: 0, high: 2 },
  { topic: 'tickets', partition: 0, low: 0, high: 19 },
] as const;

const ofTickets = [
  { tenant: 'acme', ticket: solved },
  { tenant: 'acme', ticket: waiting },
  { tenant: 'globex', ticket: escalated },
];

const entriesOf = (journal: readonly JournalRow[]) => {
  const noted = journal.filter(
    ({ topic, service, type }) =>
      topic === 'tickets' && (service === 'tier-queues' || listens['tier-queues'].has(type)),
  );
  return [...Map.groupBy(noted, ({ aggregate, type }) => `${aggregate} ${kindOf(type)}`)].map(([key, same]) => {
    const [ticket, kind] = key.split(' ') as [string, string];
    return { tenant: same[0]!.tenant, ticket, kind, count: same.length };
  });
};

const standingsOf = (journal: readonly JournalRow[]) =>
  [...Map.groupBy(journal, ({ service, aggregate }) => `${service} ${aggregate}`).values()].map((own) => {
    const { service, tenant, aggregate } = own[0]!;
    return { service, table: 'any', tenant, aggregate, sequence: own.length };
  });

const historyOf = (journal: readonly JournalRow[]) =>
  [
    ...Map.groupBy(
      journal.filter(({ topic }) => topic === 'tickets'),
      ({ aggregate }) => aggregate,
    ).values(),
  ].flatMap((own) =>
    own.map(({ tenant, aggregate, id }, index) => ({ tenant, ticket: aggregate, number: index + 1, event: id })),
  );

const answer = { at: begin, status: 200, key: null, ticket: null, command: null };

const answers = (): Evidence['answers'] => [
  { ...answer, tenant: 'acme', person: 'eva', kind: 'open', key: 'k1', status: 201, ticket: solved },
  { ...answer, tenant: 'acme', person: 'eva', kind: 'open', key: 'k2', status: 0, unknown: true },
  { ...answer, tenant: 'acme', person: 'eva', kind: 'open', key: 'k2', status: 201, ticket: waiting },
  { ...answer, tenant: 'globex', person: 'max', kind: 'open', key: 'k1', status: 201, ticket: escalated },
  { ...answer, tenant: 'acme', person: 'ann', kind: 'claim', ticket: solved, sequence: 2, body: { state: 'ASSIGNED' } },
  { ...answer, tenant: 'acme', person: 'ben', kind: 'claim', ticket: solved, status: 409, code: 'already_claimed' },
  {
    ...answer,
    tenant: 'acme',
    person: 'ann',
    kind: 'command',
    command: 'resolve',
    ticket: solved,
    sequence: 7,
    body: { state: 'RESOLVED' },
  },
];

const subscription = {
  id: 'sub-1',
  tenant: 'acme',
  url: 'http://target',
  types: null,
  state: 'enabled',
  failures: 0,
  createdAt: at(-60),
};

const webhooksOf = (journal: readonly JournalRow[]) => {
  const told = journal.filter(({ tenant, topic }) => tenant === 'acme' && topic === 'tickets');
  return {
    deliveries: told.map(({ tenant, aggregate: ticket, id }, place) => {
      return { tenant, ticket, place, event: id, stream: subscription.id, state: 'sent', attempts: 1 };
    }),
    calls: told.map(({ tenant, aggregate: ticket, id, type, sequence, at: when }) => {
      return {
        at: when,
        tenant,
        endpoint: 'acme/healthy',
        webhookId: id,
        eventId: id,
        type,
        ticket,
        sequence,
        status: 204,
      };
    }),
  };
};

const stateOf = (journal: readonly JournalRow[]) => ({
  requests: [
    { ...ofTickets[0]!, openedBy: 'eva', isDerived: false, status: 'resolved', openedAt: begin },
    { ...ofTickets[1]!, openedBy: 'eva', isDerived: false, status: 'waiting', openedAt: begin },
    { ...ofTickets[2]!, openedBy: 'max', isDerived: false, status: 'waiting', openedAt: begin },
  ],
  messages: [
    { ...ofTickets[0]!, kind: 'desk/message', count: 1 },
    { ...ofTickets[0]!, kind: 'desk/solution', count: 1 },
  ],
  routes: ofTickets.map((one, index) => ({ ...one, hop: index === 2 ? 2 : 1, waitingSince: null })),
  tickets: [
    { ...ofTickets[0]!, state: 'RESOLVED', queue: 'desk', owner: 'ann', changedAt: at(11) },
    { ...ofTickets[1]!, state: 'QUEUED', queue: 'desk', owner: null, changedAt: at(2) },
    { ...ofTickets[2]!, state: 'QUEUED', queue: 'experts', owner: null, changedAt: at(6) },
  ],
  queues: [
    { tenant: 'acme', queue: 'desk', acceptanceMinutes: null, hasCalendar: false },
    { tenant: 'globex', queue: 'experts', acceptanceMinutes: null, hasCalendar: false },
  ],
  timers: [{ ...ofTickets[0]!, kind: 'close', clock: null, due: at(11 + 5 * 24 * 60 * 60) }],
  entries: entriesOf(journal),
  facts: [
    { ...ofTickets[0]!, state: 'RESOLVED', owner: 'ann', events: 9, opened: true },
    { ...ofTickets[1]!, state: 'QUEUED', owner: null, events: 3, opened: true },
    { ...ofTickets[2]!, state: 'QUEUED', owner: null, events: 7, opened: true },
  ],
  history: historyOf(journal),
  correspondents: ofTickets,
});

/** The evidence of a small run in which all is well, with what a test wants different in it. */
export const healthy = (different: Partial<Evidence> = {}): Evidence => {
  const journal = journalOf();
  return {
    run: {
      variables: {},
      tenants: ['acme', 'globex'],
      receivers: [{ endpoint: 'acme/healthy', subscription: 'sub-1' }],
    },
    answers: answers(),
    faults: [],
    poison: [],
    samples: [{ at: at(5), orphans: [], outboxAge: { intake: 40 }, away: [] }],
    readAt: at(600),
    unrest: null,
    journal,
    records: recordsOf(journal),
    ends,
    deadLetters: null,
    inbox: inboxOf(journal),
    positions: services.flatMap((service) =>
      ends.map(({ topic, partition, high }) => ({ service, group: `g.${service}`, topic, partition, next: high })),
    ),
    setBacks: [],
    parked: [],
    backlogs: services.map((service) => ({ service, table: 'outbox', rows: 0 })),
    walls: [{ service: 'intake', table: 'request', open: null }],
    homes: [],
    homesSeen: ofTickets.length,
    standings: standingsOf(journal),
    copies: [
      { service: 'routing', table: 'tier', tenant: 'acme', aggregate: 'acme/tier/tier-1', sequence: 1 },
      { service: 'routing', table: 'queue', tenant: 'acme', aggregate: 'acme/queue/desk', sequence: 1 },
    ],
    ...stateOf(journal),
    ...webhooksOf(journal),
    subscriptions: [subscription],
    probes: [],
    rebuilt: null,
    ...different,
  };
};

/** The rows with this change in those that match; throws when none does. */
export const changed = <R>(rows: readonly R[], matches: (row: R) => boolean, change: Partial<R>): R[] => {
  if (!rows.some(matches)) throw new Error('the test changes a row that is not there');
  return rows.map((row) => (matches(row) ? { ...row, ...change } : row));
};

/** The rows without those that match; throws when none does. */
export const without = <R>(rows: readonly R[], matches: (row: R) => boolean): R[] => {
  if (!rows.some(matches)) throw new Error('the test takes away a row that is not there');
  return rows.filter((row) => !matches(row));
};
