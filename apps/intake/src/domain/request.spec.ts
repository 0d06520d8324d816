import {
  ActUndone,
  AgentReplied,
  InboundUnaccounted,
  RequesterConfirmed,
  RequesterRejected,
  RequesterReplied,
  TicketCancelled,
  TicketClaimed,
  TicketClosed,
  TicketEscalated,
  TicketHeld,
  TicketMarkedSpam,
  TicketMerged,
  TicketOpened,
  TicketQueued,
  TicketReopened,
  TicketResolved,
  TicketResumed,
  TicketReturned,
  TicketRouted,
  TicketTransferred,
  TicketUnmerged,
  WorkStarted,
  type HoldReason,
} from '@tierline/contracts';
import { at, specFor } from '@tierline/testing/rules';
import { request } from './asking.ts';
import { evolve, absent } from './request.ts';

const { given } = specFor(request);

const opened = TicketOpened(TicketOpened.example);
const queued = TicketQueued(TicketQueued.example);
const started = WorkStarted(WorkStarted.example);
const resolved = TicketResolved(TicketResolved.example);
const confirmed = RequesterConfirmed({ comment: null });
const held = TicketHeld(TicketHeld.example);

const undone = (state: 'NEW' | 'PENDING', reason: HoldReason | null) =>
  ActUndone({
    act: 'spam',
    agentId: 'tom',
    now: { state, place: null, owner: null, hold: reason && { reason, until: '2026-01-06T08:00:00.000Z' } },
  });

const after = (...facts: Parameters<typeof given>) => given(...facts).state();

describe('what the requester sees of a ticket', () => {
  it.each([
    ['received', null, [opened]],
    ['waiting', 1, [opened, queued]],
    ['in-progress', 1, [opened, queued, TicketClaimed(TicketClaimed.example)]],
    ['in-progress', 1, [opened, queued, started]],
    ['waiting-for-you', 1, [opened, queued, started, held]],
    ['on-hold', 1, [opened, queued, started, TicketHeld({ ...TicketHeld.example, reason: 'VENDOR' })]],
    ['in-progress', 1, [opened, queued, started, held, TicketResumed(TicketResumed.example)]],
    ['in-progress', 1, [opened, queued, started, held, RequesterReplied(RequesterReplied.example)]],
    ['waiting', 2, [opened, queued, started, TicketEscalated(TicketEscalated.example)]],
    ['waiting', 2, [opened, queued, started, TicketTransferred(TicketTransferred.example)]],
    ['waiting', 1, [opened, queued, started, TicketReturned(TicketReturned.example)]],
    ['resolved', 1, [opened, queued, started, resolved]],
    ['closed', 1, [opened, queued, started, resolved, confirmed]],
    ['waiting', 1, [opened, queued, started, resolved, RequesterRejected(RequesterRejected.example)]],
    ['waiting', 1, [opened, queued, resolved, confirmed, TicketReopened(TicketReopened.example)]],
    ['cancelled', 1, [opened, queued, TicketCancelled(TicketCancelled.example)]],
    ['cancelled', 1, [opened, queued, TicketMarkedSpam(TicketMarkedSpam.example)]],
    ['merged', 1, [opened, queued, TicketMerged(TicketMerged.example)]],
    ['waiting', 1, [opened, TicketMerged(TicketMerged.example), TicketUnmerged(TicketUnmerged.example)]],
    ['in-progress', 1, [opened, queued, started, held, ActUndone(ActUndone.example)]],
    ['received', null, [opened, TicketMarkedSpam(TicketMarkedSpam.example), undone('NEW', null)]],
    ['waiting-for-you', 1, [opened, queued, undone('PENDING', 'CUSTOMER')]],
    ['on-hold', 1, [opened, queued, undone('PENDING', 'VENDOR')]],
  ])('is %s, in tier %s, after its history', (status, tierRank, history) =>
    expect(after(...history)).toMatchObject({ status, tierRank }),
  );

  it('counts what was said by both sides, and the solution', () =>
    expect(
      after(
        opened,
        AgentReplied(AgentReplied.example),
        RequesterReplied(RequesterReplied.example),
        resolved,
        RequesterRejected(RequesterRejected.example),
        RequesterConfirmed({ comment: 'thank you' }),
      ),
    ).toMatchObject({ messages: 5 }));

  it('counts a confirmation without words as no message', () =>
    expect(after(opened, confirmed)).toMatchObject({ messages: 0 }));

  it('was closed when the requester confirmed, not when the desk noted it', () =>
    expect(
      after(
        opened,
        resolved,
        at('2026-01-05T09:00:00.000Z', confirmed),
        at('2026-01-05T09:00:07.000Z', TicketClosed({ cause: 'confirmed' })),
      ),
    ).toMatchObject({ status: 'closed', closedAt: '2026-01-05T09:00:00.000Z' }));

  it('was closed when the timer ran out', () =>
    expect(after(opened, resolved, at('2026-01-10T09:00:00.000Z', TicketClosed({ cause: 'timer' })))).toMatchObject({
      status: 'closed',
      closedAt: '2026-01-10T09:00:00.000Z',
      confirmed: false,
    }));

  it('does not begin with what the desk did to a ticket that is not known here', () =>
    expect(evolve(absent, queued, '2026-01-05T09:00:00.000Z')).toBe(absent));
});

describe('a ticket of which the desk tells nothing', () => {
  const ticket = InboundUnaccounted.example;
  const missed = InboundUnaccounted(ticket);

  it('is published once', () => {
    given(opened).when({ type: 'miss', ticket }).then(missed);
    given(opened, missed).when({ type: 'miss', ticket }).then();
  });

  it('is accounted for as soon as the desk tells anything', () => {
    given(opened, queued).when({ type: 'miss', ticket }).then();
    expect(after(opened, missed)).toMatchObject({ status: 'received', desk: 'missed' });
    expect(after(opened, missed, queued)).toMatchObject({ status: 'waiting', desk: 'heard' });
  });

  it('is unaccounted for still when its requester writes', () =>
    given(opened, RequesterReplied(RequesterReplied.example)).when({ type: 'miss', ticket }).then(missed));
});

describe('what a ticket is about', () => {
  const routed = (category: string | null) => TicketRouted({ ...TicketRouted.example, category });

  it('follows its route, by which the desk finds out', () => {
    expect(after(opened)).toMatchObject({ category: 'email-account' });
    expect(after(opened, routed('email-account'), queued, routed('printer'))).toMatchObject({
      category: 'printer',
      status: 'waiting',
    });
  });

  it('does not account for the ticket', () =>
    expect(after(opened, routed('printer'))).toMatchObject({ status: 'received', desk: 'silent' }));

  it('leaves the ticket as it is where nothing is new', () => {
    const request = after(opened, queued);
    expect(evolve(request, routed('email-account'), '2026-01-05T09:00:00.000Z')).toBe(request);
  });
});
