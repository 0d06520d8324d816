import { Controller } from '@nestjs/common';
import { OpeningAsked, type EventOf, type Received } from '@tierline/contracts';
import { On, causedBy, type Task } from '@tierline/messaging';
import { deskEvents } from './domain/request.ts';
import { askedOpenings } from './openings.ts';
import { requests } from './store.ts';

/** What the desk does changes what the requester sees. */
@Controller()
export class DeskEvents {
  @On(...deskEvents)
  note(event: Received) {
    return requests.observe(event.subject, event, causedBy(event, 'intake'));
  }

  /** The desk wants a ticket that came from another one; openings are intake's. */
  @On(OpeningAsked)
  open(event: EventOf<typeof OpeningAsked>): Task {
    return { batch: askedOpenings, work: event };
  }
}
