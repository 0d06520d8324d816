import { TicketCancelled, TicketClosed, TicketHeld, TicketReopened } from '@tierline/contracts';
import { at, specFor } from '@tierline/testing/rules';
import type { Act } from './command.ts';
import { ticketRules } from './decide.ts';
import type { Desk, Queue } from './desk.ts';
import {
  assigned,
  claimed,
  desk,
  doing,
  ida,
  inProgress,
  lea,
  opened,
  present,
  queued,
  resolution,
  resolved,
  serviceDesk,
  started,
  tom,
  una,
  waiting,
} from './example.ts';
import type { Presence } from './people.ts';

const { given } = specFor(ticketRules);
const closedByTimer = TicketClosed({ cause: 'timer' });
const closed = [...resolved, closedByTimer];
const inTwoWeeks = '2026-01-19T08:00:00.000Z';
const afterTwoWeeks = '2026-01-19T08:00:00.001Z';

describe('resolve', () => {
  const resolve = (by = tom) =>
    doing({ type: 'resolve', by, code: 'solved', solution: resolution.data.solution, lowerTierCouldHave: false });
  const byLead = { ...resolution, data: { ...resolution.data, agentId: 'lea' } };

  it('is done by the owner, or by a lead for the owner', () => {
    given(...inProgress)
      .when(resolve())
      .then(resolution);
    given(...inProgress)
      .when(resolve(lea))
      .then(byLead);
    expect(given(...inProgress, byLead).state()).toMatchObject({ state: 'RESOLVED', owner: 'tom' });
  });
  it('begins the work where it had not begun', () =>
    given(...assigned)
      .when(resolve())
      .then(started(serviceDesk), resolution));
  it('ends a hold', () =>
    given(...inProgress, TicketHeld({ ...serviceDesk, reason: 'VENDOR', until: inTwoWeeks, note: null }))
      .when(resolve())
      .then(resolution));
  it('is refused to a colleague, for a waiting ticket, and twice', () => {
    given(...inProgress)
      .when(resolve(una))
      .thenRefused('not_owner');
    given(...waiting)
      .when(resolve())
      .thenRefused('wrong_state');
    given(...resolved)
      .when(resolve())
      .thenRefused('wrong_state', { conflict: { state: 'RESOLVED' } });
  });
});

describe('close', () => {
  it('comes when the requester confirms, or with the timer', () => {
    given(...resolved)
      .when(doing({ type: 'requester-confirmed' }))
      .then(TicketClosed({ cause: 'confirmed' }));
    given(...resolved)
      .when(doing({ type: 'fire', kind: 'close', generation: 2 }))
      .then(closedByTimer);
  });
  it('does not come to a ticket that is not resolved', () => {
    given(...inProgress)
      .when(doing({ type: 'requester-confirmed' }))
      .thenNothing();
    given(...closed)
      .when(doing({ type: 'requester-confirmed' }))
      .thenNothing();
    given(...resolved)
      .when(doing({ type: 'fire', kind: 'close', generation: 1 }))
      .thenNothing();
  });
});

