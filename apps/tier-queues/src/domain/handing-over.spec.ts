import {
  HandoverAccepted,
  HandoverRated,
  RunbookStepDone,
  TicketEscalated,
  TicketTransferred,
} from '@tierline/contracts';
import { specFor } from '@tierline/testing/rules';
import type { Escalate } from './command.ts';
import { ticketRules } from './decide.ts';
import {
  claimed,
  desk,
  doing,
  escalation,
  handover,
  ida,
  inProgress,
  inTier2,
  lea,
  max,
  messaging,
  network,
  present,
  queued,
  resolved,
  routed,
  serviceDesk,
  started,
  tom,
  waiting,
} from './example.ts';
import { notProvided, systemHandover } from './handover.ts';

const { given } = specFor(ticketRules);
const which = { from: 'tom', fromTier: 'tier-1', toTier: 'tier-2', escalation: 1 };
const arrived = [...inProgress, escalation(serviceDesk, 'tier-2', 2), routed(messaging, 2), queued(messaging)];
const accepted = HandoverAccepted({ ...which, agentId: 'ida' });

describe('accepting a hand-over', () => {
  const accept = (by = ida) => doing({ type: 'accept-handover', by });

  it('takes the ticket with it', () =>
    given(...arrived)
      .when(accept())
      .then(claimed(messaging, 'ida'), accepted));
  it('is enough where the ticket was claimed already, and happens once', () => {
    given(...inTier2)
      .when(accept())
      .then(accepted);
    given(...inTier2, accepted)
      .when(accept())
      .thenNothing();
  });
  it('is refused to others, to the sender, and where somebody has the ticket', () => {
    given(...arrived)
      .when(accept(max))
      .thenRefused('not_in_team');
    given(...inTier2)
      .when(accept(lea))
      .thenRefused('already_claimed', { conflict: { owner: 'ida' } });
    given(...arrived)
      .when(accept({ ...tom, lead: true }))
      .thenRefused('own_handover');
  });
  it('is refused to who may not take the ticket, until it is his or hers anyway', () => {
    const skilled = new Map(desk.queues).set('messaging', {
      ...desk.queues.get('messaging')!,
      skills: [{ skill: 'exchange' }],
      capacity: 1,
    });
    const on = { ...desk, queues: skilled };
    const skills = [{ skill: 'exchange', level: 2 }];
    const busy = { agent: { agentId: 'ida', name: 'Ida', teams: ['messaging'], skills }, load: 1 };
    const acceptOn = (more = {}) => doing({ type: 'accept-handover', by: ida }, on, more);
    given(...arrived)
      .when(acceptOn())
      .thenRefused('skill_missing');
    given(...arrived)
      .when(acceptOn({ people: new Map([present('ida', busy)]) }))
      .thenRefused('capacity_full');
    given(...inTier2)
      .when(acceptOn())
      .then(accepted);
  });
  it('is refused without a hand-over', () =>
    given(...waiting)
      .when(accept(tom))
      .thenRefused('no_handover'));
});

describe('rating a hand-over', () => {
  const rate = (score: number, reason?: string, by = ida) => doing({ type: 'rate-handover', by, score, reason });
  const rated = (score: number, reason: string | null = null) =>
    HandoverRated({ ...which, score, reason, agentId: 'ida' });

  it('takes one of five, once', () => {
    given(...inTier2)
      .when(rate(4, 'The log was there.'))
      .then(rated(4, 'The log was there.'));
    given(...inTier2, rated(4))
      .when(rate(5))
      .thenRefused('rated_already', { conflict: { score: 4 } });
  });
  it('asks for the reason of a poor one', () => {
    given(...inTier2)
      .when(rate(2))
      .thenRefused('reason_required', { fields: [{ path: 'reason' }] });
    given(...inTier2)
      .when(rate(2, 'No log.'))
      .then(rated(2, 'No log.'));
  });
  it('is for the receiving tier', () => {
    given(...inTier2)
      .when(rate(5, undefined, tom))
      .thenRefused('not_in_team');
    given(...resolved)
      .when(rate(5, undefined, tom))
      .thenRefused('no_handover');
  });
});

