import { AgentReplied, NoteAdded, SwarmAsked, SwarmJoined, SwarmLeft } from '@tierline/contracts';
import { specFor } from '@tierline/testing/rules';
import { ticketRules } from './decide.ts';
import { doing, ida, inProgress, lea, max, resolution, resolved, stranger, tom } from './example.ts';
import type { People } from './people.ts';

const { given } = specFor(ticketRules);
const question = 'Is the mail store full?';
const asked = (act: { agents?: string[]; skill?: string | null } = {}) =>
  SwarmAsked({ agents: ['max'], skill: null, question, agentId: 'tom', ...act });
const joined = SwarmJoined({ agentId: 'max' });

describe('swarm', () => {
  const swarm = (act: object = {}) =>
    doing({ type: 'swarm', by: tom, agents: ['max'], skill: null, question, ...act }, undefined, { teams: known });
  const known = new Map([
    ['tom', ['service-desk']],
    ['ida', ['messaging']],
    ['max', ['mail-servers']],
  ]);

  it('asks experts by name or by skill; the owner stays', () => {
    given(...inProgress)
      .when(swarm())
      .then(asked());
    given(...inProgress)
      .when(swarm({ agents: [], skill: 'mail' }))
      .then(asked({ agents: [], skill: 'mail' }));
    expect(given(...inProgress, asked(), joined).state()).toMatchObject({
      state: 'IN_PROGRESS',
      owner: 'tom',
      beside: { swarm: { asked: ['max'], experts: ['max'] } },
    });
  });
  it('keeps those who came when more are asked', () =>
    expect(given(...inProgress, asked(), joined, asked({ agents: ['ida'] })).state()).toMatchObject({
      beside: { swarm: { asked: ['max', 'ida'], experts: ['max'] } },
    }));
  it('is refused when it asks nobody, or somebody whom the desk does not know', () => {
    given(...inProgress)
      .when(swarm({ agents: [] }))
      .thenRefused('expert_required', { fields: [{ path: 'agents' }] });
    given(...inProgress)
      .when(swarm({ agents: ['max', 'nobody'] }))
      .thenRefused('agent_absent', { fields: [{ path: 'agents.1' }] });
  });
  it('is refused to another team, and for a solved ticket', () => {
    given(...inProgress)
      .when(swarm({ by: ida }))
      .thenRefused('not_in_team');
    given(...resolved)
      .when(swarm())
      .thenRefused('wrong_state');
  });
});

describe('join and leave', () => {
  const join = (by = max, people: People = new Map()) => doing({ type: 'join', by }, undefined, { people });
  const knowing = (skill: string): People => {
    const agent = { agentId: 'max', name: 'Max', teams: ['mail-servers'], skills: [{ skill, level: 2 }] };
    return new Map([['max', { agent, presence: null, load: 0 }]]);
  };
  const leave = (by = max) => doing({ type: 'leave', by });

  it('lets those join who were asked', () => {
    given(...inProgress, asked())
      .when(join())
      .then(joined);
    given(...inProgress, asked({ agents: [], skill: 'mail' }))
      .when(join(max, knowing('mail')))
      .then(joined);
  });
  it('is refused without the skill that was asked for', () => {
    given(...inProgress, asked({ agents: [], skill: 'mail' }))
      .when(join(max, knowing('storage')))
      .thenRefused('skill_missing');
    given(...inProgress, asked({ agents: [], skill: 'mail' }))
      .when(join(max))
      .thenRefused('skill_missing');
  });
  it('lets a lead join unasked', () =>
    given(...inProgress)
      .when(join(lea))
      .then(SwarmJoined({ agentId: 'lea' })));
  it('changes nothing for the owner, or for who is there', () => {
    given(...inProgress, asked(), joined)
      .when(join())
      .thenNothing();
    given(...inProgress, asked())
      .when(join(tom))
      .thenNothing();
  });
  it('is refused to who was not asked, and to strangers', () => {
    given(...inProgress, asked())
      .when(join(ida))
      .thenRefused('not_asked');
    given(...inProgress, asked({ skill: 'mail' }))
      .when(join(stranger))
      .thenRefused('not_asked');
  });
  it('lets an expert leave', () => {
    given(...inProgress, asked(), joined)
      .when(leave())
      .then(SwarmLeft({ agentId: 'max' }));
    given(...inProgress, asked())
      .when(leave())
      .thenNothing();
    expect(given(...inProgress, asked(), joined, SwarmLeft({ agentId: 'max' })).state()).toMatchObject({
      beside: { swarm: { experts: [] } },
    });
  });
  it('ends with the ticket', () =>
    expect(given(...inProgress, asked(), joined, resolution).state()).toMatchObject({ beside: { swarm: null } }));
});

describe('an expert', () => {
  const messageId = '019a0000-0000-7000-8000-000000000001';

  it('may write to the requester and take notes, in any team', () => {
    given(...inProgress, asked(), joined)
      .when(doing({ type: 'note', by: max, noteId: messageId, text: 'It is full.' }))
      .then(NoteAdded({ noteId: messageId, agentId: 'max', text: 'It is full.' }));
    given(...inProgress, asked(), joined)
      .when(doing({ type: 'reply', by: max, messageId, text: 'We make room.' }))
      .then(AgentReplied({ messageId, agentId: 'max', text: 'We make room.', first: true }));
  });
  it('does not move the ticket', () =>
    given(...inProgress, asked(), joined)
      .when(doing({ type: 'transfer', by: max, queue: 'phones', reason: 'because' }))
      .thenRefused('not_in_team'));
});
