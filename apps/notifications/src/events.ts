import { Controller } from '@nestjs/common';
import {
  AgentChanged,
  AgentReplied,
  PersonChanged,
  TicketOpened,
  TicketResolved,
  events,
  is,
  type EventDefinition,
  type EventOf,
  type Received,
} from '@tierline/contracts';
import { On, type Task } from '@tierline/messaging';
import { knownPeople, notedEvents, type KnownPerson, type Noted } from './store.ts';
import { knownAgents, writtenHints } from './stream/hints.ts';

/** What webhooks can be told: every ticket event but those about deliveries, which would tell of themselves for ever. */
export const tellable: readonly EventDefinition[] = [...events.values()].filter(
  ({ topic, source }) => topic === 'tickets' && source !== '/notifications',
);

const mailOf = (event: Received): Pick<Noted, 'mail' | 'ticket'> => {
  if (is(TicketOpened, event)) return { ticket: event.data, mail: { template: 'opened', text: null } };
  if (is(AgentReplied, event)) return { mail: { template: 'answered', text: event.data.text } };
  if (is(TicketResolved, event)) return { mail: { template: 'resolved', text: event.data.solution } };
  return {};
};

@Controller()
export class EventsController {
  @On(...tellable)
  ticket(event: Received): Task[] {
    return [
      { batch: notedEvents, work: { event, ...mailOf(event) } satisfies Noted },
      { batch: writtenHints, work: event },
    ];
  }

  @On(AgentChanged)
  agent({ tenant, data: { agentId, teams } }: EventOf<typeof AgentChanged>): Task {
    return { batch: knownAgents, work: { tenant, agentId, teams } };
  }

  @On(PersonChanged)
  person({ tenant, data }: EventOf<typeof PersonChanged>): Task {
    return { batch: knownPeople, work: { tenant, ...data } satisfies KnownPerson };
  }
}
