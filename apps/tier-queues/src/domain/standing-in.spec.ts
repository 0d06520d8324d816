import {
  ManagementNotified,
  OwnerShiftEnded,
  StakeholderUpdateDue,
  TicketClaimed,
  TicketHeld,
  TicketResumed,
  type ManagementPart,
  type Told,
} from '@tierline/contracts';
import { monday, specFor } from '@tierline/testing/rules';
import type { Absence } from './absences.ts';
import type { Desk } from './desk.ts';
import { ticketRules } from './decide.ts';
import {
  desk,
  doing,
  escalation,
  inProgress,
  inTier2,
  lea,
  messaging,
  present,
  queued,
  serviceDesk,
  tom,
  una,
  waiting,
} from './example.ts';
import { toAgent } from './reminders.ts';
import type { KnownTicket } from './ticket.ts';

const { given } = specFor(ticketRules);
const away = (personId: string, deputy: string | null = null): Absence => ({
  personId,
  from: '2026-01-01T00:00:00.000Z',
  until: '2026-02-01T00:00:00.000Z',
  deputy,
  source: 'desk',
});
const teams: Desk['teams'] = new Map([['service-desk', { team: 'service-desk', name: 'Service desk', lead: 'lea' }]]);
const nadia: ManagementPart = { personId: 'nadia', name: 'Nadia' };
const on = (absences: Absence[], management: ManagementPart[] = []): Desk => ({ ...desk, teams, absences, management });

const tellOf = (events: readonly { data: unknown }[]) => (events[0]!.data as { tell: Told[] }).tell;
const notifiedUp = (of: Desk) =>
  tellOf(
    given(...inProgress)
      .when(doing({ type: 'notify-up', by: tom, reason: 'The board waits.' }, of))
      .events(),
  );
const inTeam = { team: 'service-desk', notBefore: monday };

describe('a lead who is away', () => {
  it('is not told: the deputy is, or the deputy’s deputy', () => {
    expect(notifiedUp(on([]))).toEqual([{ who: 'lead', agentId: 'lea', ...inTeam }]);
    const una = [{ who: 'lead', agentId: 'una', ...inTeam, standsInFor: 'lea' }];
    expect(notifiedUp(on([away('lea', 'una')]))).toEqual(una);
    expect(notifiedUp(on([away('lea', 'max'), away('max', 'una')]))).toEqual(una);
  });
  it('without anybody to stand in gives way to management, once, or else to all of the team', () => {
    const management = { who: 'management', agentId: 'nadia', ...inTeam, standsInFor: 'lea' };
    expect(notifiedUp(on([away('lea')], [nadia]))).toEqual([management]);
    const everybody = { who: 'lead', agentId: null, everybody: true, ...inTeam, standsInFor: 'lea' };
    expect(notifiedUp(on([away('lea'), away('nadia')], [nadia]))).toEqual([everybody]);
  });
  it('has deputies for what the desk itself finds, and where a requester asks for somebody in charge', () => {
    const mended = given(...waiting)
      .when(doing({ type: 'mend', kind: 'no-queue' }, on([away('lea', 'una')])))
      .events();
    expect(tellOf(mended)).toMatchObject([{ agentId: 'una', standsInFor: 'lea' }]);
    const asked = (of: Desk) =>
      given(...waiting)
        .when(doing({ type: 'ask-escalation', reason: null }, of))
        .events();
    expect(tellOf(asked(on([away('lea', 'una')])))).toMatchObject([{ agentId: 'una' }]);
    expect(tellOf(asked(on([])))).toBeUndefined();
  });
  it('is judged when the word goes out, not when it is decided', () => {
    const ticket = given(...waiting).state() as KnownTicket;
    const later = '2026-02-01T00:00:00.000Z';
    expect(toAgent('tom', ticket, on([away('tom', 'una')]), later)).toMatchObject({ agentId: 'tom' });
  });
});

describe('management that is away', () => {
  it('is stood in for, and left out where nobody does and others are there', () => {
    const omar: ManagementPart = { personId: 'omar', name: 'Omar' };
    const ids = (...absences: Absence[]) => notifiedUp(on(absences, [nadia, omar])).map(({ agentId }) => agentId);
    expect(ids(away('nadia', 'ida'))).toEqual(['lea', 'ida', 'omar']);
    expect(ids(away('nadia'))).toEqual(['lea', 'omar']);
    expect(ids(away('nadia', 'omar'))).toEqual(['lea', 'omar']);
  });
});

describe('an owner who is away', () => {
  const ticket = given(...inProgress).state() as KnownTicket;
  it('is stood in for by the deputy, or else by the lead', () => {
    expect(toAgent('tom', ticket, on([away('tom', 'una')]), monday)).toMatchObject({ who: 'owner', agentId: 'una' });
    expect(toAgent('tom', ticket, on([away('tom')]), monday)).toMatchObject({ who: 'lead', agentId: 'lea' });
  });
});

