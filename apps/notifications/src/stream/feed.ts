import { DomainError } from '@tierline/contracts';
import type { Database, Transaction } from '@tierline/persistence';
import type { Reader, StoredHint } from './frames.ts';

/** What was committed since the look before. */
export type Look = {
  readonly hints: readonly StoredHint[];
  /** All that any transaction below it wrote has been seen: the position of readers that got these hints. */
  readonly position: string;
  /** The time by the database's clock, in milliseconds since 1970. */
  readonly now: number;
};

type Read = { snapshot: string; position: string; now: number; hints: StoredHint[] };

const columns = `h.tenant_id AS tenant, h.ticket_id AS ticket, h.kind, h.requester_id AS requester, h.teams, h.body`;

const present = `pg_current_snapshot()::text AS snapshot, pg_snapshot_xmin(pg_current_snapshot())::text AS position,
  (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`;

/** What this statement sees and the snapshot does not: late commits too, and nothing twice. */
const sinceSnapshot = `SELECT ${present}, coalesce((
    SELECT json_agg(s) FROM (
      SELECT ${columns} FROM hint h
      WHERE h.xid >= pg_snapshot_xmin($1::pg_snapshot) AND NOT pg_visible_in_snapshot(h.xid, $1::pg_snapshot)
      ORDER BY h.position
    ) s), '[]') AS hints`;

/**
 * The hints of all tenants as they are committed, whichever process wrote them. A position is the number of a
 * transaction of the database, so that it means the same in every process.
 */
export class Feed {
  private snapshot: string | null = null;

  constructor(private readonly database: Database) {}

  /** Looks for the first time, or again; what was committed before the first look is not in it. */
  async look(): Promise<Look> {
    const sql = this.snapshot === null ? `SELECT ${present}, '[]'::json AS hints` : sinceSnapshot;
    const [read] = await this.database.query<Read>(sql, this.snapshot === null ? [] : [this.snapshot]);
    this.snapshot = read!.snapshot;
    return read!;
  }

  /** Forgets where it was: nobody has been reading. */
  rest(): void {
    this.snapshot = null;
  }
}

/** More hints than this are not worth sending one by one: reading the lists again is quicker. */
const mostResumed = 10_000;

const windowPassed = () =>
  new DomainError(
    'stream_window_passed',
    'What happened since that position is not kept any more. Read your lists again, then connect without Last-Event-ID.',
    'gone',
  );

const audience = ({ sees, person, teams }: Reader) => ({
  requester: sees === 'desk' ? null : person,
  teams: sees === 'teams' ? teams : [],
  whole: sees === 'desk',
});

/** The hints for this reader from a position on, and the position after them. Throws `stream_window_passed`. */
export const hintsSince = async (tx: Transaction, reader: Reader, position: string | null) => {
  const [now] = await tx.query<{ position: string; ahead: boolean; passed: boolean }>(
    `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS position,
       $2::xid8 > pg_snapshot_xmax(pg_current_snapshot()) AS ahead,
       EXISTS (SELECT 1 FROM hint_floor f WHERE f.tenant_id = $1 AND f.xid >= $2::xid8) AS passed`,
    [reader.tenant, position ?? '0'],
  );
  if (position === null) return { position: now!.position, hints: [] };
  if (now!.ahead || now!.passed) throw windowPassed();
  const { requester, teams, whole } = audience(reader);
  const hints = await tx.query<StoredHint>(
    `SELECT ${columns} FROM hint h
     WHERE h.tenant_id = $1 AND h.xid >= $2::xid8 AND h.kind = 'ticket'
       AND ($5 OR h.requester_id = $3 OR h.teams && $4::text[])
     ORDER BY h.xid, h.position LIMIT ${mostResumed + 1}`,
    [reader.tenant, position, requester, teams, whole],
  );
  if (hints.length > mostResumed) throw windowPassed();
  return { position: now!.position, hints };
};

/** How long hints are kept: minutes, and how many of one tenant. */
export type Keeping = { readonly minutes: number; readonly hints: number };

/** Forgets hints past keeping, and notes for each tenant up to where. Returns how many. */
export const forgetHints = (database: Database, { minutes, hints }: Keeping): Promise<number> =>
  database.inBackground(async (tx) => {
    const rows = await tx.query<{ n: number }>(
      // Materialized, and joined: else PostgreSQL counts the tenant's hints anew for each of them.
      `WITH crowded AS (
         SELECT tenant_id FROM hint GROUP BY tenant_id HAVING count(*) > $2
       ), last AS MATERIALIZED (
         SELECT c.tenant_id, (SELECT h.xid FROM hint h WHERE h.tenant_id = c.tenant_id
           ORDER BY h.xid DESC OFFSET $2 LIMIT 1) AS xid FROM crowded c
       ), past AS MATERIALIZED (
         SELECT xid, position FROM hint WHERE written_at < now() - make_interval(secs => $1::float8 * 60)
         UNION SELECT h.xid, h.position FROM last l JOIN hint h ON h.tenant_id = l.tenant_id AND h.xid <= l.xid
       ), gone AS (
         DELETE FROM hint h USING past p WHERE h.xid = p.xid AND h.position = p.position
         RETURNING h.tenant_id, h.xid
       ), floors AS (
         INSERT INTO hint_floor AS f (tenant_id, xid)
         SELECT DISTINCT ON (tenant_id) tenant_id, xid FROM gone ORDER BY tenant_id, xid DESC
         ON CONFLICT (tenant_id) DO UPDATE SET xid = excluded.xid WHERE f.xid < excluded.xid
       )
       SELECT count(*)::int AS n FROM gone`,
      [minutes, hints],
    );
    return rows[0]!.n;
  });
