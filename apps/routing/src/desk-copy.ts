import type { EventOf, QueueChanged, TierChanged } from '@tierline/contracts';
import type { Batch } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import { emptyDesk, type Category, type Desk, type Queue, type Rule, type Tier } from './domain/desk.ts';

/** Desks as last read, by tenant; right as long as the version in the database is the same. */
const known = new Map<string, { version: string; desk: Desk }>();
const mostKnown = 200;

const remember = (tenant: string, version: string, desk: Desk) => {
  known.delete(tenant);
  known.set(tenant, { version, desk });
  const [oldest] = known.keys();
  if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
};

type OfTenant<T> = T & { tenant_id: string };

const readDesks = async (tx: Transaction, tenants: readonly string[]): Promise<Map<string, Desk>> => {
  const rowsOf = <T>(columns: string, table: string) =>
    tx.query<OfTenant<T>>(`SELECT tenant_id, ${columns} FROM ${table} WHERE tenant_id = ANY($1)`, [tenants]);
  const tiers = await rowsOf<Tier>('tier, name, rank, default_queue AS "defaultQueue"', 'tier');
  const queues = await rowsOf<Queue>('queue, name, tier, team', 'queue');
  const categories = await rowsOf<Category>('category, name, type, tier, queue', 'category');
  const rules = await rowsOf<{ rules: Rule[] }>('rules', 'rule_set');
  const own = <T>(rows: readonly OfTenant<T>[], tenant: string) => rows.filter(({ tenant_id }) => tenant_id === tenant);
  return new Map(
    tenants.map((tenant) => [
      tenant,
      {
        tiers: new Map(own(tiers, tenant).map((tier) => [tier.tier, tier])),
        queues: new Map(own(queues, tenant).map((queue) => [queue.queue, queue])),
        categories: new Map(own(categories, tenant).map((category) => [category.category, category])),
        rules: own(rules, tenant)[0]?.rules ?? [],
      },
    ]),
  );
};

/**
 * The desks of these tenants; an empty one where nothing is known.
 * The version is read before the content: a change in between is read again the next time, never missed.
 */
export const desksOf = async (tx: Transaction, tenants: readonly string[]): Promise<ReadonlyMap<string, Desk>> => {
  const versions = await tx.query<{ tenant_id: string; version: string }>(
    'SELECT tenant_id, version FROM desk_version WHERE tenant_id = ANY($1)',
    [tenants],
  );
  // Taken before the next statement runs: others remember and forget meanwhile.
  const current = new Map(
    versions.flatMap(({ tenant_id, version }) => {
      const remembered = known.get(tenant_id);
      return remembered?.version === version ? [[tenant_id, remembered.desk] as const] : [];
    }),
  );
  const stale = versions.map(({ tenant_id }) => tenant_id).filter((tenant) => !current.has(tenant));
  const fresh = stale.length > 0 ? await readDesks(tx, stale) : new Map<string, Desk>();
  const desks = new Map(tenants.map((tenant) => [tenant, emptyDesk]));
  for (const { tenant_id, version } of versions) {
    const desk = current.get(tenant_id) ?? fresh.get(tenant_id) ?? emptyDesk;
    desks.set(tenant_id, desk);
    remember(tenant_id, version, desk);
  }
  return desks;
};

/** The desk of one tenant. */
export const deskOf = async (tx: Transaction, tenant: string): Promise<Desk> =>
  (await desksOf(tx, [tenant])).get(tenant) ?? emptyDesk;

/** Says that something of these desks changed; call it in the transaction of the change. */
export const desksChanged = (tx: Transaction, tenants: readonly string[]) =>
  tx.query(
    `INSERT INTO desk_version (tenant_id, version)
     SELECT tenant_id, gen_random_uuid() FROM (SELECT DISTINCT unnest($1::text[]) AS tenant_id ORDER BY 1) t
     ON CONFLICT (tenant_id) DO UPDATE SET version = excluded.version`,
    [tenants],
  );

/** The latest of the events about each subject: one statement may touch a row only once. */
const latest = <E extends { tenant: string; subject: string; data: object; sequence: number }>(
  events: readonly E[],
) => [
  ...new Map(
    events.map(({ tenant, subject, sequence, data }) => [
      `${tenant} ${subject}`,
      { tenant_id: tenant, sequence, ...data },
    ]),
  ).values(),
];

const tenantsOf = (events: readonly { tenant: string }[]) => events.map(({ tenant }) => tenant);

/** Keeps the copy of tiers. An event older than the copy changes nothing. */
export const tierCopies: Batch<EventOf<typeof TierChanged>> = {
  async run(tx, events) {
    await tx.query(
      `INSERT INTO tier AS t (tenant_id, tier, name, rank, default_queue, sequence)
       SELECT tenant_id, tier, name, rank, "defaultQueue", sequence
       FROM jsonb_to_recordset($1::jsonb) AS e(tenant_id text, tier text, name text, rank int, "defaultQueue" text, sequence int)
       ORDER BY tenant_id, tier
       ON CONFLICT (tenant_id, tier) DO UPDATE SET name = excluded.name, rank = excluded.rank,
         default_queue = excluded.default_queue, sequence = excluded.sequence
       WHERE t.sequence < excluded.sequence`,
      [JSON.stringify(latest(events))],
    );
    await desksChanged(tx, tenantsOf(events));
  },
};

/** Keeps the copy of queues. An event older than the copy changes nothing. */
export const queueCopies: Batch<EventOf<typeof QueueChanged>> = {
  async run(tx, events) {
    await tx.query(
      `INSERT INTO queue AS q (tenant_id, queue, name, tier, team, sequence)
       SELECT tenant_id, queue, name, tier, team, sequence
       FROM jsonb_to_recordset($1::jsonb) AS e(tenant_id text, queue text, name text, tier text, team text, sequence int)
       ORDER BY tenant_id, queue
       ON CONFLICT (tenant_id, queue) DO UPDATE SET name = excluded.name, tier = excluded.tier, team = excluded.team,
         sequence = excluded.sequence
       WHERE q.sequence < excluded.sequence`,
      [JSON.stringify(latest(events))],
    );
    await desksChanged(tx, tenantsOf(events));
  },
};
