import { Controller } from '@nestjs/common';
import {
  ActUndone,
  CalendarChanged,
  DeskPartRemoved,
  PriorityChanged,
  QueueChanged,
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
  TicketResolved,
  TicketUnmerged,
  TierChanged,
  type EventOf,
  type Received,
} from '@tierline/contracts';
import { On, causedBy, type Task } from '@tierline/messaging';
import { copyOf } from './desk-copies.ts';
import { routes } from './store.ts';
import { waitsIn } from './waiting-copies.ts';

@Controller()
export class Events {
  @On(TicketOpened)
  opened(event: Received): Task[] {
    return this.routed(event);
  }

  @On(TicketEscalated)
  escalated(event: Received): Task[] {
    return [...this.routed(event), waitsIn(event, null)];
  }

  @On(TicketResolved, TicketClosed, TicketCancelled)
  ended(event: Received): Task[] {
    return [routes.observe(event.subject, event, causedBy(event, 'routing')), waitsIn(event, null)];
  }

  @On(RouteAsked)
  askedAgain(event: EventOf<typeof RouteAsked>): Task {
    const { tier, category, agentId: by, reason } = event.data;
    const asked = { by, reason, at: event.time };
    return routes.command(event.subject, causedBy(event, 'routing'), { type: 'reroute', tier, category, asked });
  }

  @On(PriorityChanged)
  reprioritised(event: Received): Task {
    return routes.observe(event.subject, event, causedBy(event, 'routing'));
  }

  @On(TicketQueued)
  queued(event: EventOf<typeof TicketQueued>): Task {
    return waitsIn(event, event.data.queue);
  }

  @On(ActUndone, TicketUnmerged)
  undone(event: EventOf<typeof ActUndone | typeof TicketUnmerged>): Task {
    const { state, place } = event.data.now;
    return waitsIn(event, state === 'QUEUED' ? (place?.queue ?? null) : null);
  }

  @On(TicketClaimed, TicketHeld, TicketMerged, TicketMarkedSpam)
  taken(event: Received): Task {
    return waitsIn(event, null);
  }

  @On(TierChanged, QueueChanged, CalendarChanged)
  deskChanged(event: EventOf<typeof TierChanged | typeof QueueChanged | typeof CalendarChanged>): Task | null {
    return copyOf(event, event.data);
  }

  @On(DeskPartRemoved)
  partRemoved(event: EventOf<typeof DeskPartRemoved>): Task | null {
    return copyOf(event, null);
  }

  private routed(event: Received): Task[] {
    const origin = causedBy(event, 'routing');
    return [
      routes.observe(event.subject, event, origin),
      routes.command(event.subject, origin, { type: 'route', patient: true }),
    ];
  }
}
