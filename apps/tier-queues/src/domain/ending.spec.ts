import { AgentReplied, MajorIncidentDeclared, MergeReceived, TicketMarkedSpam } from '@tierline/contracts';
import { specFor } from '@tierline/testing/rules';
import { ticketRules } from './decide.ts';
import { desk, doing, ida, inProgress, lea, opened, resolved, tom, waiting } from './example.ts';

const { given } = specFor(ticketRules);
const spam = (by = tom, more: object = {}) => doing({ type: 'spam', by }, desk, more);
const cancel = (more: object = {}) => doing({ type: 'cancel', by: tom, reason: 'twice' }, desk, more);
const other = { ticketId: '019a0000-0000-7000-8000-000000000011', number: 1043 };

describe('spam', () => {
  it('ends the ticket', () => {
    given(...waiting)
      .when(spam())
      .then(TicketMarkedSpam({ agentId: 'tom' }));
    expect(given(...inProgress, TicketMarkedSpam({ agentId: 'tom' })).state()).toMatchObject({
      state: 'SPAM',
      owner: null,
    });
  });
  it('can be said by a lead before the ticket has a queue', () => {
    given(opened)
      .when(spam(lea))
      .then(TicketMarkedSpam({ agentId: 'lea' }));
    given(opened).when(spam()).thenRefused('not_in_team');
  });
  it('is refused for what somebody answered, another team, and what has ended', () => {
    const answered = AgentReplied({ ...AgentReplied.example, first: true });
    given(...inProgress, answered)
      .when(spam())
      .thenRefused('already_answered');
    given(...waiting)
      .when(spam(ida))
      .thenRefused('not_in_team');
    given(...resolved)
      .when(spam())
      .thenRefused('wrong_state');
  });
  it('hears nothing any more of its requester', () =>
    given(...waiting, TicketMarkedSpam({ agentId: 'tom' }))
      .when(doing({ type: 'requester-replied', text: 'Buy!', followUpId: other.ticketId }))
      .thenNothing());
});

describe.each([
  ['cancel', cancel],
  ['spam', (more: object) => spam(tom, more)],
])('%s', (_, end) => {
  it('is refused while children are open', () =>
    given(...waiting)
      .when(end({ openChildren: 2 }))
      .thenRefused('open_children', { conflict: { openChildren: 2 } }));
  it('is refused for a major incident', () =>
    given(...waiting, MajorIncidentDeclared(MajorIncidentDeclared.example))
      .when(end({}))
      .thenRefused('major_incident'));
  it('is refused for a ticket that carries others', () =>
    given(...waiting, MergeReceived({ from: other, requesterId: 'ben', agentId: 'tom' }))
      .when(end({}))
      .thenRefused('carries_others'));
});
