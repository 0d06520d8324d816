import type { EventOf, QueueUnserved } from '@tierline/contracts';
import { gathered, type Notice } from './notice.ts';

type Event = EventOf<typeof QueueUnserved>;

/** What the mail is called. */
export const queueTitle = ({ data: { name, since } }: Event): string =>
  since === undefined ? `Nobody will serve the queue ${name}` : `Still nobody will serve the queue ${name}`;

const waiting = ({ openTickets, isTarget }: Event['data']): string => {
  const open = openTickets === 1 ? '1 ticket is open in it' : `${openTickets} tickets are open in it`;
  return isTarget ? `${open}, and new ones come.` : `${open}.`;
};

const lasting = ({ since }: Event['data']): string => {
  const so = since === undefined ? '' : `It has been so since ${since.slice(0, 16).replace('T', ' ')} UTC. `;
  return `${so}You hear of it once a day until somebody is there; the list of what needs attention shows it, too.`;
};

/** Whom a queue that nobody will serve is for, and what they are told of it. */
export const queueNotices = ({ data }: Event): readonly Notice[] =>
  gathered(data.tell, `${data.detail}\n${waiting(data)}\n${lasting(data)}`);
