import { TicketTransferred } from '@tierline/contracts';
import { specFor } from '@tierline/testing';
import { systemShift } from './closing.ts';
import { ticketRules } from './decide.ts';
import type { Desk } from './desk.ts';
import {
  assigned,
  desk,
  doing,
  inProgress,
  messaging,
  phones,
  queued,
  resolved,
  serviceDesk,
  waiting,
} from './example.ts';

const { given } = specFor(ticketRules);

const closing = (handsOverTo: string | undefined = 'phones', queue = 'service-desk') => {
  const closed = { ...desk.queues.get('service-desk')!, handsOverTo };
  const on: Desk = { ...desk, queues: new Map([...desk.queues, ['service-desk', closed]]) };
  return doing({ type: 'close-queue', queue }, on);
};
const transferred = (how: string) =>
  TicketTransferred({
    from: serviceDesk,
    to: phones,
    reason: `The hours of service-desk ended; ${how}.`,
    agentId: systemShift,
  });

describe('a queue that closes', () => {
  it.each([
    ['waits', waiting, 'it waited'],
    ['was taken', assigned, 'it was with tom'],
    ['is worked on', inProgress, 'it was with tom, who worked on it'],
  ] as const)('hands over what %s, and says how it stood', (_, story, how) =>
    given(...story)
      .when(closing())
      .then(transferred(how), queued(phones, 'transferred')),
  );
  it('keeps what is done', () =>
    given(...resolved)
      .when(closing())
      .thenNothing());
  it('keeps all where it hands over to nobody, or to another tier', () => {
    given(...waiting)
      .when(doing({ type: 'close-queue', queue: 'service-desk' }))
      .thenNothing();
    given(...waiting)
      .when(closing(messaging.queue))
      .thenNothing();
  });
  it('leaves what is elsewhere', () =>
    given(...waiting)
      .when(closing('phones', 'network'))
      .thenNothing());
});
