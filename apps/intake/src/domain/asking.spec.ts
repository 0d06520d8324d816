import {
  AgentReplied,
  RequesterAskedEscalation,
  RequesterConfirmed,
  RequesterRejected,
  RequesterReplied,
  TicketCancelled,
  TicketClosed,
  TicketHeld,
  TicketMerged,
  TicketOpened,
  TicketResolved,
} from '@tierline/contracts';
import { at, specFor } from '@tierline/testing/rules';
import { request, type Asker, type OpenCommand } from './asking.ts';

const { given } = specFor(request);

const messageId = '019a0000-0000-7000-8000-000000000001';
const anna: Asker = { subject: 'anna.berg', actsForOthers: false };
const kim: Asker = { subject: 'kim.desk', actsForOthers: true };

const facts = {
  channel: 'web',
  organisation: 'Sales North',
  subject: 'Outlook asks for my password',
  description: 'Every few minutes since this morning.',
  category: 'email-account',
  impact: 'low',
  urgency: 'medium',
} as const;
const open: OpenCommand = { type: 'open', by: anna, number: 1042, requesterId: null, ...facts };
const ofAnna = TicketOpened({ number: 1042, requesterId: 'anna.berg', openedBy: 'anna.berg', ...facts });
const byKim = TicketOpened({
  number: 1042,
  requesterId: 'anna.berg',
  openedBy: 'kim.desk',
  ...facts,
  channel: 'phone',
});

const place = { tier: 'tier-2', rank: 2, queue: 'messaging', team: 'messaging' };
const resolved = TicketResolved({
  ...place,
  agentId: 'ida.second',
  code: 'solved',
  solution: 'Renewed the token.',
  lowerTierCouldHave: false,
});
const closed = TicketClosed({ cause: 'timer' });
const cancelled = TicketCancelled({ agentId: 'kim.desk', reason: 'opened twice' });
const held = TicketHeld({ ...place, reason: 'CUSTOMER', until: '2026-01-08T09:00:00.000Z', note: null });
const answered = AgentReplied({ messageId, agentId: 'kim.desk', text: 'I am looking.', first: true });

const reply = { type: 'reply', by: anna, messageId, text: 'It also happens at home.' } as const;
const confirm = { type: 'confirm', by: anna, comment: null } as const;
const reject = { type: 'reject', by: anna, messageId, reason: 'It asks again.' } as const;

describe('opening a ticket', () => {
  it('is for the one who asks', () => given().when(open).then(ofAnna));

  it('is for somebody else when the roles allow it', () =>
    given()
      .when({ ...open, by: kim, requesterId: 'anna.berg', channel: 'phone' })
      .then(byKim));

  it('is refused for somebody else when the roles do not allow it, naming the field', () => {
    const message = 'Your roles do not allow you to open tickets for others; leave requester out.';
    given()
      .when({ ...open, requesterId: 'bob' })
      .thenRefused('not_for_others', { fields: [{ path: 'requester', message }] });
  });

  it.each(['phone', 'email', 'monitoring'] as const)(
    'through %s is refused to requesters, naming the field',
    (channel) => {
      const message = `Your roles do not allow the channel ${channel}; use web or api.`;
      given()
        .when({ ...open, channel })
        .thenRefused('not_for_others', { fields: [{ path: 'channel', message }] });
    },
  );

  it('twice with one id has one effect', () => given(ofAnna).when(open).thenNothing());
});

describe('a ticket of somebody else', () => {
  const stranger: Asker = { subject: 'mallory', actsForOthers: false };

  it.each([reply, confirm, reject])('is absent for a stranger who wants to $type', (command) =>
    given(ofAnna, resolved)
      .when({ ...command, by: stranger })
      .thenRefused('ticket_absent'),
  );

  it('that does not exist is absent in the same way', () => given().when(reply).thenRefused('ticket_absent'));

  it('can be answered by the one who opened it for the requester', () =>
    given(byKim)
      .when({ ...reply, by: kim })
      .then(RequesterReplied({ messageId, text: reply.text })));

  it('is absent for an agent who did not open it', () =>
    given(ofAnna)
      .when({ ...reply, by: kim })
      .thenRefused('ticket_absent'));

  it('is absent for its opener who may not act for others any more', () =>
    given(byKim)
      .when({ ...reply, by: { ...kim, actsForOthers: false } })
      .thenRefused('ticket_absent'));
});

