import { emptyDesk, type Desk, type Rule } from './desk.ts';
import type { TicketFacts } from './rule.ts';
import { movesWith, reroute } from './simulation.ts';

const desk: Desk = {
  ...emptyDesk,
  tiers: new Map([['tier-1', { tier: 'tier-1', name: 'Tier 1', rank: 1, defaultQueue: 'desk' }]]),
  queues: new Map(['desk', 'vpn'].map((queue) => [queue, { queue, name: queue, tier: 'tier-1', team: queue }])),
};
const ticket: TicketFacts = {
  category: null,
  channel: 'web',
  impact: 'low',
  urgency: 'low',
  organisation: null,
  requesterId: null,
  subject: 'VPN drops',
  description: '',
};
const around = (...rules: readonly Rule[]) => ({ desk: { ...desk, rules }, loads: new Map() });
const rule = (then: Rule['then'], keyword = 'vpn'): Rule => ({
  name: 'R',
  when: { keywords: [keyword] },
  then,
  enabled: true,
});
const occasion = { ticket, at: '2026-11-23T12:00:00.000Z' };

it('tells a ticket that would go elsewhere, from where to where and why', () =>
  expect(reroute(occasion, around(), around(rule({ queue: 'vpn' })))).toMatchObject({
    from: { tier: 'tier-1', queue: 'desk', priority: 'P4' },
    to: { queue: 'vpn' },
    why: expect.arrayContaining(['rule 1: R: the text has "vpn": sends it to tier-1/vpn']),
  }));

it('tells a ticket that would stay with other demands', () =>
  expect(reroute(occasion, around(), around(rule({ skills: [{ skill: 'vpn' }] })))).toMatchObject({
    to: { queue: 'desk', skills: [{ skill: 'vpn' }] },
  }));

it('is silent about a ticket that nothing changes for, whatever the explanation says', () => {
  expect(reroute(occasion, around(), around(rule({ queue: 'vpn' }, 'sap')))).toBeNull();
  expect(reroute(occasion, { ...around(), desk: emptyDesk }, around())).toBeNull();
});

it('adds moves up, most tickets first', () => {
  const one = reroute(occasion, around(), around(rule({ queue: 'vpn' })))!;
  const stay = reroute(occasion, around(), around(rule({ priority: 'P1' })))!;
  expect(movesWith(movesWith([], [stay]), [one, one])).toEqual([
    { from: 'tier-1/desk', to: 'tier-1/vpn', tickets: 2 },
    { from: 'tier-1/desk', to: 'tier-1/desk', tickets: 1 },
  ]);
});
