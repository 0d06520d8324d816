import {
  AttentionRaised,
  PriorityChanged,
  SlaBreached,
  SlaWarned,
  TicketEscalated,
  TicketStalled,
} from '@tierline/contracts';
import type { Policy } from './clocks/policies.ts';
import type { ClockTimerKind } from './timers.ts';
import { messaging, tom } from './example.ts';
import { arrives, clockOf, play, promising, standard, type Step } from './promises-example.ts';

const fires = (at: string, kind: ClockTimerKind, clock = 'sla-resolution'): Step => ({
  at,
  act: { type: 'fire', kind, clock, generation: Date.parse(at) },
});
const due = '2026-01-07T08:00:00.000Z';
const early = '2026-01-07T07:59:59.999Z';
const answered: Step[] = [
  ...arrives,
  { at: '2026-01-05T08:10:00.000Z', act: { type: 'claim', by: tom } },
  {
    at: '2026-01-05T08:20:00.000Z',
    act: { type: 'reply', by: tom, messageId: '019a0000-0000-7000-8000-000000000009', text: 'Hello' },
  },
];
const after = (step: Step, policy: Partial<Policy> = {}, before: readonly Step[] = answered) => {
  const on = promising([{ ...standard, ...policy }]);
  const { ticket } = play(before, on);
  return play([step], on, ticket);
};

/** Whom the first event tells. */
const toldBy = ({ facts: [first] }: ReturnType<typeof after>) => first && 'tell' in first.data && first.data.tell;

describe('a deadline', () => {
  it('is missed once, at its moment and never earlier', () => {
    expect(after(fires(early, 'breach')).facts).toEqual([]);
    const missed = after(fires(due, 'breach'));
    expect(missed.facts).toMatchObject([
      {
        type: SlaBreached.type,
        data: { kind: 'sla-resolution', due, tell: [{ who: 'lead', team: 'service-desk', notBefore: due }] },
      },
      { type: AttentionRaised.type, data: { reason: 'breach', agentId: null } },
    ]);
    expect(play([fires('2026-01-07T08:00:01.000Z', 'breach')], promising(), missed.ticket).facts).toEqual([]);
  });

  it('that a hold put off is not missed by the timer from before', () => {
    const held: Step = { at: '2026-01-05T09:00:00.000Z', act: { type: 'hold', by: tom, reason: 'CUSTOMER' } };
    expect(after(fires(due, 'breach'), {}, [...answered, held]).facts).toEqual([]);
  });

  it('of a ticket that was cancelled is not missed', () => {
    const cancelled: Step = { at: '2026-01-05T09:00:00.000Z', act: { type: 'cancel', by: tom, reason: 'twice' } };
    expect(after(fires(due, 'breach'), {}, [...answered, cancelled]).facts).toEqual([]);
    expect(after(fires(due, 'breach', 'unknown')).facts).toEqual([]);
  });

  it('tells owner and lead where the policy says nothing, and the lead where nobody owns the ticket', () => {
    expect(toldBy(after(fires(due, 'breach'), { onBreach: [] }))).toMatchObject([
      { who: 'owner', agentId: 'tom' },
      { who: 'lead' },
    ]);
    expect(toldBy(after(fires(due, 'breach'), { onBreach: ['tell-owner', 'tell-lead'] }, arrives))).toMatchObject([
      { who: 'lead', team: 'service-desk' },
    ]);
    const ownerOnly = after(fires(due, 'breach'), { onBreach: ['tell-owner'] });
    expect(ownerOnly.facts.map(({ type }) => type)).toEqual([SlaBreached.type]);
  });

  it('tells owner, lead and management as the policy says', () =>
    expect(toldBy(after(fires(due, 'breach'), { onBreach: ['tell-owner', 'tell-lead', 'notify-up'] }))).toMatchObject([
      { who: 'owner', agentId: 'tom' },
      { who: 'lead', agentId: null },
      { who: 'management' },
    ]));

  it('tells those of management whom the desk names for the ticket, each by name', () => {
    const management = [
      { personId: 'nadia' },
      { personId: 'omar', teams: ['phones'] },
      { personId: 'pia', tiers: ['tier-1'] },
    ];
    const on = { ...promising([{ ...standard, onBreach: ['notify-up'] }]), management };
    expect(toldBy(play([fires(due, 'breach')], on, play(answered, on).ticket))).toMatchObject([
      { who: 'management', agentId: 'nadia' },
      { who: 'management', agentId: 'pia' },
    ]);
  });

  it('tells the lead by name where the desk knows who that is', () => {
    const lead = { team: 'service-desk', name: 'Service desk', lead: 'lea' };
    const on = { ...promising(), teams: new Map([[lead.team, lead]]) };
    expect(toldBy(play([fires(due, 'breach')], on, play(answered, on).ticket))).toMatchObject([
      { who: 'lead', agentId: 'lea' },
    ]);
  });

  it('keeps to the hours of the team’s queue, unless the promise is around the clock', () => {
    const saturday = '2026-01-10T20:00:00.000Z';
    const told = (calendar: string) => {
      const promised = promising([{ ...standard, calendar }]);
      const queue = { ...promised.queues.get('service-desk')!, calendar: 'hamburg' };
      const on = { ...promised, queues: new Map([...promised.queues, [queue.queue, queue]]) };
      return toldBy(play([fires(saturday, 'breach')], on, play(answered, on).ticket));
    };
    expect(told('hamburg')).toMatchObject([{ notBefore: '2026-01-12T07:00:00.000Z' }]);
    expect(told('always')).toMatchObject([{ notBefore: saturday }]);
  });

  it('raises the priority, and the clocks count by it', () => {
    const missed = after(fires(due, 'breach'), { onBreach: ['tell-owner', 'raise-priority'] });
    expect(missed.facts.slice(0, 2)).toMatchObject([
      { type: SlaBreached.type },
      { type: PriorityChanged.type, data: { from: 'P2', to: 'P1' } },
    ]);
    expect(clockOf(missed, 'sla-resolution')).toMatchObject({ target: 14_400_000, breached: due });
    expect(missed.ledger.map(({ cause }) => cause)).toContain('priority-changed');
  });

  it('takes the ticket up with what is known, and says what is not', () => {
    const missed = after(fires(due, 'breach'), { onBreach: ['tell-owner', 'escalate'] });
    expect(missed.ticket).toMatchObject({ state: 'QUEUED', place: null, owner: null, route: { tier: messaging.tier } });
    expect(missed.facts[1]).toMatchObject({
      type: TicketEscalated.type,
      data: {
        agentId: 'system:clock',
        toTier: 'tier-2',
        handover: { symptom: 'No mail since this morning', evidence: 'not provided' },
        notProvided: ['tried', 'knowledge', 'evidence'],
      },
    });
  });

  it('found by what ended the clock is told before the end', () => {
    const late: Step = {
      at: '2026-01-07T08:00:00.500Z',
      act: { type: 'resolve', by: tom, code: 'solved', solution: 'x', lowerTierCouldHave: false },
    };
    const told = after(late);
    expect(told.ledger.filter(({ clock }) => clock === 'sla-resolution').map(({ type }) => type)).toEqual([
      'breached',
      'stopped',
    ]);
    expect(clockOf(told, 'sla-resolution')).toMatchObject({ state: 'late', breached: due });
  });
});

