import type { Transaction } from '@tierline/persistence';
import type { DeskParts } from './domain/desk-change.ts';
import type { Desk, DeskAgent, Limits, Queue, Tier } from './domain/desk.ts';

const tierColumns = `tier, name, rank, default_queue AS "defaultQueue"`;
const queueColumns = 'queue, name, tier, team';
const agentColumns = `agent_id AS "agentId", name, teams`;

type Stored = { tenant: string; version: string; tiers: Tier[]; queues: Queue[] };

/** How many desks a process keeps in memory. */
const kept = 200;

/**
 * The desks that decisions look at. Each is read again only when its version has changed; version and parts are
 * read in one statement, so that a copy never holds parts of two versions.
 */
export class Desks {
  private readonly byVersion = new Map<string, Desk>();

  constructor(private readonly limits: Limits) {}

  /** The desks of these tenants as they are in this transaction; an empty one where there is none yet. */
  async read(tx: Transaction, tenants: readonly string[]): Promise<Map<string, Desk>> {
    const versions = await tx.query<{ tenant: string; version: string }>(
      'SELECT tenant_id AS tenant, version FROM desk WHERE tenant_id = ANY($1::text[])',
      [tenants],
    );
    const desks = new Map<string, Desk>(tenants.map((tenant) => [tenant, this.emptyDesk()]));
    for (const { tenant, version } of versions) {
      const known = this.byVersion.get(version);
      if (known) desks.set(tenant, known);
    }
    const stale = versions.filter(({ version }) => !this.byVersion.has(version)).map(({ tenant }) => tenant);
    for (const stored of await this.load(tx, stale)) desks.set(stored.tenant, this.keep(stored));
    return desks;
  }

  private emptyDesk(): Desk {
    return { tiers: new Map(), queues: new Map(), limits: this.limits };
  }

  private async load(tx: Transaction, tenants: readonly string[]): Promise<Stored[]> {
    if (tenants.length === 0) return [];
    return tx.query<Stored>(
      `SELECT d.tenant_id AS tenant, d.version,
         (SELECT coalesce(jsonb_agg(t), '[]') FROM (SELECT ${tierColumns} FROM tier WHERE tenant_id = d.tenant_id) t) AS tiers,
         (SELECT coalesce(jsonb_agg(q), '[]') FROM (SELECT ${queueColumns} FROM queue WHERE tenant_id = d.tenant_id) q) AS queues
       FROM desk d WHERE d.tenant_id = ANY($1::text[])`,
      [tenants],
    );
  }

  private keep({ version, tiers, queues }: Stored): Desk {
    const desk: Desk = {
      tiers: new Map(tiers.map((tier) => [tier.tier, tier])),
      queues: new Map(queues.map((queue) => [queue.queue, queue])),
      limits: this.limits,
    };
    const [oldest] = this.byVersion.keys();
    if (oldest !== undefined && this.byVersion.size >= kept) this.byVersion.delete(oldest);
    this.byVersion.set(version, desk);
    return desk;
  }
}

/** All tiers and queues of the desk and the agents that are named, locked against other changes. */
export const lockDesk = async (tx: Transaction, tenant: string, agents: readonly string[]): Promise<DeskParts> => {
  await tx.query('INSERT INTO desk (tenant_id) VALUES ($1) ON CONFLICT DO NOTHING', [tenant]);
  await tx.query('SELECT 1 FROM desk WHERE tenant_id = $1 FOR UPDATE', [tenant]);
  return {
    tiers: await tx.query<Tier>(`SELECT ${tierColumns} FROM tier WHERE tenant_id = $1`, [tenant]),
    queues: await tx.query<Queue>(`SELECT ${queueColumns} FROM queue WHERE tenant_id = $1`, [tenant]),
    agents: await tx.query<DeskAgent>(
      `SELECT ${agentColumns} FROM agent WHERE tenant_id = $1 AND agent_id = ANY($2::text[])`,
      [tenant, agents],
    ),
  };
};

type Saved = { readonly name: string; readonly sequence: number };

const saveTiers = (tx: Transaction, tenant: string, tiers: readonly Tier[]) =>
  tx.query<Saved>(
    `INSERT INTO tier AS t (tenant_id, tier, name, rank, default_queue, sequence)
     SELECT $1, tier, name, rank, "defaultQueue", 1
     FROM jsonb_to_recordset($2::jsonb) AS r(tier text, name text, rank int, "defaultQueue" text)
     ON CONFLICT (tenant_id, tier) DO UPDATE SET name = excluded.name, rank = excluded.rank,
       default_queue = excluded.default_queue, sequence = t.sequence + 1
     RETURNING tier AS name, sequence`,
    [tenant, JSON.stringify(tiers)],
  );

const saveQueues = (tx: Transaction, tenant: string, queues: readonly Queue[]) =>
  tx.query<Saved>(
    `INSERT INTO queue AS q (tenant_id, queue, name, tier, team, sequence)
     SELECT $1, queue, name, tier, team, 1
     FROM jsonb_to_recordset($2::jsonb) AS r(queue text, name text, tier text, team text)
     ON CONFLICT (tenant_id, queue) DO UPDATE SET name = excluded.name, tier = excluded.tier, team = excluded.team,
       sequence = q.sequence + 1
     RETURNING queue AS name, sequence`,
    [tenant, JSON.stringify(queues)],
  );

const saveAgents = (tx: Transaction, tenant: string, agents: readonly DeskAgent[]) =>
  tx.query<Saved>(
    `INSERT INTO agent AS a (tenant_id, agent_id, name, teams, sequence)
     SELECT $1, "agentId", name, teams, 1
     FROM jsonb_to_recordset($2::jsonb) AS r("agentId" text, name text, teams text[])
     ON CONFLICT (tenant_id, agent_id) DO UPDATE SET name = excluded.name, teams = excluded.teams,
       sequence = a.sequence + 1
     RETURNING agent_id AS name, sequence`,
    [tenant, JSON.stringify(agents)],
  );

const sequences = (saved: readonly Saved[]) => new Map(saved.map(({ name, sequence }) => [name, sequence]));

/** Saves the changed parts; gives the new sequence of each, by its name. */
export const saveDesk = async (tx: Transaction, tenant: string, { tiers, queues, agents }: DeskParts) => {
  const saved = {
    tiers: sequences(tiers.length > 0 ? await saveTiers(tx, tenant, tiers) : []),
    queues: sequences(queues.length > 0 ? await saveQueues(tx, tenant, queues) : []),
    agents: sequences(agents.length > 0 ? await saveAgents(tx, tenant, agents) : []),
  };
  if (tiers.length + queues.length > 0)
    await tx.query('UPDATE desk SET version = gen_random_uuid() WHERE tenant_id = $1', [tenant]);
  return saved;
};
