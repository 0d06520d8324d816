import { AgentReplied, NoteAdded, TicketTransferred, type Fact } from '@tierline/contracts';
import { monday, specFor } from '@tierline/testing/rules';
import type { AgentAct } from './command.ts';
import { ticketRules } from './decide.ts';
import {
  assigned,
  claimed,
  desk,
  doing,
  inProgress,
  lea,
  phones,
  queued,
  serviceDesk,
  tom,
  una,
  waiting,
} from './example.ts';

const { given } = specFor(ticketRules);
const unseenBy = (actor: string, ...facts: Fact[]) => ({ unseen: facts.map((fact) => ({ fact, actor, at: monday })) });
const after = (act: AgentAct, more: object) => doing(act, desk, more);

describe('an act that was decided on an older version', () => {
  const reply = { type: 'reply', by: tom, messageId: '019a0000-0000-7000-8000-000000000001', text: 'Mine' } as const;
  const theirReply = AgentReplied({ ...AgentReplied.example, agentId: 'una', text: 'Theirs' });

  it('is refused where it sets what somebody else has set, with both values', () => {
    given(...inProgress, theirReply)
      .when(after(reply, unseenBy('agent:una', theirReply)))
      .thenRefused('changed_meanwhile', {
        conflict: { conversation: { yours: 'Mine', theirs: 'Theirs' }, by: 'agent:una', at: monday },
      });
    const moved = TicketTransferred({ from: serviceDesk, to: phones, reason: 'because', agentId: 'una' });
    given(...waiting, moved, queued(phones, 'transferred'))
      .when(
        after(
          { type: 'transfer', by: tom, queue: 'service-desk', reason: 'because' },
          unseenBy('agent:una', moved, queued(phones, 'transferred')),
        ),
      )
      .thenRefused('changed_meanwhile', {
        conflict: { queue: { yours: 'service-desk', theirs: 'phones' }, by: 'agent:una' },
      });
    given(...assigned)
      .when(after({ type: 'assign', by: lea, agentId: 'una' }, unseenBy('agent:tom', claimed(serviceDesk))))
      .thenRefused('changed_meanwhile', { conflict: { owner: { yours: 'una', theirs: 'tom' } } });
  });
  it('is done where it does not overlap', () => {
    const note = NoteAdded({ noteId: reply.messageId, agentId: 'una', text: 'Hm' });
    expect(
      given(...inProgress, note)
        .when(after(reply, unseenBy('agent:una', note)))
        .events(),
    ).toHaveLength(1);
    expect(
      given(...inProgress, theirReply)
        .when(after({ type: 'note', by: una, noteId: reply.messageId, text: 'Hm' }, unseenBy('agent:una', theirReply)))
        .events(),
    ).toHaveLength(1);
  });
  it('is done where only the caller changed something', () =>
    expect(
      given(...inProgress, theirReply)
        .when(after(reply, unseenBy('agent:tom', theirReply)))
        .events(),
    ).toHaveLength(1));
});
