import type { Transaction } from '@tierline/persistence';
import type { PolicyPart } from '@tierline/contracts';
import type { PromiseBook } from './domain/clocks/timekeeping.ts';
import type { DeskParts, KeptCalendar, PartName } from './domain/desk-parts.ts';
import { idsOf, partNames } from './domain/desk-parts.ts';
import type { Desk, Limits, Queue, Tier } from './domain/desk.ts';
import { retime } from './retime.ts';
import { calendarOf, emptyBook, policyOf } from './domain/promises.ts';

/** How a part is called in its row and in the key of its events. */
export const kinds: { readonly [N in PartName]: string } = {
  tiers: 'tier',
  queues: 'queue',
  agents: 'agent',
  calendars: 'calendar',
  policies: 'policy',
};

type Row = { readonly kind: string; readonly version: number; readonly body: unknown };
type Edition = { readonly version: number; readonly body: KeptCalendar };
type Stored = { tenant: string; version: string; parts: Row[]; editions: Edition[] };

/** How many desks a process keeps in memory. */
const kept = 200;

const rowsOf = <T>(rows: readonly Row[], name: PartName) =>
  rows.filter(({ kind }) => kind === kinds[name]).map(({ version, body }) => ({ version, body: body as T }));

const bookOf = ({ parts, editions }: Stored): PromiseBook => {
  const policies = rowsOf<PolicyPart>(parts, 'policies');
  if (policies.length + editions.length === 0) return emptyBook;
  return {
    policies: policies.map(({ body, version }) => policyOf(body, version)),
    calendars: editions.map(({ body, version }) => calendarOf(body, version)),
  };
};

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
    return { tiers: new Map(), queues: new Map(), limits: this.limits, book: emptyBook };
  }

  private async load(tx: Transaction, tenants: readonly string[]): Promise<Stored[]> {
    if (tenants.length === 0) return [];
    // Every edition of a calendar: a clock that goes on after months counts by the one it was started under.
    return tx.query<Stored>(
      `SELECT d.tenant_id AS tenant, d.version,
         (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'version', sequence, 'body', body)), '[]')
          FROM desk_part WHERE tenant_id = d.tenant_id AND kind <> 'agent' AND body IS NOT NULL) AS parts,
         (SELECT coalesce(jsonb_agg(jsonb_build_object('version', version, 'body', body)), '[]')
          FROM calendar_edition WHERE tenant_id = d.tenant_id) AS editions
       FROM desk d WHERE d.tenant_id = ANY($1::text[])`,
      [tenants],
    );
  }

  private keep(stored: Stored): Desk {
    const { version, parts } = stored;
    const desk: Desk = {
      tiers: new Map(rowsOf<Tier>(parts, 'tiers').map(({ body }) => [body.tier, body])),
      queues: new Map(rowsOf<Queue>(parts, 'queues').map(({ body }) => [body.queue, body])),
      limits: this.limits,
      book: bookOf(stored),
    };
    const [oldest] = this.byVersion.keys();
    if (oldest !== undefined && this.byVersion.size >= kept) this.byVersion.delete(oldest);
    this.byVersion.set(version, desk);
    return desk;
  }
}

/** All parts of the desk, of the agents those that are named, locked against other changes. */
export const lockDesk = async (tx: Transaction, tenant: string, agents: readonly string[]): Promise<DeskParts> => {
  await tx.query('INSERT INTO desk (tenant_id) VALUES ($1) ON CONFLICT DO NOTHING', [tenant]);
  await tx.query('SELECT 1 FROM desk WHERE tenant_id = $1 FOR UPDATE', [tenant]);
  const rows = await tx.query<Row>(
    `SELECT kind, sequence AS version, body FROM desk_part
     WHERE tenant_id = $1 AND body IS NOT NULL AND (kind <> 'agent' OR id = ANY($2::text[]))`,
    [tenant, agents],
  );
  return Object.fromEntries(
    partNames.map((name) => [name, rowsOf(rows, name).map(({ body }) => body)]),
  ) as unknown as DeskParts;
};

