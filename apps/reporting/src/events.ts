import { Controller } from '@nestjs/common';
import {
  QueueChanged,
  TierChanged,
  events,
  type EventDefinition,
  type EventOf,
  type Received,
} from '@tierline/contracts';
import { On, type Batch, type Task } from '@tierline/messaging';
import { history, queues, tiers } from './store.ts';

const ticketEvents: readonly EventDefinition[] = [...events.values()].filter(({ topic }) => topic === 'tickets');

const taskOf = <W>(batch: Batch<W>, work: W): Task => ({ batch, work });

@Controller()
export class EventsController {
  @On(...ticketEvents)
  ticket(event: Received): Task {
    return taskOf(history, event);
  }

  @On(TierChanged)
  tier(event: EventOf<typeof TierChanged>): Task {
    return taskOf(tiers, event);
  }

  @On(QueueChanged)
  queue(event: EventOf<typeof QueueChanged>): Task {
    return taskOf(queues, event);
  }
}
