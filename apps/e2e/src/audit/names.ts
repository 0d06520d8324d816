import {
  EscalationChanged,
  DeskPartRemoved,
  CataloguePartRemoved,
  CalendarChanged,
  AgentChanged,
  ActUndone,
  AgentReplied,
  CatalogueChanged,
  InboundUnaccounted,
  OpeningAsked,
  PersonChanged,
  PriorityChanged,
  QueueChanged,
  RequesterAskedEscalation,
  RequesterConfirmed,
  RequesterRejected,
  RequesterReplied,
  RouteAsked,
  TicketCancelled,
  TicketClaimed,
  TicketClosed,
  TicketEscalated,
  TicketHeld,
  TicketMarkedSpam,
  TicketMerged,
  TicketOpened,
  TicketQueued,
  TicketReopened,
  TicketResolved,
  TicketResumed,
  TicketReturned,
  TicketRouted,
  TicketTransferred,
  TicketUnmerged,
  TierChanged,
  WorkStarted,
  events,
  topics,
  type TopicName,
} from '@tierline/contracts';

/** The services that own a database. */
export const services = ['intake', 'routing', 'tier-queues', 'notifications', 'reporting'] as const;
export type Service = (typeof services)[number];

/** One of something for each service. */
export const perService = <T>(make: (service: Service) => T): Record<Service, T> => ({
  intake: make('intake'),
  routing: make('routing'),
  'tier-queues': make('tier-queues'),
  notifications: make('notifications'),
  reporting: make('reporting'),
});

/** States in which somebody still has to do something. */
export const openStates: ReadonlySet<string> = new Set(['NEW', 'QUEUED', 'ASSIGNED', 'IN_PROGRESS', 'PENDING']);

const typesOf = (definitions: readonly { readonly type: string }[]): ReadonlySet<string> =>
  new Set(definitions.map(({ type }) => type));

const ticketEvents = [...events.values()].filter(({ topic }) => topic === 'tickets');

/**
 * What each service has to take, written down here a second time: a service that forgets to listen must not also be
 * the one that says what it listens to.
 */
export const listens: Readonly<Record<Service, ReadonlySet<string>>> = {
  intake: typesOf([
    TicketQueued,
    TicketClaimed,
    WorkStarted,
    AgentReplied,
    TicketHeld,
    TicketResumed,
    TicketEscalated,
    TicketReturned,
    TicketTransferred,
    TicketResolved,
    TicketReopened,
    TicketClosed,
    TicketCancelled,
    TicketMarkedSpam,
    TicketMerged,
    TicketUnmerged,
    ActUndone,
    OpeningAsked,
    TicketRouted,
  ]),
  routing: typesOf([
    TicketOpened,
    TicketEscalated,
    TicketResolved,
    TicketClosed,
    TicketCancelled,
    TicketQueued,
    TicketClaimed,
    TicketHeld,
    TicketMerged,
    TicketUnmerged,
    PriorityChanged,
    RouteAsked,
    TicketMarkedSpam,
    ActUndone,
    TierChanged,
    QueueChanged,
    CalendarChanged,
    DeskPartRemoved,
  ]),
  'tier-queues': typesOf([
    TicketOpened,
    TicketRouted,
    RequesterReplied,
    RequesterRejected,
    RequesterConfirmed,
    RequesterAskedEscalation,
    InboundUnaccounted,
    CatalogueChanged,
    CataloguePartRemoved,
    EscalationChanged,
  ]),
  notifications: typesOf([
    PersonChanged,
    AgentChanged,
    ...ticketEvents.filter(({ source }) => source !== '/notifications'),
  ]),
  reporting: typesOf([TierChanged, QueueChanged, ...ticketEvents]),
};

/** `agent-replied` of `tierline.ticket.agent-replied.v1`. */
export const kindOf = (type: string): string => type.split('.').at(-2) ?? type;

/** The topics with their names as they stand in Kafka. */
export const topicNames = (prefix: string): ReadonlyMap<string, TopicName> =>
  new Map((Object.keys(topics) as TopicName[]).map((name) => [`${prefix}.${topics[name].name}`, name]));
