import { everyDay } from '@tierline/testing';

/** A company with three tiers, around the clock, so that what is promised does not depend on when it is looked at. */
const tiers = [
  { tier: 'tier-1', name: 'Service desk', rank: 1, defaultQueue: 'service-desk' },
  { tier: 'tier-2', name: 'Specialists', rank: 2, defaultQueue: 'workplace' },
  { tier: 'tier-3', name: 'Experts', rank: 3, defaultQueue: 'backbone' },
];

const queues = [
  { queue: 'service-desk', name: 'Service desk', tier: 'tier-1', team: 'first-line' },
  { queue: 'workplace', name: 'Workplace', tier: 'tier-2', team: 'workplace' },
  { queue: 'network', name: 'Network', tier: 'tier-2', team: 'network' },
  {
    queue: 'backbone',
    name: 'Backbone',
    tier: 'tier-3',
    team: 'backbone',
    certifications: ['network-expert'],
    assignment: 'round-robin',
  },
];

const certificate = (number: string, expires: string) => ({ certification: 'network-expert', number, expires });

const certifications = [{ certification: 'network-expert', name: 'Network expert', issuer: 'Cisco' }];

const agents = [
  { agentId: 'tom', name: 'Tom', teams: ['first-line'] },
  { agentId: 'mara', name: 'Mara', teams: ['workplace'] },
  { agentId: 'sofia', name: 'Sofia', teams: ['network'] },
  { agentId: 'lea', name: 'Lea', teams: ['first-line'] },
  { agentId: 'anton', name: 'Anton', teams: ['backbone'], certifications: [certificate('NE-1', '2020-01-31')] },
  {
    agentId: 'viktor',
    name: 'Viktor',
    email: 'viktor@harbour.example',
    teams: ['backbone'],
    certifications: [certificate('NE-2', '2099-12-31')],
  },
];

const teams = [{ team: 'network', name: 'Network', lead: 'sofia' }];

/** Told of major incidents from their beginning to their end. */
const management = [{ personId: 'nadia', name: 'Nadia', email: 'nadia@harbour.example', toldOf: ['major-incidents'] }];

const category = (name: string, queue: string | null = null) => ({
  category: name,
  name,
  type: 'incident',
  tier: queue === null ? null : 'tier-2',
  queue,
});

const categories = [category('password-reset'), category('printer'), category('network-outage', 'network')];

const calendars = [
  { calendar: 'always', name: 'Around the clock', zone: 'Europe/Berlin', hours: everyDay('00:00', '24:00') },
];

export const everyPriority = (minutes: number) => ({ P1: minutes, P2: minutes, P3: minutes, P4: minutes });

const policies = [
  {
    policy: 'standard',
    name: 'Standard',
    order: 90,
    when: {},
    calendar: 'always',
    targets: {
      'sla-first-response': everyPriority(60),
      'sla-next-response': everyPriority(120),
      'sla-resolution': everyPriority(480),
    },
    pausedBy: ['APPROVAL'],
  },
  {
    policy: 'contoso-contract',
    name: 'Contract with Contoso',
    order: 10,
    when: { vendor: ['Contoso'] },
    calendar: 'always',
    targets: { 'uc-vendor': everyPriority(240) },
  },
];

export const company = {
  desk: { tiers, queues, teams, certifications, agents, management, calendars, policies },
  categories,
} as const;

/** A hand-over from Tier 1 with everything that Tier 2 needs. */
export const completeHandover = {
  symptom: 'Every page comes out blank; the printer shows no error.',
  since: 'Since the update of this morning, each time.',
  affected: 'Six people in Accounting, printer on the second floor.',
  tried: [{ step: 'Restarted printer and computer', result: 'Still blank pages.' }],
  reach: 'By phone until 17:00.',
  asked: 'Please check the driver that the update brought.',
};
