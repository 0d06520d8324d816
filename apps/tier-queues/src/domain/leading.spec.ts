import { AttentionSettled, TicketClaimed, TicketQueued, TicketReturned, type TeamPart } from '@tierline/contracts';
import { monday, specFor } from '@tierline/testing/rules';
import type { Absence } from './absences.ts';
import type { Doer } from './command.ts';
import { ticketRules } from './decide.ts';
import type { Desk } from './desk.ts';
import {
  assigned,
  desk,
  doing,
  escalation,
  ida,
  inProgress,
  inTier2,
  serviceDesk,
  tom,
  una,
  waiting,
} from './example.ts';
import { leads, whyNotToNote, type Noting } from './leading.ts';
import { leadOf } from './reminders.ts';

const { given } = specFor(ticketRules);
const until = '2026-02-01T00:00:00.000Z';
const away = (personId: string, deputy: string | null = null): Absence => ({
  personId,
  from: '2026-01-01T00:00:00.000Z',
  until,
  deputy,
  source: 'person',
});
const on = (team: Partial<TeamPart>, absences: Absence[] = []): Desk => ({
  ...desk,
  teams: new Map([
    ['service-desk', { team: 'service-desk', name: 'Service desk', ...team }],
    ['messaging', { team: 'messaging', name: 'Messaging', lead: 'max' }],
  ]),
  absences,
});
const assign = (by: Doer) => ({ type: 'assign', by, agentId: 'tom' }) as const;

describe('who leads the team of a ticket by the desk', () => {
  it('may do there what the role of a lead allows everywhere', () => {
    const led = on({ lead: 'una' });
    given(...waiting)
      .when(doing(assign(una), led))
      .then(TicketClaimed({ ...serviceDesk, agentId: 'tom', assignedBy: 'una' }));
    given(...inProgress)
      .when(doing({ type: 'declare-major', by: una, commander: 'tom', summary: 'No mail', updateEvery: 30 }, led))
      .events();
    given(...waiting)
      .when(doing(assign(tom), led))
      .thenRefused('lead_only', { conflict: { team: 'service-desk' } });
  });

  it('has none of that in another team, and neither after the ticket went there', () => {
    const led = on({ lead: 'una' });
    given(...inTier2)
      .when(doing(assign(una), led))
      .thenRefused('lead_only', { conflict: { team: 'messaging' } });
    given(...inTier2)
      .when(doing({ type: 'cancel', by: una, reason: 'x' }, led))
      .thenRefused('not_in_team');
  });

  it('still decides while the ticket is on its way to the next queue', () =>
    given(...inProgress, escalation(serviceDesk, 'tier-2', 2))
      .when(doing({ type: 'settle-attention', by: una, decision: 'Wait.' }, on({ lead: 'una' })))
      .thenRefused('no_attention'));

  it('settles by it what waited for a decision', () => {
    const led = on({ lead: 'una' });
    const raised = given(...assigned)
      .when(doing({ type: 'notify-up', by: tom, reason: 'The board waits.' }, led))
      .events();
    given(...assigned, ...raised)
      .when(doing({ type: 'settle-attention', by: una, decision: 'Tom goes on.' }, led))
      .then(AttentionSettled({ reasons: ['notified-up'], how: 'decided', decision: 'Tom goes on.', agentId: 'una' }));
  });

  it('returns beyond the limit of bounces', () => {
    const limited = { ...on({}), limits: { ...desk.limits, bounces: 0 } };
    const act = { type: 'return', by: ida, reason: 'not ours', missing: 'wrong-team' } as const;
    const leading = { ...limited, teams: new Map([['messaging', { team: 'messaging', name: 'M', lead: 'ida' }]]) };
    const typesOn = (led: Desk) =>
      given(...inTier2)
        .when(doing(act, led))
        .events()
        .map(({ type }) => type);
    expect(typesOn(leading)).toEqual(expect.arrayContaining([TicketReturned.type, TicketQueued.type]));
    expect(typesOn(limited)).not.toContain(TicketReturned.type);
  });
});

describe('a team is led', () => {
  const leadsThere = (person: string, of: Desk, at = monday) => leads('service-desk', person, of, at);

  it('by its lead and by those beside, also while they are away', () => {
    const led = on({ lead: 'lea', leads: ['una', 'ida'] }, [away('una')]);
    expect(['lea', 'una', 'ida', 'tom'].filter((one) => leadsThere(one, led))).toEqual(['lea', 'una', 'ida']);
    expect(leads('messaging', 'lea', led, monday)).toBe(false);
    expect(leads('nowhere', 'lea', led, monday)).toBe(false);
    expect(leads(null, 'lea', led, monday)).toBe(false);
  });

  it('by the deputy of who is away, as long as that lasts', () => {
    const led = on({ lead: 'lea' }, [away('lea', 'tom')]);
    expect(leadsThere('tom', led)).toBe(true);
    expect(leadsThere('tom', led, until)).toBe(false);
    expect(leadsThere('tom', led, '2025-12-31T23:59:59.999Z')).toBe(false);
    expect(leadsThere('una', led)).toBe(false);
  });

  it('by the deputy’s deputy, and then not by the deputy', () => {
    const led = on({ lead: 'lea' }, [away('lea', 'tom'), away('tom', 'una')]);
    expect(['tom', 'una'].filter((one) => leadsThere(one, led))).toEqual(['una']);
  });

  it('by the deputy of any lead', () =>
    expect(leadsThere('tom', on({ lead: 'lea', leads: ['ida'] }, [away('ida', 'tom')]))).toBe(true));

  it('and the others who lead are told while the first is away without a deputy', () => {
    const told = (absences: Absence[]) =>
      leadOf('service-desk', on({ lead: 'lea', leads: ['una', 'ida'] }, absences), monday);
    expect(told([])).toMatchObject({ agentId: 'lea' });
    expect(told([away('lea', 'tom')])).toMatchObject({ agentId: 'tom', standsInFor: 'lea' });
    expect(told([away('lea'), away('una')])).toMatchObject({ agentId: 'ida', standsInFor: 'lea' });
    expect(told([away('lea'), away('una'), away('ida')])).toMatchObject({ agentId: null, everybody: true });
  });
});

describe('when somebody else is away', () => {
  const why = (by: string, noting: Partial<Noting>, of: Desk) =>
    whyNotToNote(by, { personId: 'tom', teams: ['service-desk'], namesDeputy: false, ...noting }, of, monday);

  it('is noted by who leads a team of his or hers, the deputy of a lead, too', () => {
    expect(why('una', {}, on({ lead: 'una' }))).toBeNull();
    expect(why('ida', { namesDeputy: true }, on({ lead: 'una' }, [away('una', 'ida')]))).toBeNull();
    expect(why('max', {}, on({ lead: 'una' }))).toMatch(/tom is in no team that max leads/);
  });

  it('is noted with a deputy only by who is named as lead of every team that goes on with it', () => {
    const led = on({ lead: 'tom', leads: ['una'] }, [away('tom', 'ida')]);
    expect(why('una', { namesDeputy: true }, led)).toBeNull();
    // A deputy cannot make the own rights last longer.
    expect(why('ida', { namesDeputy: true }, led)).toMatch(/team service-desk .* ida is not named/);
    // Tom stands in for Max, now or later: who leads Tom alone cannot pass that on to anybody.
    const standingIn = on({ lead: 'una' }, [away('max', 'tom')]);
    expect(why('una', { namesDeputy: true }, standingIn)).toMatch(/team messaging/);
    expect(why('una', {}, standingIn)).toBeNull();
  });
});