describe('a major incident', () => {
  const declare = (commander: string, of: Desk) =>
    doing({ type: 'declare-major', by: lea, commander, summary: 'No mail.', updateEvery: 30 }, of);
  const end = doing({ type: 'end-major', by: lea, reason: 'Over.' }, on([]));

  it('is commanded by nobody who is away', () =>
    given(...waiting)
      .when(declare('tom', on([away('tom', 'una')])))
      .thenRefused('away', { fields: [{ path: 'commander' }] }));
  it('reminds who stands in for its commander', () => {
    const declared = given(...waiting)
      .when(declare('tom', on([])))
      .events();
    const due = given(...waiting, ...declared)
      .when(doing({ type: 'fire', kind: 'stakeholder-update', generation: 1 }, on([away('tom', 'una')])))
      .events();
    expect(due).toMatchObject([{ type: StakeholderUpdateDue.type, data: { commander: 'tom' } }]);
    expect(tellOf(due)).toMatchObject([{ agentId: 'una', standsInFor: 'tom' }]);
  });
  it('ends for who stood in at its beginning, and for who is back since', () => {
    const declared = given(...waiting)
      .when(declare('tom', on([away('lea', 'una')])))
      .events();
    const told = tellOf(
      given(...waiting, ...declared)
        .when(end)
        .events(),
    );
    expect(told.map(({ agentId }) => agentId)).toEqual(['una', 'lea']);
  });
});

describe('work for who is away', () => {
  const assign = (override?: string) =>
    doing({ type: 'assign', by: lea, agentId: 'una', override }, on([away('una', 'tom')]));

  it('is given by no lead without a reason, and by no queue', () => {
    given(...waiting)
      .when(assign())
      .thenRefused('away', { fields: [{ path: 'agentId' }] });
    given(...waiting)
      .when(assign('She asked for it.'))
      .then(
        TicketClaimed({
          ...serviceDesk,
          agentId: 'una',
          assignedBy: 'lea',
          override: { rules: ['away'], reason: 'She asked for it.' },
        }),
      );
    given(...waiting)
      .when(
        doing({ type: 'push', agentId: 'una', assignment: 'round-robin', reason: 'chosen' }, on([away('una')]), {
          people: new Map([present('una')]),
        }),
      )
      .thenNothing();
  });
  it('may be taken by her own hand', () =>
    given(...waiting)
      .when(doing({ type: 'claim', by: { agentId: 'una', lead: false } }, on([away('una')])))
      .then(TicketClaimed({ ...serviceDesk, agentId: 'una' })));
});

describe('a hold that ends while its owner is away', () => {
  const held = [
    ...inProgress,
    TicketHeld({ ...serviceDesk, reason: 'CUSTOMER', until: '2026-01-12T08:00:00.000Z', note: null }),
  ];
  const gone = on([away('tom', 'una')]);
  const left = (cause: 'requester-replied' | 'wake-up' | 'agent') => [
    TicketResumed({ ...serviceDesk, cause }),
    OwnerShiftEnded({
      ...serviceDesk,
      agentId: 'tom',
      begun: true,
      awayUntil: '2026-02-01T00:00:00.000Z',
      tell: [{ who: 'lead', agentId: 'lea', ...inTeam }],
    }),
    queued(serviceDesk, 'released'),
  ];

  it('goes back to the queue, and the lead is told: nobody would see the answer', () => {
    given(...held)
      .when(doing({ type: 'requester-replied' }, gone))
      .then(...left('requester-replied'));
    given(...held)
      .when(doing({ type: 'fire', kind: 'wake-up', generation: 2 }, gone))
      .then(...left('wake-up'));
    given(...held)
      .when(doing({ type: 'resume', by: una }, gone))
      .then(...left('agent'));
  });
  it('stays with who ends it himself, and with who is there', () => {
    given(...held)
      .when(doing({ type: 'resume', by: tom }, gone))
      .then(TicketResumed({ ...serviceDesk, cause: 'agent' }));
    given(...held)
      .when(doing({ type: 'requester-replied' }, on([away('una')])))
      .then(TicketResumed({ ...serviceDesk, cause: 'requester-replied' }));
  });
});

it('leaves tickets between two queues to the lead’s deputy, too', () => {
  const between = [...inProgress, escalation(serviceDesk, 'tier-2', 2)];
  const told = tellOf(
    given(...between)
      .when(doing({ type: 'ask-escalation', reason: null }, on([away('lea', 'una')])))
      .events(),
  );
  expect(told).toMatchObject([{ agentId: 'una', standsInFor: 'lea' }]);
});

it('keeps to what it was where nobody is away', () => {
  const [fact] = given(...inTier2)
    .when(doing({ type: 'notify-up', by: { agentId: 'ida', lead: false }, reason: 'Now.' }, on([])))
    .events();
  expect(fact).toEqual(
    ManagementNotified({
      reason: 'Now.',
      place: messaging,
      agentId: 'ida',
      tell: [{ who: 'lead', agentId: null, team: 'messaging', notBefore: monday }],
    }),
  );
});
