import { TicketEscalated, type EscalationPart } from '@tierline/contracts';
import { specFor } from '@tierline/testing/rules';
import { ticketRules } from './decide.ts';
import type { Desk } from './desk.ts';
import { desk, doing, handover, inProgress, serviceDesk, tom } from './example.ts';
import type { TicketFact } from './facts.ts';
import { systemEscalation } from './system-escalation.ts';
import type { KnownTicket } from './ticket.ts';

const { given } = specFor(ticketRules);
const escalate = (tier: string, reason: string, more: object = {}) =>
  ({ type: 'escalate', by: tom, tier, reason, handover, ...more }) as const;
const under = (...escalations: readonly EscalationPart[]): Desk => ({ ...desk, escalations });
const wayUp = { from: 'tier-1', to: 'tier-2', reasons: ['needs access', 'out of time'] };

describe('the escalation matrix', () => {
  it('lets every way up pass where it says nothing', () => {
    given(...inProgress)
      .when(doing(escalate('tier-2', 'because'), under({ from: 'tier-2', to: 'tier-3' })))
      .then(expect.objectContaining({ type: TicketEscalated.type }));
  });

  it('lets a way pass that it names, for a reason that it names', () => {
    given(...inProgress)
      .when(doing(escalate('tier-2', 'Needs access to the mail servers'), under(wayUp)))
      .then(expect.objectContaining({ type: TicketEscalated.type }));
  });

  it('refuses another tier and another reason, and says what would do', () => {
    given(...inProgress)
      .when(doing(escalate('tier-3', 'needs access'), under(wayUp)))
      .thenRefused('escalation_not_allowed', {
        fields: [{ path: 'tier', message: 'from tier-1 such a ticket goes to tier-2, not to tier-3' }],
      });
    given(...inProgress)
      .when(doing(escalate('tier-2', 'no idea'), under(wayUp)))
      .thenRefused('escalation_not_allowed', {
        fields: [{ path: 'reason', message: 'has to begin with one of: needs access, out of time' }],
      });
  });

  it('may open a way for one category alone', () => {
    const forSap = { from: 'tier-1', to: 'tier-3', category: 'sap' };
    given(...inProgress)
      .when(doing(escalate('tier-3', 'because'), under(wayUp, forSap)))
      .thenRefused('escalation_not_allowed');
  });
});

describe('a way up that the desk itself takes', () => {
  const taken = (...escalations: readonly EscalationPart[]) =>
    systemEscalation(given(...inProgress).state() as KnownTicket, 'It was due.', under(...escalations));
  const tiers = (facts: readonly TicketFact[]) => facts.map(({ data }) => (data as { toTier?: string }).toTier);

  it('is the next that the matrix names for the category, whatever the reasons of people', () => {
    expect(tiers(taken())).toEqual(['tier-2']);
    expect(tiers(taken(wayUp, { from: 'tier-1', to: 'tier-3' }))).toEqual(['tier-2']);
    expect(tiers(taken({ ...wayUp, category: 'sap' }, { from: 'tier-1', to: 'tier-3' }))).toEqual(['tier-3']);
  });
  it('is not taken where the matrix names none', () => expect(taken({ ...wayUp, category: 'sap' })).toEqual([]));
});

describe('a ticket that goes up and stays with its team', () => {
  const oneTeam: Desk = {
    ...desk,
    queues: new Map([...desk.queues].map(([slug, queue]) => [slug, { ...queue, team: serviceDesk.team }])),
  };

  it('needs no hand-over', () => {
    given(...inProgress)
      .when(doing(escalate('tier-2', 'a server has to be restarted', { handover: {} }), oneTeam))
      .then(expect.objectContaining({ type: TicketEscalated.type }));
  });

  it('needs one when another team works there', () => {
    given(...inProgress)
      .when(doing(escalate('tier-2', 'a server has to be restarted', { handover: {} })))
      .thenRefused('handover_incomplete');
  });
});

describe('a hand-over', () => {
  const template = {
    from: 'tier-1',
    to: 'tier-2',
    fields: [
      { field: 'evidence', required: true },
      { field: 'since', required: false },
    ],
  } as const;
  const templated: Desk = {
    ...desk,
    handovers: new Map([['tier-1:tier-2', { ...template, fields: [...template.fields] }]]),
  };

  it('has the fields that the desk’s template for the two tiers asks for', () => {
    given(...inProgress)
      .when(doing(escalate('tier-2', 'because'), templated))
      .thenRefused('handover_incomplete', { missing: ['evidence'] });
    given(...inProgress)
      .when(doing(escalate('tier-2', 'because', { handover: { evidence: 'the log' } }), templated))
      .then(expect.objectContaining({ type: TicketEscalated.type }));
  });
});
