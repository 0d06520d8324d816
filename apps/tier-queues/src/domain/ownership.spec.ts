import { TicketClaimed, TicketHeld } from '@tierline/contracts';
import { monday, specFor } from '@tierline/testing/rules';
import { ticketRules } from './decide.ts';
import {
  assigned,
  claimed,
  doing,
  everyAct,
  ida,
  inProgress,
  lea,
  opened,
  queued,
  resolved,
  serviceDesk,
  started,
  stranger,
  tom,
  una,
  waiting,
} from './example.ts';

const { given } = specFor(ticketRules);
const held = [
  ...inProgress,
  TicketHeld({ ...serviceDesk, reason: 'VENDOR', until: '2026-01-12T08:00:00.000Z', note: null }),
];

describe('any command', () => {
  it.each(everyAct)('$type: refused for a ticket that is not there', (act) =>
    given().when(doing(act)).thenRefused('ticket_absent'),
  );
});

describe('claim', () => {
  const claim = (by = tom) => doing({ type: 'claim', by });

  it('gives a waiting ticket to an agent of the team', () =>
    given(...waiting)
      .when(claim())
      .then(claimed(serviceDesk)));
  it('gives it to a lead of any team', () =>
    given(...waiting)
      .when(claim(lea))
      .then(claimed(serviceDesk, 'lea')));
  it('is refused to an agent of another team', () =>
    given(...waiting)
      .when(claim(ida))
      .thenRefused('not_in_team'));
  it('is refused to somebody whom the desk does not know', () =>
    given(...waiting)
      .when(claim(stranger))
      .thenRefused('not_in_team'));
  it('is refused when a colleague has the ticket, and names him', () =>
    given(...assigned)
      .when(claim(una))
      .thenRefused('already_claimed', { conflict: { owner: 'tom', state: 'ASSIGNED' } }));
  it('is refused when a colleague holds the ticket', () =>
    given(...held)
      .when(claim(una))
      .thenRefused('already_claimed', { conflict: { owner: 'tom', state: 'PENDING' } }));
  it('changes nothing for who has it already', () =>
    given(...assigned)
      .when(claim())
      .thenNothing());
  it('is refused before the ticket has a queue', () => given(opened).when(claim()).thenRefused('between_queues'));
  it('is refused once it is resolved', () =>
    given(...resolved)
      .when(claim(una))
      .thenRefused('wrong_state'));

  it('follows a queue to its new team', () => {
    const moved = { ...doing({ type: 'claim', by: ida }) };
    const queues = new Map(moved.around.desk.queues);
    queues.set('service-desk', { ...queues.get('service-desk')!, team: 'messaging' });
    const command = doing(moved.act, { ...moved.around.desk, queues });
    given(...waiting)
      .when(command)
      .then(claimed({ ...serviceDesk, team: 'messaging' }, 'ida'));
  });
});

describe('assign', () => {
  const assign = (agentId: string, by = lea) => doing({ type: 'assign', by, agentId });
  const handed = (agentId: string) => TicketClaimed({ ...serviceDesk, agentId, assignedBy: 'lea' });

  it('gives a waiting ticket to an agent of the team', () =>
    given(...waiting)
      .when(assign('una'))
      .then(handed('una')));
  it('takes it from its owner first', () =>
    given(...inProgress)
      .when(assign('una'))
      .then(queued(serviceDesk, 'released'), handed('una')));
  it('changes nothing when the agent has it', () =>
    given(...inProgress)
      .when(assign('tom'))
      .thenNothing());
  it('is for leads', () =>
    given(...waiting)
      .when(assign('una', tom))
      .thenRefused('lead_only'));
  it('is refused for an agent of another team', () =>
    given(...waiting)
      .when(assign('ida'))
      .thenRefused('agent_not_in_team', { fields: [{ path: 'agentId' }] }));
  it('is refused for an agent whom the desk does not know', () =>
    given(...waiting)
      .when(assign('stranger'))
      .thenRefused('agent_absent', { fields: [{ path: 'agentId' }] }));
  it('is refused before the ticket has a queue', () => given(opened).when(assign('una')).thenRefused('between_queues'));
});

describe('start', () => {
  const start = (by = tom) => doing({ type: 'start', by });

  it('begins the work of the owner', () =>
    given(...assigned)
      .when(start())
      .then(started(serviceDesk)));
  it('changes nothing when it has begun', () =>
    given(...inProgress)
      .when(start())
      .thenNothing());
  it('is refused to others, leads too', () => {
    given(...assigned)
      .when(start(una))
      .thenRefused('not_owner', { conflict: { owner: 'tom' } });
    given(...assigned)
      .when(start(lea))
      .thenRefused('not_owner');
  });
  it('is refused for a waiting ticket', () =>
    given(...waiting)
      .when(start())
      .thenRefused('wrong_state'));
});

describe('release', () => {
  const release = (by = tom) => doing({ type: 'release', by });

  it.each([
    ['assigned', assigned],
    ['in progress', inProgress],
    ['held', held],
  ])('puts a ticket that is %s back into its queue', (_, facts) =>
    given(...facts)
      .when(release())
      .then(queued(serviceDesk, 'released')),
  );
  it('may be done by a lead', () =>
    given(...inProgress)
      .when(release(lea))
      .then(queued(serviceDesk, 'released')));
  it('is refused to a colleague', () =>
    given(...inProgress)
      .when(release(una))
      .thenRefused('not_owner'));
  it('remembers who had it', () =>
    expect(given(...inProgress, queued(serviceDesk, 'released')).state()).toMatchObject({
      state: 'QUEUED',
      owner: null,
      lastOwner: 'tom',
      queuedAt: monday,
    }));
});
