import {
  NoteAdded,
  TicketEscalated,
  TicketQueued,
  TicketResolved,
  events,
  isForRequesters,
  kindOfEvent,
  type Fact,
  type Received,
} from '@tierline/contracts';
import { hintForRequester, hintOf, teamAfter } from './hint.ts';

const received = (fact: Fact): Received => ({
  ...fact,
  id: '019a0000-0000-7000-8000-000000000001',
  source: '/tier-queues',
  subject: '019a0000-0000-7000-8000-000000000002',
  time: '2026-01-05T08:00:00.000Z',
  tenant: 'acme',
  sequence: 7,
  actor: 'agent:tom',
  correlationId: 'c',
  causationId: null,
  traceparent: null,
});

it('says what of a row changed, and where the ticket is now', () => {
  const queued = received(TicketQueued(TicketQueued.example));
  expect(hintOf(queued)).toEqual({
    ticket: queued.subject,
    source: 'tier-queues',
    sequence: 7,
    type: 'queued',
    at: queued.time,
    changed: {
      state: 'QUEUED',
      tier: 'tier-1',
      rank: 1,
      queue: 'service-desk',
      team: 'service-desk',
      priority: 'P3',
      owner: null,
      hold: null,
    },
  });
  expect(teamAfter(queued)).toBe('service-desk');
  expect(teamAfter(received(TicketEscalated(TicketEscalated.example)))).toBeNull();
  expect(teamAfter(received(NoteAdded(NoteAdded.example)))).toBeUndefined();
});

it('never carries what people wrote, for any event there is', () => {
  const texts = (value: unknown): string[] =>
    typeof value === 'string' ? [value] : value && typeof value === 'object' ? Object.values(value).flatMap(texts) : [];
  for (const { type, example, topic } of events.values()) {
    if (topic !== 'tickets') continue;
    const written = texts(example).filter((text) => text.includes(' '));
    const told = JSON.stringify(hintOf(received({ type, data: example })));
    for (const text of written) expect(told).not.toContain(text);
  }
});

it('tells a requester that something happened and nothing of the desk', () => {
  const resolved = hintOf(received(TicketResolved(TicketResolved.example)));
  expect(hintForRequester(resolved)).not.toHaveProperty('changed');
  expect(isForRequesters(kindOfEvent(NoteAdded.type))).toBe(false);
  expect(isForRequesters('invented-tomorrow')).toBe(false);
});