describe('a warning', () => {
  it('goes to the owner, each share once', () => {
    const half = '2026-01-05T13:00:00.000Z';
    expect(after(fires('2026-01-05T12:59:59.000Z', 'warning')).facts).toEqual([]);
    const warned = after(fires(half, 'warning'));
    expect(warned.facts).toMatchObject([
      { type: SlaWarned.type, data: { share: 50, tell: [{ who: 'owner', agentId: 'tom' }] } },
    ]);
    const again = play(
      [fires(half, 'warning'), fires('2026-01-05T15:00:00.000Z', 'warning')],
      promising(),
      warned.ticket,
    );
    expect(again.facts).toMatchObject([{ type: SlaWarned.type, data: { share: 75 } }]);
  });

  it('goes to the lead while nobody owns the ticket', () =>
    expect(after(fires('2026-01-05T13:00:00.000Z', 'warning'), {}, arrives).facts).toMatchObject([
      { data: { tell: [{ who: 'lead', team: 'service-desk' }] } },
    ]));
});

describe('an open ticket on which nothing is due', () => {
  const stalls = (at: string): Step => ({
    at,
    act: { type: 'fire', kind: 'stalled', generation: Date.parse('2026-01-06T09:00:00.000Z') },
  });

  it('is told to the lead when its time has come, not earlier, and not while something is due', () => {
    const nothing = promising([]);
    const { ticket } = play(arrives, nothing);
    expect(play([stalls('2026-01-06T08:59:59.999Z')], nothing, ticket).facts).toEqual([]);
    expect(play([stalls('2026-01-06T09:00:00.000Z')], nothing, ticket).facts).toMatchObject([
      { type: TicketStalled.type, data: { tell: [{ who: 'lead', team: 'service-desk' }] } },
    ]);
    expect(play([stalls('2026-01-06T09:00:00.000Z')], promising(), play(arrives).ticket).facts).toEqual([]);
  });
});
