import { Controller } from '@nestjs/common';
import {
  QueueChanged,
  TicketCancelled,
  TicketClosed,
  TicketEscalated,
  TicketOpened,
  TicketResolved,
  TierChanged,
  type EventOf,
  type Received,
} from '@tierline/contracts';
import { On, causedBy, type Task } from '@tierline/messaging';
import { queueCopies, tierCopies } from './desk-copy.ts';
import { routes } from './store.ts';

@Controller()
export class Events {
  @On(TicketOpened, TicketEscalated)
  route(event: Received): Task[] {
    const origin = causedBy(event, 'routing');
    return [
      routes.observe(event.subject, event, origin),
      routes.command(event.subject, origin, { type: 'route', patient: true }),
    ];
  }

  @On(TicketResolved, TicketClosed, TicketCancelled)
  end(event: Received): Task {
    return routes.observe(event.subject, event, causedBy(event, 'routing'));
  }

  @On(TierChanged)
  tier(event: EventOf<typeof TierChanged>): Task {
    return { batch: tierCopies, work: event };
  }

  @On(QueueChanged)
  queue(event: EventOf<typeof QueueChanged>): Task {
    return { batch: queueCopies, work: event };
  }
}
