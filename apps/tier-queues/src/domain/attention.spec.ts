import {
  ActUndone,
  AttentionRaised,
  AttentionSettled,
  ManagementNotified,
  TicketReturned,
  TicketTransferred,
  type Told,
} from '@tierline/contracts';
import { monday, specFor } from '@tierline/testing/rules';
import type { Act } from './command.ts';
import { ticketRules } from './decide.ts';
import type { Desk, Place } from './desk.ts';
import {
  claimed,
  desk,
  doing,
  escalation,
  ida,
  inProgress,
  inTier2,
  lea,
  messaging,
  opened,
  phones,
  queued,
  resolution,
  resolved,
  routed,
  serviceDesk,
  started,
  tom,
  waiting,
} from './example.ts';

const { given } = specFor(ticketRules);

const returned = (bounces: number) =>
  TicketReturned({ from: messaging, to: serviceDesk, reason: 'no log', missing: 'evidence', agentId: 'ida', bounces });
/** Came back twice, and is in tier 2 for the third time. */
const atLimit = [
  ...inTier2,
  returned(1),
  queued(serviceDesk, 'returned'),
  queued(messaging),
  returned(2),
  queued(serviceDesk, 'returned'),
  queued(messaging),
  claimed(messaging, 'ida'),
  started(messaging, 'ida'),
];
const detail = 'Returned 2 times already; messaging would return it to service-desk: no log';
const bounced = AttentionRaised({ reason: 'bounced', detail, place: messaging, agentId: 'ida' });

describe('a return at the limit of bounces', () => {
  const giveBack = (by = ida, on = desk) => doing({ type: 'return', by, reason: 'no log', missing: 'evidence' }, on);

  it('leaves the ticket where it is and asks the lead', () => {
    given(...atLimit)
      .when(giveBack())
      .then(bounced);
    expect(given(...atLimit, bounced).state()).toMatchObject({
      state: 'IN_PROGRESS',
      owner: 'ida',
      place: messaging,
      counts: { bounces: 2 },
      beside: { attention: [{ reason: 'bounced', detail }] },
    });
  });
  it('is refused once the lead was asked', () =>
    given(...atLimit, bounced)
      .when(giveBack())
      .thenRefused('lead_decides', { conflict: { bounces: 2 } }));
  it('is what a lead may do all the same', () =>
    given(...atLimit, bounced)
      .when(giveBack(lea))
      .then(
        TicketReturned({ ...returned(3).data, agentId: 'lea' }),
        queued(serviceDesk, 'returned'),
        AttentionSettled({ reasons: ['bounced'], how: 'returned', decision: 'no log', agentId: 'lea' }),
      ));
  it('comes later where the desk allows more', () => {
    const patient = { ...desk, limits: { ...desk.limits, bounces: 3 } };
    given(...atLimit)
      .when(giveBack(ida, patient))
      .then(returned(3), queued(serviceDesk, 'returned'));
  });
});

describe('a ticket that goes round within its tier', () => {
  const passed = (from: Place, to: Place) => [
    TicketTransferred({ from, to, reason: 'not ours', agentId: 'tom' }),
    queued(to, 'transferred'),
  ];
  const round = [...waiting, ...passed(serviceDesk, phones), ...passed(phones, serviceDesk)];
  const pass = (by = tom) => doing({ type: 'transfer', by, queue: 'phones', reason: 'not ours' });
  const moved = passed(serviceDesk, phones);
  const raised = AttentionRaised({
    reason: 'bounced',
    detail: 'Transferred 3 times; nobody of service-desk, which passes it on to phones, began with it.',
    place: phones,
    agentId: 'tom',
  });

  it('is moved all the same, and a lead looks at it, once', () => {
    given(...round)
      .when(pass())
      .then(...moved, raised);
    given(...round, claimed(serviceDesk))
      .when(pass())
      .then(...moved, raised);
    given(...round, raised)
      .when(pass())
      .then(...moved);
  });
  it('is no matter for a lead below the limit, after work has begun, and where a lead moves it', () => {
    given(...waiting, ...passed(phones, serviceDesk))
      .when(pass())
      .then(...moved);
    given(...round, claimed(serviceDesk), started(serviceDesk))
      .when(pass())
      .then(...moved);
    given(...round)
      .when(pass(lea))
      .then(TicketTransferred({ ...moved[0]!.data, agentId: 'lea' } as never), moved[1]!);
  });
  it('can still be brought back by who passed it on', () =>
    expect(
      given(...round, ...moved, raised)
        .when(doing({ type: 'undo', by: tom }))
        .events(),
    ).toMatchObject([{ type: ActUndone.type }]));
});

