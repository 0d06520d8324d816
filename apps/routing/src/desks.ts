import { deskSorts, type CategoryPart, type EscalationPart, type MatrixPart } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import {
  emptyDesk,
  queuesWithLoad,
  type Calendar,
  type Category,
  type Desk,
  type Queue,
  type Rule,
  type Surroundings,
  type Tier,
} from './domain/desk.ts';

/** The row in which all rules are kept, in their order. */
export const ruleSet = { kind: 'rules', id: 'rules' } as const;

/** Desks as last read, by tenant; right as long as the version in the database is the same. */
const known = new Map<string, { version: string; desk: Desk }>();
const mostKnown = 200;

const remember = (tenant: string, version: string, desk: Desk) => {
  known.delete(tenant);
  known.set(tenant, { version, desk });
  const [oldest] = known.keys();
  if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
};

type Row = { readonly tenant_id: string; readonly kind: string; readonly body: unknown };

const byId = <T>(parts: readonly T[], id: (part: T) => string) => new Map(parts.map((part) => [id(part), part]));

const categoryOf = (part: CategoryPart): Category => ({ ...part, tier: part.tier ?? null, queue: part.queue ?? null });

/** The desk of these rows: own parts and copies. */
const deskFrom = (rows: readonly Row[]): Desk => {
  const byKind = Map.groupBy(rows, ({ kind }) => kind);
  const bodies = <T>(kind: string) => (byKind.get(kind) ?? []).map(({ body }) => body as T);
  const [rules] = bodies<{ rules: Rule[] }>(ruleSet.kind);
  const [matrix = emptyDesk.matrix] = bodies<MatrixPart>(deskSorts.matrix.kind);
  return {
    tiers: byId(bodies<Tier>(deskSorts.tiers.kind), ({ tier }) => tier),
    queues: byId(bodies<Queue>(deskSorts.queues.kind), ({ queue }) => queue),
    calendars: byId(bodies<Calendar>(deskSorts.calendars.kind), ({ calendar }) => calendar),
    categories: byId(bodies<CategoryPart>(deskSorts.categories.kind).map(categoryOf), ({ category }) => category),
    rules: rules?.rules ?? [],
    matrix,
    escalations: bodies<EscalationPart>(deskSorts.escalations.kind),
  };
};

const readDesks = async (tx: Transaction, tenants: readonly string[]): Promise<Map<string, Desk>> => {
  const rows = await tx.query<Row>(
    `SELECT tenant_id, kind, body FROM desk_part WHERE tenant_id = ANY($1::text[]) AND body IS NOT NULL
     UNION ALL
     SELECT tenant_id, kind, body FROM desk_copy WHERE tenant_id = ANY($1::text[]) AND body IS NOT NULL`,
    [tenants],
  );
  const byTenant = Map.groupBy(rows, ({ tenant_id }) => tenant_id);
  return new Map(tenants.map((tenant) => [tenant, deskFrom(byTenant.get(tenant) ?? [])]));
};

/**
 * The desks of these tenants; an empty one where nothing is known.
 * The version is read before the content: a change in between is read again the next time, never missed.
 */
export const desksOf = async (tx: Transaction, tenants: readonly string[]): Promise<ReadonlyMap<string, Desk>> => {
  const versions = await tx.query<{ tenant_id: string; version: string }>(
    'SELECT tenant_id, version FROM desk WHERE tenant_id = ANY($1::text[])',
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

type Load = { tenant_id: string; queue: string; waiting: number };

/** How many tickets wait in the queues that the rules of these desks ask about. */
const loadsOf = async (tx: Transaction, desks: ReadonlyMap<string, Desk>): Promise<readonly Load[]> => {
  const asked = [...desks].flatMap(([tenant, desk]) => queuesWithLoad(desk).map((queue) => ({ tenant, queue })));
  if (asked.length === 0) return [];
  return tx.query<Load>(
    `SELECT r.tenant_id, r.waits_in AS queue, count(*)::int AS waiting
     FROM route r JOIN unnest($1::text[], $2::text[]) AS q(tenant_id, queue)
       ON r.tenant_id = q.tenant_id AND r.waits_in = q.queue
     GROUP BY 1, 2`,
    [asked.map(({ tenant }) => tenant), asked.map(({ queue }) => queue)],
  );
};

/** What decisions of these tenants look at, as it is in this transaction; `draft` are rules to be tried instead. */
export const surroundingsOf = async (
  tx: Transaction,
  tenants: readonly string[],
  draft?: readonly Rule[],
): Promise<ReadonlyMap<string, Surroundings>> => {
  const desks = new Map(
    [...(await desksOf(tx, tenants))].map(([tenant, desk]) => [tenant, draft ? { ...desk, rules: draft } : desk]),
  );
  const loads = Map.groupBy(await loadsOf(tx, desks), ({ tenant_id }) => tenant_id);
  return new Map(
    [...desks].map(([tenant, desk]) => [
      tenant,
      { desk, loads: new Map((loads.get(tenant) ?? []).map(({ queue, waiting }) => [queue, waiting])) },
    ]),
  );
};
