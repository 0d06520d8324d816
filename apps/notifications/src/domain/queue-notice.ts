import type { EventOf, QueueUnserved } from '@tierline/contracts';
import { gathered, type Notice } from './notice.ts';

type Event = EventOf<typeof QueueUnserved>;

/** What the mail is called. */
export const queueTitle = ({ data: { name } }: Event): string => `Nobody will serve the queue ${name}`;

const waiting = ({ openTickets, isTarget }: Event['data']): string => {
  const open = openTickets === 1 ? '1 ticket is open in it' : `${openTickets} tickets are open in it`;
  return isTarget ? `${open}, and new ones come.` : `${open}.`;
};

/** Whom a queue that nobody will serve is for, and what they are told of it. */
export const queueNotices = ({ data }: Event): readonly Notice[] =>
  gathered(
    data.tell,
    `${data.detail}\n${waiting(data)}\nYou hear of it once; the list of what needs attention shows it until somebody is there.`,
  );
