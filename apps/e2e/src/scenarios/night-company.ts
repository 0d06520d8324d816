import { clock, everyDay, zone } from '@tierline/testing';
import { everyPriority } from './company.ts';

const night = (from: string, to: string) => ({ calendar: 'night', name: 'Night', zone, hours: everyDay(from, to) });

/** The part of the desk that ends the night: its last minute was the one before this. */
export const nightThatIsOver = () => ({ calendars: [night(clock(-240), clock(0))] });

const tiers = [{ tier: 'tier-1', name: 'Service desk', rank: 1, defaultQueue: 'service-desk' }];

const queues = [
  { queue: 'service-desk', name: 'Service desk', tier: 'tier-1', team: 'first-line' },
  {
    queue: 'night-desk',
    name: 'Night desk',
    tier: 'tier-1',
    team: 'northcall',
    calendar: 'night',
    handsOverTo: 'service-desk',
  },
];

const teams = [
  { team: 'first-line', name: 'First line' },
  { team: 'northcall', name: 'Northcall', partner: 'northcall' },
];

const agents = [
  { agentId: 'tom', name: 'Tom', teams: ['first-line'] },
  { agentId: 'lea', name: 'Lea', teams: ['first-line'] },
  { agentId: 'nora', name: 'Nora', teams: ['northcall'] },
];

const policies = [
  {
    policy: 'standard',
    name: 'Standard',
    order: 90,
    when: {},
    calendar: 'always',
    targets: { 'sla-first-response': everyPriority(60), 'sla-resolution': everyPriority(480) },
  },
  {
    policy: 'northcall-contract',
    name: 'Contract with Northcall',
    order: 10,
    when: { partner: ['northcall'] },
    calendar: 'always',
    targets: { 'uc-partner': everyPriority(60) },
  },
];

const rules = [
  { name: 'Payslips stay in the house', when: { keywords: ['payslip'] }, then: { queue: 'service-desk' } },
  {
    name: 'By night Northcall answers',
    when: { hours: { calendar: 'night', is: 'open' } },
    then: { queue: 'night-desk' },
  },
];

/** A company whose Tier 1 is a partner's by night. Whenever this is asked for, it is in the middle of the night. */
export const nightCompany = () => {
  const always = { calendar: 'always', name: 'Around the clock', zone, hours: everyDay('00:00', '24:00') };
  const partners = [{ partner: 'northcall', name: 'Northcall' }];
  const calendars = [always, night(clock(-120), clock(120))];
  return { desk: { tiers, queues, teams, partners, agents, calendars, policies }, rules };
};
