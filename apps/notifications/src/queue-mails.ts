import type { EventOf, QueueUnserved } from '@tierline/contracts';
import type { Batch } from '@tierline/messaging';
import { queueNotices, queueTitle } from './domain/queue-notice.ts';
import { deliveriesOf, enqueueWanted, teamsOf } from './staff-mails.ts';

/** Lets those who have to know of a queue that nobody will serve get a mail; nothing is sent here. */
export const queueMails: Batch<EventOf<typeof QueueUnserved>> = {
  run: async (tx, events) => {
    const teams = await teamsOf(
      tx,
      events.map(({ tenant, data: { team } }) => ({ tenant, team })),
    );
    const deliveries = events.flatMap((event) => {
      const about = { tenant: event.tenant, team: event.data.team };
      const newsOf = (text: string) => ({ title: queueTitle(event), text });
      return deliveriesOf({ event, notices: queueNotices(event), about, newsOf }, teams, tx.now);
    });
    await enqueueWanted(tx, deliveries);
  },
};
