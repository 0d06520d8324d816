import {
  AgentReplied,
  MergeReceived,
  MergeWithdrawn,
  MergedReplyReceived,
  OpeningAsked,
  TicketClosed,
  TicketHeld,
  TicketMerged,
  TicketReopened,
  TicketResumed,
  TicketUnmerged,
} from '@tierline/contracts';
import { at, specFor } from '@tierline/testing/rules';
import { ticketRules } from './decide.ts';
import {
  claimed,
  desk,
  doing,
  ida,
  inProgress,
  queued,
  resolved,
  routed,
  serviceDesk,
  tom,
  una,
  waiting,
} from './example.ts';
import type { KnownTicket } from './ticket.ts';

const { given } = specFor(ticketRules);
const own = '019a0000-0000-7000-8000-000000000010';
const other = { ticketId: '019a0000-0000-7000-8000-000000000011', number: 1043 };
const known = (...facts: Parameters<typeof given>): KnownTicket => given(...facts).state() as KnownTicket;
const open: KnownTicket = { ...known(...waiting), number: 1043 };
const withOther = (ticket: KnownTicket = open) => ({ others: new Map([[other.ticketId, ticket]]) });
const merged = TicketMerged({ into: other, reason: null, agentId: 'tom' });

describe('merge', () => {
  const merge = (act: object = {}, more: object = withOther()) =>
    doing({ type: 'merge', by: tom, id: own, into: other.ticketId, ...act }, desk, more);

  it('ends the ticket as a part of the other one', () => {
    given(...inProgress)
      .when(merge({ reason: 'same mailbox' }))
      .then(TicketMerged({ into: other, reason: 'same mailbox', agentId: 'tom' }));
    expect(given(...inProgress, merged).state()).toMatchObject({
      state: 'MERGED',
      into: other,
      owner: null,
      unansweredSince: null,
    });
  });
  it('is refused into itself, into nothing, and into what has ended', () => {
    const fields = [{ path: 'into' }];
    given(...waiting)
      .when(merge({ into: own }))
      .thenRefused('same_ticket', { fields });
    given(...waiting)
      .when(merge({}, { others: new Map() }))
      .thenRefused('target_absent', { fields });
    given(...waiting)
      .when(merge({}, withOther(known(...resolved))))
      .thenRefused('target_ended', { fields });
  });
  it('is refused to another team, for a solved ticket, and with open children', () => {
    given(...waiting)
      .when(merge({ by: ida }))
      .thenRefused('not_in_team');
    given(...resolved)
      .when(merge())
      .thenRefused('wrong_state');
    given(...waiting)
      .when(merge({}, { ...withOther(), openChildren: 1 }))
      .thenRefused('open_children');
  });
  it('is refused for one that carries others itself', () =>
    given(...waiting, MergeReceived({ from: other, requesterId: 'ben', agentId: 'tom' }))
      .when(merge())
      .thenRefused('carries_others'));
  it('leaves the ticket where no route or timer moves it', () => {
    given(...waiting, merged)
      .when(doing({ type: 'route', hop: 1, tier: 'tier-1', queue: 'phones' }))
      .thenNothing();
    given(...waiting, merged)
      .when(doing({ type: 'fire', kind: 'wake-up', generation: 1 }))
      .thenNothing();
  });
});

