import type { TicketType } from '@tierline/contracts';
import { UnusableLog, type Case, type Rank, type Row } from './log.ts';
import { slugOfTier, type Person } from './step.ts';

export type Tier = { tier: string; name: string; rank: number; defaultQueue: string };
export type Queue = { queue: string; name: string; tier: string; team: string };
export type Agent = { agentId: string; name: string; teams: string[] };
export type Category = { category: string; name: string; type: TicketType; tier: string | null; queue: string | null };

/** All reference data that a replay needs before its first ticket. */
export type Desk = {
  readonly tiers: readonly Tier[];
  readonly queues: readonly Queue[];
  readonly agents: readonly Agent[];
  readonly categories: readonly Category[];
};

/** The desk of a log, and how the log's names are called there. */
export type LogDesk = {
  readonly desk: Desk;
  /** Queue, team and category of a support team: all three have one name. */
  readonly queueOf: (team: string) => string;
  readonly agentOf: (resource: string) => Person;
};

/** A short name in lower-case ASCII; empty when nothing of it can be written so. */
export const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

const idOf = (resource: string): string => resource.replace(/\s+/g, '-');

/** Names, in the order in which they first appear, with the id that each gets; two names never share one. */
const ids = (
  rows: readonly Row[],
  column: 'team' | 'resource',
  toId: (name: string) => string,
): Map<string, string> => {
  const byName = new Map<string, string>();
  const byId = new Map<string, string>();
  for (const row of rows) {
    const name = row[column];
    if (byName.has(name)) continue;
    const id = toId(name);
    const other = byId.get(id);
    if (!id) throw new UnusableLog(`Line ${row.line}: "${name}" has no letter or digit to make a short name of.`);
    if (other) throw new UnusableLog(`Line ${row.line}: "${name}" and "${other}" would both be called "${id}".`);
    byName.set(name, id);
    byId.set(id, name);
  }
  return byName;
};

const tiersOf = (queues: readonly (Queue & { rank: Rank })[]): Tier[] =>
  ([1, 2, 3] as const).flatMap((rank) => {
    const first = queues.find((queue) => queue.rank === rank);
    return first ? [{ tier: slugOfTier(rank), name: `Tier ${rank}`, rank, defaultQueue: first.queue }] : [];
  });

const known = (names: ReadonlyMap<string, string>, name: string): string => {
  const id = names.get(name);
  if (!id) throw new Error(`${name} is not in the log that the desk was made of`);
  return id;
};

/**
 * The desk that the log needs: a queue and a category per team, and every person in all teams in which he or she appears.
 * @throws UnusableLog when two teams, or two people, would get the same short name.
 */
export const deskOf = (cases: readonly Case[]): LogDesk => {
  const rows = cases.flatMap((one) => one.rows);
  const queueNames = ids(rows, 'team', slugOf);
  const agentNames = ids(rows, 'resource', idOf);
  const rankOf = new Map(rows.map(({ team, tier }) => [team, tier]));
  const teamsOf = new Map<string, Set<string>>();
  for (const { resource, team } of rows) {
    const teams = teamsOf.get(resource) ?? new Set();
    teamsOf.set(resource, teams.add(known(queueNames, team)));
  }
  const queues = [...queueNames].map(([name, queue]) => {
    const rank = rankOf.get(name)!;
    return { queue, name, tier: slugOfTier(rank), team: queue, rank };
  });
  return {
    desk: {
      tiers: tiersOf(queues),
      queues: queues.map(({ queue, name, tier, team }) => ({ queue, name, tier, team })),
      agents: [...agentNames].map(([name, agentId]) => ({ agentId, name, teams: [...teamsOf.get(name)!].sort() })),
      categories: queues.map(({ queue, name, tier }) => ({ category: queue, name, type: 'incident', tier, queue })),
    },
    queueOf: (team) => known(queueNames, team),
    agentOf: (resource) => ({ id: known(agentNames, resource), name: resource, roles: ['agent'] }),
  };
};