type Saved = { readonly kind: string; readonly id: string; readonly sequence: number };

const saveParts = (tx: Transaction, tenant: string, rows: readonly { kind: string; id: string; body: unknown }[]) =>
  tx.query<Saved>(
    `INSERT INTO desk_part AS p (tenant_id, kind, id, sequence, body)
     SELECT $1, kind, id, 1, body FROM jsonb_to_recordset($2::jsonb) AS r(kind text, id text, body jsonb)
     ON CONFLICT (tenant_id, kind, id) DO UPDATE SET body = excluded.body, sequence = p.sequence + 1
     RETURNING kind, id, sequence`,
    [tenant, JSON.stringify(rows)],
  );

/** For each part that queries join or that keeps its editions: how it is written there. */
const copies: { readonly [N in PartName]?: string } = {
  tiers: `INSERT INTO tier (tenant_id, tier, name, rank, default_queue)
     SELECT $1, tier, name, rank, "defaultQueue"
     FROM jsonb_to_recordset($2::jsonb) AS r(tier text, name text, rank int, "defaultQueue" text)
     ON CONFLICT (tenant_id, tier) DO UPDATE SET name = excluded.name, rank = excluded.rank,
       default_queue = excluded.default_queue`,
  queues: `INSERT INTO queue (tenant_id, queue, name, tier, team)
     SELECT $1, queue, name, tier, team
     FROM jsonb_to_recordset($2::jsonb) AS r(queue text, name text, tier text, team text)
     ON CONFLICT (tenant_id, queue) DO UPDATE SET name = excluded.name, tier = excluded.tier, team = excluded.team`,
  agents: `INSERT INTO agent (tenant_id, agent_id, name, teams)
     SELECT $1, "agentId", name, teams
     FROM jsonb_to_recordset($2::jsonb) AS r("agentId" text, name text, teams text[])
     ON CONFLICT (tenant_id, agent_id) DO UPDATE SET name = excluded.name, teams = excluded.teams`,
  calendars: `INSERT INTO calendar_edition (tenant_id, calendar, version, body)
     SELECT $1, p.id, p.sequence, p.body FROM jsonb_to_recordset($2::jsonb) AS r(calendar text)
     JOIN desk_part p ON p.tenant_id = $1 AND p.kind = 'calendar' AND p.id = r.calendar`,
};

/** The sequence of each part that was saved, by its name and id. */
export type Sequences = (name: PartName, id: string) => number;

/** Saves the changed parts. */
export const saveDesk = async (tx: Transaction, tenant: string, changed: DeskParts): Promise<Sequences> => {
  const rows = partNames.flatMap((name) => {
    const id = idsOf[name] as (part: unknown) => string;
    return changed[name].map((body) => ({ kind: kinds[name], id: id(body), body }));
  });
  const saved = rows.length > 0 ? await saveParts(tx, tenant, rows) : [];
  for (const name of partNames) {
    const copy = copies[name];
    if (copy && changed[name].length > 0) await tx.query(copy, [tenant, JSON.stringify(changed[name])]);
  }
  // Decisions look agents up one by one: their changes leave the copies of the desk as they are.
  if (rows.length > changed.agents.length)
    await tx.query('UPDATE desk SET version = gen_random_uuid() WHERE tenant_id = $1', [tenant]);
  if (changed.policies.length > 0) await retime(tx, tenant, 'policy-changed');
  else if (changed.calendars.length > 0) await retime(tx, tenant, 'calendar-changed');
  const sequences = new Map(saved.map(({ kind, id, sequence }) => [`${kind}/${id}`, sequence]));
  return (name, id) => {
    const sequence = sequences.get(`${kinds[name]}/${id}`);
    if (sequence === undefined) throw new Error(`${kinds[name]} ${id} was not saved`);
    return sequence;
  };
};