describe('returning a handed-over ticket', () => {
  const giveBack = (missing?: string) => doing({ type: 'return', by: ida, reason: 'no log', missing });

  it('names what its hand-over lacks', () => {
    given(...inTier2)
      .when(giveBack())
      .thenRefused('missing_item_required', { fields: [{ path: 'missing' }] });
    given(...inTier2)
      .when(giveBack('the log'))
      .thenRefused('missing_item_required');
    for (const item of ['evidence', 'tried', 'wrong-team'])
      expect(
        given(...inTier2)
          .when(giveBack(item))
          .events(),
      ).toMatchObject([{ data: { missing: item } }, {}]);
  });
  it('stays so after a move within the tier', () =>
    given(
      ...inTier2,
      TicketTransferred({ from: messaging, to: network, reason: 'proxy', agentId: 'ida' }),
      queued(network, 'transferred'),
    )
      .when(doing({ type: 'return', by: lea, reason: 'no log' }))
      .thenRefused('missing_item_required'));
});

describe('an escalation within the same people', () => {
  const escalate = (act: Partial<Escalate>, on = desk) =>
    doing({ type: 'escalate', by: tom, tier: 'tier-2', reason: 'goes on', handover: {}, ...act }, on);
  const queues = new Map(desk.queues).set('messaging', { ...desk.queues.get('messaging')!, team: 'service-desk' });
  const small = { ...desk, queues };
  const up = { ...escalation(serviceDesk, 'tier-2', 2).data, reason: 'goes on', handover: {} };
  const bare = TicketEscalated({ ...up, toQueue: 'messaging' });

  it('needs no hand-over where one team works in both queues', () =>
    given(...inProgress)
      .when(escalate({ queue: 'messaging' }, small))
      .then(bare));
  it('needs none where the agent works in both teams', () => {
    const command = escalate({ queue: 'messaging' });
    const teams = new Map(command.around.teams).set('tom', ['service-desk', 'messaging']);
    given(...inProgress)
      .when({ ...command, around: { ...command.around, teams } })
      .then(bare);
  });
  it('needs one to a queue of others in the same tier', () =>
    given(...inProgress)
      .when(escalate({ queue: 'network' }, small))
      .thenRefused('handover_incomplete'));
  it('needs one where routing may choose a queue of others, and none where all of the tier are their own', () => {
    given(...inProgress)
      .when(escalate({}, small))
      .thenRefused('handover_incomplete');
    const one = new Map([...desk.queues].map(([slug, queue]) => [slug, { ...queue, team: 'service-desk' }]));
    given(...inProgress)
      .when(escalate({}, { ...desk, queues: one }))
      .then(TicketEscalated(up));
  });
  it('leaves no hand-over to accept, and none to find fault with', () => {
    const there = [
      ...inProgress,
      bare,
      queued({ ...messaging, team: 'service-desk' }),
      claimed({ ...messaging, team: 'service-desk' }),
      started({ ...messaging, team: 'service-desk' }),
    ];
    given(...there)
      .when(doing({ type: 'accept-handover', by: tom }, small))
      .thenRefused('no_handover');
    expect(
      given(...there)
        .when(doing({ type: 'return', by: tom, reason: 'done with it' }, small))
        .events(),
    ).toHaveLength(2);
  });
});

describe('a hand-over of the desk itself', () => {
  it('has what is known, and marks the rest', () => {
    const { symptom, tried } = handover;
    expect(systemHandover(1, 2, { symptom, tried })).toEqual({
      handover: {
        symptom,
        tried,
        since: notProvided,
        affected: notProvided,
        reach: notProvided,
        asked: notProvided,
        knowledge: notProvided,
        evidence: notProvided,
      },
      notProvided: ['since', 'affected', 'reach', 'asked', 'knowledge', 'evidence'],
    });
    expect(systemHandover(1, 2, {}).handover.tried).toEqual([{ step: notProvided, result: notProvided }]);
  });
});

describe('the runbook', () => {
  const runbook = [{ step: 'unlock', text: 'Unlock the account' }];
  const tick = (step = 'unlock', by = tom) =>
    doing({ type: 'tick', by, step, result: 'locked again' }, desk, { runbook });
  const done = (result = 'locked again') =>
    RunbookStepDone({ step: 'unlock', text: 'Unlock the account', result, agentId: 'tom' });

  it('notes each step with its result; the latest counts', () => {
    given(...inProgress)
      .when(tick())
      .then(done());
    expect(given(...inProgress, done('worked'), done()).state()).toMatchObject({
      beside: { runbook: [{ step: 'unlock', result: 'locked again', by: 'tom' }] },
    });
  });
  it('refuses a step that it does not have, other teams, and a solved ticket', () => {
    given(...inProgress)
      .when(tick('dance'))
      .thenRefused('step_absent');
    given(...inProgress)
      .when(tick('unlock', ida))
      .thenRefused('not_in_team');
    given(...resolved)
      .when(tick())
      .thenRefused('wrong_state');
  });
});