describe('unmerge', () => {
  const unmerge = (by = tom) => doing({ type: 'unmerge', by });
  const now = { state: 'IN_PROGRESS', place: serviceDesk, owner: 'tom', hold: null } as const;
  const unmerged = TicketUnmerged({ from: other, agentId: 'una', now });

  it('brings the ticket back as it stood, at any time', () => {
    given(...inProgress, merged)
      .when(unmerge(una), '2026-03-05T08:00:00.000Z')
      .then(unmerged);
    const { beside: _, armed: __, ...before } = known(...inProgress);
    expect(given(...inProgress, merged, unmerged).state()).toMatchObject({
      ...before,
      unansweredSince: null,
    });
  });
  it('keeps what was learned meanwhile', () => {
    const later = { ...routed(serviceDesk), data: { ...routed(serviceDesk).data, priority: 'P1' } } as const;
    expect(given(...inProgress, merged, later, unmerged).state()).toMatchObject({ priority: 'P1' });
  });
  it('begins a hold anew', () => {
    const held = TicketHeld({ ...serviceDesk, reason: 'VENDOR', until: '2026-01-12T08:00:00.000Z', note: null });
    const back = '2026-01-07T08:00:00.000Z';
    expect(given(...inProgress, held, merged, at(back, unmerged)).state()).toMatchObject({
      state: 'PENDING',
      hold: { reason: 'VENDOR', since: back, until: '2026-01-12T08:00:00.000Z' },
      armed: 3,
    });
  });
  it('is refused to another team, and for what was not merged', () => {
    given(...inProgress, merged)
      .when(unmerge(ida))
      .thenRefused('not_in_team');
    given(...inProgress)
      .when(unmerge())
      .thenRefused('wrong_state');
  });
});

describe('the ticket that carries another', () => {
  const received = MergeReceived({ from: other, requesterId: 'ben', agentId: 'tom' });
  const said = {
    type: 'merged-reply',
    from: other,
    requesterId: 'ben',
    messageId: '019a0000-0000-7000-8000-000000000012',
    text: 'And now?',
    followUpId: '019a0000-0000-7000-8000-000000000013',
  } as const;
  const reply = MergedReplyReceived({ from: other, requesterId: 'ben', messageId: said.messageId, text: 'And now?' });

  it('names it until the merge is undone', () => {
    given(...waiting)
      .when(doing({ type: 'receive-merge', by: tom, from: other, requesterId: 'ben' }))
      .then(received);
    expect(given(...waiting, received).state()).toMatchObject({
      beside: { parts: [{ ...other, requesterId: 'ben' }] },
    });
    const withdrawn = MergeWithdrawn({ from: other, agentId: 'tom' });
    given(...waiting, received)
      .when(doing({ type: 'withdraw-merge', by: tom, from: other }))
      .then(withdrawn);
    expect(given(...waiting, received, withdrawn).state()).toMatchObject({ beside: { parts: [] } });
  });
  it('takes the word of its requester for its own', () => {
    const held = TicketHeld({ ...serviceDesk, reason: 'CUSTOMER', until: '2026-01-12T08:00:00.000Z', note: null });
    given(...inProgress, received, held)
      .when(doing(said))
      .then(reply, TicketResumed({ ...serviceDesk, cause: 'requester-replied' }));
    given(...resolved, received)
      .when(doing(said))
      .then(
        reply,
        TicketReopened({ cause: 'requester-replied', reopens: 1 }),
        queued(serviceDesk, 'reopened'),
        claimed(serviceDesk),
      );
    const answered = AgentReplied(AgentReplied.example);
    expect(given(...inProgress, received, answered, at('2026-01-06T08:00:00.000Z', reply)).state()).toMatchObject({
      unansweredSince: '2026-01-06T08:00:00.000Z',
    });
  });
  it('lets it be followed up for that requester when the end was long ago', () =>
    given(...resolved, received, TicketClosed({ cause: 'timer' }))
      .when(doing(said), '2026-02-05T08:00:00.000Z')
      .then(
        reply,
        OpeningAsked({
          newTicketId: said.followUpId,
          kind: 'follow-up',
          subject: 'Follow-up: No mail since this morning',
          description: 'And now?',
          category: null,
          agentId: null,
          requesterId: 'ben',
        }),
      ));
  it('lets its requester read what was answered', () => {
    const { messageId, text } = said;
    given(...inProgress, merged)
      .when(doing({ type: 'tell-part', by: tom, messageId, text }))
      .then(AgentReplied({ messageId, agentId: 'tom', text, first: true }));
    given(...inProgress)
      .when(doing({ type: 'tell-part', by: tom, messageId, text }))
      .thenNothing();
  });
});