describe('reopen', () => {
  const reopened = (cause: 'requester-replied' | 'requester-rejected' | 'agent', reason?: string) =>
    TicketReopened({ cause, reopens: 1, ...(reason && { reason }) });
  const passedOver = (cause: 'requester-rejected' | 'agent', why: string) =>
    TicketReopened({
      ...reopened(cause, cause === 'agent' ? 'not solved' : undefined).data,
      passedOver: { agentId: 'tom', reason: why },
    });
  const byAgent = (by = tom): Act => ({ type: 'reopen', by, reason: 'not solved' });

  it.each(['requester-rejected', 'requester-replied'] as const)('comes with %s, back to its last owner', (type) => {
    const back = [reopened(type), queued(serviceDesk, 'reopened'), claimed(serviceDesk)] as const;
    given(...resolved)
      .when(doing({ type }))
      .then(...back);
    given(...closed)
      .when(doing({ type }), inTwoWeeks)
      .then(...back);
    expect(given(...resolved, ...back).state()).toMatchObject({
      state: 'ASSIGNED',
      owner: 'tom',
      counts: { reopens: 1 },
    });
  });
  it('goes to the queue when the last owner has left the team', () => {
    const left = [
      passedOver('requester-rejected', 'tom is not in team service-desk any more.'),
      queued(serviceDesk, 'reopened'),
    ] as const;
    for (const teams of [new Map([['tom', ['phones']]]), new Map<string, string[]>()])
      given(...resolved)
        .when(doing({ type: 'requester-rejected' }, desk, { teams }))
        .then(...left);
  });
  it.each([
    ['is away', { presence: 'away' }, 'tom is away.'],
    ['is busy', { presence: 'busy' }, 'tom is busy.'],
    ['said nothing and has no shift', { presence: null }, 'tom has not said to be present.'],
  ] as const)('goes to the queue when the last owner %s', (_, how, why) =>
    given(...resolved)
      .when(doing({ type: 'requester-rejected' }, desk, { people: new Map([present('tom', how)]) }))
      .then(passedOver('requester-rejected', why), queued(serviceDesk, 'reopened')),
  );
  it('goes to the queue when the last owner has enough to do, or may not take it any more', () => {
    const people = new Map([present('tom', { load: 3 })]);
    const asking = (more: Partial<Queue>): Desk => ({
      ...desk,
      queues: new Map([['service-desk', { ...desk.queues.get('service-desk')!, ...more }]]),
    });
    given(...resolved)
      .when(doing({ type: 'requester-rejected' }, asking({ capacity: 3 }), { people }))
      .then(passedOver('requester-rejected', 'tom has 3 of 3 tickets at once.'), queued(serviceDesk, 'reopened'));
    given(...resolved)
      .when(doing({ type: 'requester-rejected' }, asking({ skills: [{ skill: 'mail', level: 1 }] }), { people }))
      .then(
        passedOver('requester-rejected', 'Skill mail from level 1 is needed, and tom does not have it.'),
        queued(serviceDesk, 'reopened'),
      );
  });
  it('stays with the last owner who takes it up again, unless he or she is away', () => {
    const saying = (presence: Presence | null) => new Map([present('tom', { presence })]);
    for (const presence of ['busy', null] as const)
      given(...resolved)
        .when(doing(byAgent(), desk, { people: saying(presence) }))
        .then(reopened('agent', 'not solved'), queued(serviceDesk, 'reopened'), claimed(serviceDesk));
    given(...resolved)
      .when(doing(byAgent(), desk, { people: saying('away') }))
      .then(passedOver('agent', 'tom is away.'), queued(serviceDesk, 'reopened'));
    given(...resolved)
      .when(doing(byAgent(una), desk, { people: saying(null) }))
      .then(passedOver('agent', 'tom has not said to be present.'), queued(serviceDesk, 'reopened'));
  });
  it('is done by an agent with a reason', () =>
    given(...resolved)
      .when(doing(byAgent(una)))
      .then(reopened('agent', 'not solved'), queued(serviceDesk, 'reopened'), claimed(serviceDesk)));
  it('ends fourteen days after closing', () => {
    given(...closed)
      .when(doing(byAgent()), afterTwoWeeks)
      .thenRefused('reopen_window_passed');
    given(...closed)
      .when(doing({ type: 'requester-replied' }), afterTwoWeeks)
      .thenNothing();
    given(...resolved)
      .when(doing(byAgent()), afterTwoWeeks)
      .then(reopened('agent', 'not solved'), queued(serviceDesk, 'reopened'), claimed(serviceDesk));
  });
  it('is refused to another team, and for an open ticket', () => {
    given(...resolved)
      .when(doing(byAgent(ida)))
      .thenRefused('not_in_team');
    given(...inProgress)
      .when(doing(byAgent()))
      .thenRefused('wrong_state');
  });
  it('does not come when the requester writes in an open ticket', () =>
    given(...inProgress)
      .when(doing({ type: 'requester-replied' }))
      .thenNothing());
});

describe('cancel', () => {
  const cancel = (by = tom) => doing({ type: 'cancel', by, reason: 'opened twice' });
  const cancelled = (agentId = 'tom') => TicketCancelled({ agentId, reason: 'opened twice' });

  it('ends an open ticket', () => {
    given(...waiting)
      .when(cancel())
      .then(cancelled());
    given(...inProgress)
      .when(cancel(una))
      .then(cancelled('una'));
    given(opened).when(cancel(lea)).then(cancelled('lea'));
  });
  it('is refused to another team, and for a ticket that has ended', () => {
    given(...waiting)
      .when(cancel(ida))
      .thenRefused('not_in_team');
    given(...resolved)
      .when(cancel())
      .thenRefused('wrong_state');
    given(...waiting, at(inTwoWeeks, cancelled()))
      .when(cancel())
      .thenRefused('wrong_state');
  });
});