describe('a reply', () => {
  const replied = RequesterReplied({ messageId, text: reply.text });

  it.each([
    ['received', []],
    ['answered', [answered]],
    ['waiting for the requester', [held]],
    ['resolved', [resolved]],
  ])('is taken while the ticket is %s', (_, history) =>
    given(ofAnna, ...history)
      .when(reply)
      .then(replied),
  );

  it('is taken however long after closing: the desk goes on from it', () =>
    given(ofAnna, resolved, at('2026-01-05T08:00:00.000Z', closed))
      .when(reply, '2027-01-05T08:00:00.000Z')
      .then(replied));

  it('is taken on a merged ticket: the desk passes it on', () =>
    given(ofAnna, TicketMerged(TicketMerged.example)).when(reply).then(replied));

  it('is refused on a cancelled ticket', () => given(ofAnna, cancelled).when(reply).thenRefused('ticket_cancelled'));
});

describe('a solution', () => {
  it('is confirmed', () =>
    given(ofAnna, resolved)
      .when({ ...confirm, comment: 'Works!' })
      .then(RequesterConfirmed({ comment: 'Works!' })));

  it('is rejected with a reason', () =>
    given(ofAnna, resolved)
      .when(reject)
      .then(RequesterRejected({ messageId, reason: 'It asks again.' })));

  it.each([
    ['there is none', []],
    ['the ticket is on hold', [held]],
    ['the timer closed the ticket', [resolved, closed]],
    ['the ticket was cancelled', [cancelled]],
    ['it was rejected', [resolved, RequesterRejected({ messageId, reason: 'no' })]],
  ])('can be neither confirmed nor rejected when %s', (_, history) => {
    given(ofAnna, ...history)
      .when(confirm)
      .thenRefused('not_resolved');
    given(ofAnna, ...history)
      .when(reject)
      .thenRefused('not_resolved');
  });

  it('confirmed twice is confirmed once', () =>
    given(ofAnna, resolved, RequesterConfirmed({ comment: null }))
      .when(confirm)
      .thenNothing());

  it('confirmed cannot be rejected any more', () =>
    given(ofAnna, resolved, RequesterConfirmed({ comment: null }), closed)
      .when(reject)
      .thenRefused('not_resolved'));
});

describe('asking for somebody in charge', () => {
  const ask = { type: 'ask-escalation', by: anna, reason: 'Payroll runs tonight.' } as const;
  const asked = RequesterAskedEscalation({ reason: 'Payroll runs tonight.' });

  it('is heard while the ticket is open', () => given(ofAnna, held).when(ask).then(asked));
  it('is heard every four hours', () => {
    given(ofAnna, at('2026-01-05T08:00:00.000Z', asked))
      .when(ask, '2026-01-05T11:59:59.999Z')
      .thenRefused('asked_already', { conflict: { askedAt: '2026-01-05T08:00:00.000Z' } });
    given(ofAnna, at('2026-01-05T08:00:00.000Z', asked)).when(ask, '2026-01-05T12:00:00.000Z').then(asked);
  });
  it.each([
    ['solved', [resolved]],
    ['cancelled', [cancelled]],
    ['merged', [TicketMerged(TicketMerged.example)]],
  ])('is refused when the ticket is %s', (_, history) =>
    given(ofAnna, ...history)
      .when(ask)
      .thenRefused('not_open'),
  );
  it('is refused to strangers', () =>
    given(ofAnna)
      .when({ ...ask, by: { subject: 'ben', actsForOthers: false } })
      .thenRefused('ticket_absent'));
});

describe('a ticket that came from another', () => {
  const ticket = {
    ...TicketOpened.example,
    origin: { kind: 'follow-up' as const, ticketId: '019a0000-0000-7000-8000-000000000011', number: 7 },
  };

  it('is opened once', () => {
    given().when({ type: 'open-from', ticket }).then(TicketOpened(ticket));
    given(TicketOpened(ticket)).when({ type: 'open-from', ticket }).thenNothing();
  });
});