describe('what needs attention', () => {
  const settled = (how: 'assigned' | 'decided' | 'swarmed', decision: string | null = null) =>
    AttentionSettled({ reasons: ['bounced'], how, decision, agentId: 'lea' });

  it('is settled by a decision of the lead', () => {
    const decide: Act = { type: 'settle-attention', by: lea, decision: 'It stays.' };
    given(...atLimit, bounced)
      .when(doing(decide))
      .then(settled('decided', 'It stays.'));
    expect(given(...atLimit, bounced, settled('decided', 'It stays.')).state()).toMatchObject({
      beside: { attention: [] },
    });
    given(...atLimit)
      .when(doing(decide))
      .thenRefused('no_attention');
    given(...atLimit, bounced)
      .when(doing({ ...decide, by: ida }))
      .thenRefused('lead_only');
  });
  it('is settled when the lead gives the ticket to somebody, even to who has it', () =>
    given(...atLimit, bounced)
      .when(doing({ type: 'assign', by: lea, agentId: 'ida' }))
      .then(settled('assigned')));
  it('is settled when the lead calls experts, not when an agent does', () => {
    const swarm = { type: 'swarm', agents: ['max'], skill: null, question: 'Why?' } as const;
    const kinds = (act: Act) =>
      given(...atLimit, bounced)
        .when(doing(act))
        .events()
        .map(({ type }) => type.split('.').at(-2));
    expect(kinds({ ...swarm, by: lea })).toEqual(['swarm-asked', 'attention-settled']);
    expect(kinds({ ...swarm, by: ida })).toEqual(['swarm-asked']);
  });
  it('is gone when the ticket is solved', () =>
    expect(given(...atLimit, bounced, resolution).state()).toMatchObject({ beside: { attention: [] } }));
});

describe('the requester who asks for somebody in charge', () => {
  const ask = (reason: string | null = 'payroll runs tonight') => doing({ type: 'ask-escalation', reason });
  const raised = (detail_: string, place: typeof serviceDesk | null = serviceDesk) =>
    AttentionRaised({ reason: 'requester-asked', detail: detail_, place, agentId: null });

  it('brings the ticket before the lead, wherever it is', () => {
    given(...waiting)
      .when(ask())
      .then(raised('payroll runs tonight'));
    given(...waiting)
      .when(ask(null))
      .then(raised('The requester asks why nothing happens.'));
  });
  it('tells the lead of the team that it comes from, or that it is expected by, while it has no queue', () => {
    const told = (agentId: string | null, team: string) => [{ who: 'lead' as const, agentId, team, notBefore: monday }];
    const led: Desk = {
      ...desk,
      teams: new Map([['service-desk', { team: 'service-desk', name: 'SD', lead: 'lea' }]]),
    };
    const unplaced = raised('payroll runs tonight', null);
    const telling = (tell: Told[]) => ({ ...unplaced, data: { ...unplaced.data, tell } });
    const asked = { type: 'ask-escalation', reason: 'payroll runs tonight' } as const;
    const up = escalation(serviceDesk, 'tier-2', 2);
    given(...inProgress, up)
      .when(doing(asked, led))
      .then(telling(told('lea', 'service-desk')));
    given(opened)
      .when(doing(asked, led))
      .then(telling(told('lea', 'service-desk')));
    given(opened, routed(messaging))
      .when(doing(asked, led))
      .then(telling(told(null, 'messaging')));
    expect(
      given(...inProgress, up)
        .when(doing({ type: 'notify-up', by: tom, reason: 'now' }, led))
        .events(),
    ).toMatchObject([
      { data: { place: null, tell: told('lea', 'service-desk') } },
      { data: { reason: 'notified-up' } },
    ]);
  });
  it('does so once until the lead has dealt with it', () =>
    given(...waiting, raised('payroll runs tonight'))
      .when(ask())
      .thenNothing());
  it('hurries nothing that is solved', () =>
    given(...resolved)
      .when(ask())
      .thenNothing());
});

describe('notify up', () => {
  const notifyUp = (by = tom, on = desk) => doing({ type: 'notify-up', by, reason: 'The board cannot print.' }, on);
  const lead: Told = { who: 'lead', agentId: null, team: 'service-desk', notBefore: monday };

  it('tells management and the lead, and moves nothing', () => {
    const facts = [
      ManagementNotified({ reason: 'The board cannot print.', place: serviceDesk, agentId: 'tom', tell: [lead] }),
      AttentionRaised({
        reason: 'notified-up',
        detail: 'The board cannot print.',
        place: serviceDesk,
        agentId: 'tom',
      }),
    ] as const;
    given(...inProgress)
      .when(notifyUp())
      .then(...facts);
    expect(given(...inProgress, ...facts).state()).toMatchObject({ state: 'IN_PROGRESS', owner: 'tom' });
    given(...inProgress, ...facts)
      .when(notifyUp())
      .then(facts[0]);
  });
  it('names those of management who are to be told, beside the lead', () => {
    const on: Desk = {
      ...desk,
      management: [
        { personId: 'nadia', tiers: ['tier-1'] },
        { personId: 'omar', tiers: ['tier-2'] },
        { personId: 'pia', toldOf: ['major-incidents'] },
      ],
    };
    const tellOf = (facts: readonly { data: unknown }[]) => (facts[0]!.data as { tell: Told[] }).tell;
    const told = { who: 'management', agentId: 'nadia', team: 'service-desk', notBefore: monday };
    expect(
      tellOf(
        given(...inProgress)
          .when(notifyUp(tom, on))
          .events(),
      ),
    ).toEqual([lead, told]);
    const goingUp = [...inProgress, escalation(serviceDesk, 'tier-2', 2)];
    expect(
      tellOf(
        given(...goingUp)
          .when(notifyUp(lea, on))
          .events(),
      ),
    ).toEqual([lead, { ...told, agentId: 'omar' }]);
  });
  it('is refused to another team, and for a solved ticket', () => {
    given(...inProgress)
      .when(notifyUp(ida))
      .thenRefused('not_in_team');
    given(...resolved)
      .when(notifyUp())
      .thenRefused('wrong_state');
  });
});
