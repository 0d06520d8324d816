import { deskSorts, partId, type DeskPart, type DeskSort, type PolicyPart } from '@tierline/contracts';
import type { KeptPart } from '@tierline/desk';
import type { Transaction } from '@tierline/persistence';
import { absencesAsSaid, type SaidAbsence } from './absences.ts';
import type { ChangedPart } from './desk-store.ts';
import type { PromiseBook } from './domain/clocks/timekeeping.ts';
import type { KeptCalendar } from './domain/desk-parts.ts';
import { limitsUnder, type Desk, type Limits } from './domain/desk.ts';
import { absenceOf, type Absence } from './domain/absences.ts';
import { calendarOf, emptyBook, policyOf } from './domain/promises.ts';

type Edition = { readonly version: number; readonly body: KeptCalendar };
type Stored = {
  tenant: string;
  version: string;
  parts: KeptPart[];
  editions: Edition[];
  absences: SaidAbsence[];
};

/** How many desks a process keeps in memory. */
const kept = 200;

const ofSort = <N extends DeskSort>(parts: readonly KeptPart[], name: N) =>
  parts.filter(({ kind }) => kind === deskSorts[name].kind).map(({ body }) => body as DeskPart<N>);

const mapOf = <N extends DeskSort>(parts: readonly KeptPart[], name: N): ReadonlyMap<string, DeskPart<N>> =>
  new Map(ofSort(parts, name).map((part) => [partId(name, part), part]));

/** The queues, each with the partner whose team works in it. */
const queuesOf = (parts: readonly KeptPart[]): Desk['queues'] => {
  const teams = mapOf(parts, 'teams');
  return new Map(
    ofSort(parts, 'queues').map((queue) => [
      queue.queue,
      { ...queue, partner: teams.get(queue.team)?.partner ?? null },
    ]),
  );
};

const bookOf = ({ parts, editions }: Stored): PromiseBook => {
  const policies = parts.filter(({ kind }) => kind === deskSorts.policies.kind);
  if (policies.length + editions.length === 0) return emptyBook;
  return {
    policies: policies.map(({ body, edition }) => policyOf(body as PolicyPart, edition)),
    calendars: editions.map(({ body, version }) => calendarOf(body, version)),
  };
};

/** What is stored with these changes, each as the next edition of its part. */
const changedBy = (changed: readonly ChangedPart[], stored: Stored): Stored => {
  const keyOf = (kind: string, id: string) => `${kind}/${id}`;
  const keys = new Set(changed.map(({ part, id }) => keyOf(deskSorts[part].kind, id)));
  const nextOf = (kind: string, id: string): number => {
    const part = stored.parts.find((one) => one.kind === kind && one.id === id);
    const known = stored.editions.filter(({ body }) => kind === deskSorts.calendars.kind && body.calendar === id);
    return 1 + Math.max(part?.edition ?? 0, ...known.map(({ version }) => version));
  };
  const fresh = changed.flatMap(({ part, id, body }): KeptPart[] => {
    const { kind } = deskSorts[part];
    return body ? [{ kind, id, edition: nextOf(kind, id), body }] : [];
  });
  const calendars = fresh.filter(({ kind }) => kind === deskSorts.calendars.kind);
  return {
    ...stored,
    parts: [...stored.parts.filter(({ kind, id }) => !keys.has(keyOf(kind, id))), ...fresh],
    editions: [
      ...stored.editions,
      ...calendars.map(({ edition, body }) => ({ version: edition, body: body as KeptCalendar })),
    ],
  };
};

const absencesIn = ({ absences }: Stored): Absence[] =>
  absences.map(({ personId, source, away, zone }) => absenceOf({ personId, source }, away, zone ?? 'Etc/UTC'));

/**
 * The desks that decisions look at. Each is read again only when its version has changed; version and parts are
 * read in one statement, so that a copy never holds parts of two versions.
 */
export class Desks {
  private readonly byVersion = new Map<string, Desk>();

  /** `limits` are those of the installation, where a desk has none of its own. */
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
    const { limits } = this;
    return {
      tiers: new Map(),
      queues: new Map(),
      teams: new Map(),
      management: [],
      absences: [],
      handovers: new Map(),
      escalations: [],
      limits,
      book: emptyBook,
    };
  }

  /** The desk of a tenant as these changes would make it; it is not kept. */
  async planned(tx: Transaction, tenant: string, changed: readonly ChangedPart[]): Promise<Desk> {
    const [stored] = await this.load(tx, [tenant]);
    return this.made(changedBy(changed, stored ?? { tenant, version: '', parts: [], editions: [], absences: [] }));
  }

  private async load(tx: Transaction, tenants: readonly string[]): Promise<Stored[]> {
    if (tenants.length === 0) return [];
    // Every edition of a calendar: a clock that goes on after months counts by the one it was started under.
    return tx.query<Stored>(
      `SELECT d.tenant_id AS tenant, d.version,
         (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'id', id, 'edition', sequence, 'body', body)), '[]')
          FROM desk_part WHERE tenant_id = d.tenant_id AND kind <> 'agent' AND body IS NOT NULL) AS parts,
         (SELECT coalesce(jsonb_agg(jsonb_build_object('version', version, 'body', body)), '[]')
          FROM calendar_edition WHERE tenant_id = d.tenant_id) AS editions,
         (SELECT coalesce(jsonb_agg(said), '[]') FROM (${absencesAsSaid('d.tenant_id')}) said) AS absences
       FROM desk d WHERE d.tenant_id = ANY($1::text[])`,
      [tenants],
    );
  }

  private made(stored: Stored): Desk {
    const { parts } = stored;
    return {
      tiers: mapOf(parts, 'tiers'),
      queues: queuesOf(parts),
      teams: mapOf(parts, 'teams'),
      management: ofSort(parts, 'management'),
      absences: absencesIn(stored),
      handovers: mapOf(parts, 'handovers'),
      escalations: ofSort(parts, 'escalations'),
      limits: limitsUnder(ofSort(parts, 'limits')[0], this.limits),
      book: bookOf(stored),
    };
  }

  private keep(stored: Stored): Desk {
    const { version } = stored;
    const desk = this.made(stored);
    const [oldest] = this.byVersion.keys();
    if (oldest !== undefined && this.byVersion.size >= kept) this.byVersion.delete(oldest);
    this.byVersion.set(version, desk);
    return desk;
  }
}
