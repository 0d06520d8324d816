import type { Agent, Desk, Queue, Tier } from '../desk.ts';
import type { Rank } from '../log.ts';
import { slugOfTier, type Person, type Requester } from '../step.ts';
import type { Topic } from './catalogue/topic.ts';

export type TeamName =
  | 'service-desk'
  | 'messaging'
  | 'network'
  | 'workplace'
  | 'applications'
  | 'servers'
  | 'network-core'
  | 'security'
  | 'database';

type Team = { readonly name: string; readonly rank: Rank; readonly members: readonly string[] };

/** Every team has one queue of the same name. */
export const teams: Readonly<Record<TeamName, Team>> = {
  'service-desk': {
    name: 'Service desk',
    rank: 1,
    members: ['Tom Keller', 'Lea Fischer', 'Nina Albrecht', 'Yusuf Demir', 'Clara Moreau', 'Piotr Zielinski'],
  },
  messaging: { name: 'Messaging', rank: 2, members: ['Mara Novak', 'Jonas Weber'] },
  network: { name: 'Network', rank: 2, members: ['Sofia Lindqvist', 'Ben Osei', 'Marek Nowicki'] },
  workplace: { name: 'Workplace', rank: 2, members: ['Mara Novak', 'Hannah Vogt', 'Luis Ortega'] },
  applications: { name: 'Applications', rank: 2, members: ['Elif Kaya', 'Stefan Brandt', 'Camille Roux'] },
  servers: { name: 'Servers', rank: 3, members: ['Ravi Menon', 'Greta Holm'] },
  'network-core': { name: 'Network core', rank: 3, members: ['Viktor Sandor'] },
  security: { name: 'Security', rank: 3, members: ['Amina Diallo', 'Erik Tanner'] },
  database: { name: 'Database', rank: 3, members: ['Ravi Menon', 'Ling Zhao'] },
};
export const teamNames = Object.keys(teams) as TeamName[];

/** People who ask for help, with where they work. */
const requesterNames: readonly (readonly [name: string, organisation: string])[] = [
  ['Anna Berg', 'Sales North'],
  ['Ines Hartmann', 'Sales North'],
  ['Oliver Grant', 'Sales North'],
  ['Marta Wisniewska', 'Sales East'],
  ['Pawel Kaminski', 'Sales East'],
  ['Jana Krause', 'Purchasing'],
  ['Dimitri Petrov', 'Purchasing'],
  ['Louise Bernard', 'Finance Lyon'],
  ['Hugo Lefevre', 'Finance Lyon'],
  ['Frank Petersen', 'Finance Hamburg'],
  ['Sabine Kurz', 'Finance Hamburg'],
  ['Aisha Rahman', 'Quality'],
  ['Niklas Sommer', 'Quality'],
  ['Carlos Pereira', 'Construction'],
  ['Wiebke Jansen', 'Construction'],
  ['Thomas Ude', 'Construction'],
  ['Zofia Lis', 'Warehouse Gdansk'],
  ['Adam Mazur', 'Warehouse Gdansk'],
  ['Kevin Scholz', 'Shipping'],
  ['Petra Lang', 'Shipping'],
  ['Julie Perrin', 'Human Resources'],
  ['Martin Voss', 'Human Resources'],
  ['Emma Clarke', 'Marketing'],
  ['Noah Fuchs', 'Marketing'],
  ['Irina Sokolova', 'Management'],
];

export type Colleague = Requester & { readonly organisation: string };

const idOf = (name: string): string => name.toLowerCase().replace(' ', '.');
const domain = 'acme.example';

export const requesters: readonly Colleague[] = requesterNames.map(([name, organisation]) => ({
  id: idOf(name),
  name,
  roles: ['requester'],
  organisation,
  email: `${idOf(name)}@${domain}`,
}));

/** Takes in what comes by mail. */
export const mailGateway: Person = { id: 'mail-gateway', name: 'Mail gateway', roles: ['integrator'] };

/** What machines report, they report as this one. */
export const monitoring: Colleague = {
  id: 'monitoring',
  name: 'Monitoring',
  roles: ['integrator'],
  organisation: 'Data centre',
  email: `monitoring@${domain}`,
};

const leads: readonly string[] = ['Lea Fischer'];

/** Somebody who works at the desk, by name. */
export const agentCalled = (name: string): Person => ({
  id: idOf(name),
  name,
  roles: leads.includes(name) ? ['lead', 'agent'] : ['agent'],
});

const agentNames = [...new Set(teamNames.flatMap((team) => teams[team].members))];

const agents: readonly Agent[] = agentNames.map((name) => ({
  agentId: idOf(name),
  name,
  teams: teamNames.filter((team) => teams[team].members.includes(name)).sort(),
}));

const tiers: readonly Tier[] = ([1, 2, 3] as const).map((rank) => ({
  tier: slugOfTier(rank),
  name: ['Service desk', 'Specialists', 'Experts'][rank - 1]!,
  rank,
  defaultQueue: teamNames.find((team) => teams[team].rank === rank)!,
}));

const queues: readonly Queue[] = teamNames.map((team) => ({
  queue: team,
  name: teams[team].name,
  tier: slugOfTier(teams[team].rank),
  team,
}));

/** The desk of the company, with the catalogue that the topics make. */
export const companyDesk = (topics: readonly Topic[]): Desk => ({
  tiers,
  queues,
  agents,
  categories: topics.map(({ category, name, type, direct }) => ({
    category,
    name,
    type,
    tier: direct ? slugOfTier(teams[direct].rank) : null,
    queue: direct ?? null,
  })),
});
