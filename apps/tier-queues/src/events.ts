import { Controller, Inject } from '@nestjs/common';
import {
  RequesterConfirmed,
  RequesterRejected,
  RequesterReplied,
  TicketOpened,
  TicketRouted,
  type EventOf,
  type Received,
} from '@tierline/contracts';
import { On, causedBy, type Task } from '@tierline/messaging';
import type { Act } from './domain/command.ts';
import { Tickets } from './tickets.ts';

@Controller()
export class TicketEvents {
  constructor(@Inject(Tickets) private readonly tickets: Tickets) {}

  @On(TicketOpened)
  opened(event: EventOf<typeof TicketOpened>): Task {
    return this.noted(event);
  }

  @On(TicketRouted)
  routed(event: EventOf<typeof TicketRouted>): Task[] {
    const { hop, tier, queue } = event.data;
    return this.notedThen(event, { type: 'route', hop, tier, queue });
  }

  @On(RequesterReplied)
  requesterReplied(event: EventOf<typeof RequesterReplied>): Task[] {
    return this.notedThen(event, { type: 'requester-replied', happenedAt: event.time });
  }

  @On(RequesterRejected)
  requesterRejected(event: EventOf<typeof RequesterRejected>): Task[] {
    return this.notedThen(event, { type: 'requester-rejected', happenedAt: event.time });
  }

  @On(RequesterConfirmed)
  requesterConfirmed(event: EventOf<typeof RequesterConfirmed>): Task[] {
    return this.notedThen(event, { type: 'requester-confirmed' });
  }

  private noted(event: Received): Task {
    return this.tickets.task({ id: event.subject, origin: causedBy(event, 'tier-queues'), observed: event });
  }

  private notedThen(event: Received, act: Act): Task[] {
    const origin = causedBy(event, 'tier-queues');
    return [this.noted(event), this.tickets.task({ id: event.subject, origin, command: act })];
  }
}
