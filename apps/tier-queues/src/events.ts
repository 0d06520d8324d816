import { Controller, Inject } from '@nestjs/common';
import {
  CatalogueChanged,
  CataloguePartRemoved,
  EscalationChanged,
  InboundUnaccounted,
  RequesterAskedEscalation,
  RequesterConfirmed,
  RequesterRejected,
  RequesterReplied,
  RulesChanged,
  TicketOpened,
  TicketRouted,
  deskSorts,
  type EventOf,
  type Received,
} from '@tierline/contracts';
import { On, causedBy, type Task } from '@tierline/messaging';
import { v5 as uuidv5 } from 'uuid';
import { runbooks } from './beside-rows.ts';
import type { Act } from './domain/command.ts';
import { routingTargets } from './routing-targets.ts';
import { Tickets } from './tickets.ts';
import { unaccounted } from './unaccounted.ts';
import { wayUpOf } from './way-up-copies.ts';

/** What the requester wrote; the id of the ticket that it may open is the same for the same event. */
const writtenIn = ({ id, time, data }: Received<{ messageId: string }>, text: string) => ({
  happenedAt: time,
  messageId: data.messageId,
  text,
  followUpId: uuidv5('follow-up', id),
});

@Controller()
export class TicketEvents {
  constructor(@Inject(Tickets) private readonly tickets: Tickets) {}

  @On(TicketOpened)
  opened(event: EventOf<typeof TicketOpened>): Task {
    return this.noted(event);
  }

  /** Its opening comes before it again: a ticket that is known by now was mended by that. */
  @On(InboundUnaccounted)
  inboundUnaccounted(event: EventOf<typeof InboundUnaccounted>): Task[] {
    return [this.noted(event), { batch: unaccounted, work: event }];
  }

  @On(TicketRouted)
  routed(event: EventOf<typeof TicketRouted>): Task[] {
    const { hop, tier, queue, priority, asked } = event.data;
    const again = asked && { again: { since: asked.at, priority } };
    return this.notedThen(event, { type: 'route', hop, tier, queue, ...again });
  }

  @On(EscalationChanged)
  wayUpChanged(event: EventOf<typeof EscalationChanged>): Task | null {
    return wayUpOf(event, event.data);
  }

  @On(CataloguePartRemoved)
  partRemoved(event: EventOf<typeof CataloguePartRemoved>): Task | null {
    if (event.data.kind === deskSorts.categories.kind) return { batch: routingTargets, work: event };
    return wayUpOf(event, null);
  }

  @On(RulesChanged)
  rulesChanged(event: EventOf<typeof RulesChanged>): Task {
    return { batch: routingTargets, work: event };
  }

  @On(RequesterReplied)
  requesterReplied(event: EventOf<typeof RequesterReplied>): Task[] {
    return this.notedThen(event, { type: 'requester-replied', ...writtenIn(event, event.data.text) });
  }

  @On(RequesterRejected)
  requesterRejected(event: EventOf<typeof RequesterRejected>): Task[] {
    return this.notedThen(event, { type: 'requester-rejected', ...writtenIn(event, event.data.reason) });
  }

  @On(RequesterConfirmed)
  requesterConfirmed(event: EventOf<typeof RequesterConfirmed>): Task[] {
    return this.notedThen(event, { type: 'requester-confirmed' });
  }

  @On(RequesterAskedEscalation)
  requesterAskedEscalation(event: EventOf<typeof RequesterAskedEscalation>): Task[] {
    return this.notedThen(event, { type: 'ask-escalation', reason: event.data.reason });
  }

  @On(CatalogueChanged)
  categoryChanged(event: EventOf<typeof CatalogueChanged>): Task[] {
    return [
      { batch: runbooks, work: event },
      { batch: routingTargets, work: event },
    ];
  }

  private noted(event: Received): Task {
    return this.tickets.task({ id: event.subject, origin: causedBy(event, 'tier-queues'), observed: event });
  }

  private notedThen(event: Received, act: Act): Task[] {
    const origin = causedBy(event, 'tier-queues');
    return [this.noted(event), this.tickets.task({ id: event.subject, origin, command: act })];
  }
}
