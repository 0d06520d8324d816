import { Controller } from '@nestjs/common';
import type { Received } from '@tierline/contracts';
import { On, causedBy } from '@tierline/messaging';
import { deskEvents } from './domain/request.ts';
import { requests } from './store.ts';

/** What the desk does changes what the requester sees. */
@Controller()
export class DeskEvents {
  @On(...deskEvents)
  note(event: Received) {
    return requests.observe(event.subject, event, causedBy(event, 'intake'));
  }
}
