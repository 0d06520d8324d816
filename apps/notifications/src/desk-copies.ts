import type { Batch } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';

/** What is kept of an agent. */
export type AgentCopy = {
  readonly agentId: string;
  readonly name: string;
  readonly email: string | null;
  readonly teams: readonly string[];
};
/** What is kept of a team. */
export type TeamCopy = { readonly team: string; readonly lead: string | null };

/** What is kept of somebody of management. */
export type ManagementCopy = {
  readonly personId: string;
  readonly name: string | null;
  readonly email: string | null;
};

/** A part of the desk as it is now; null: it is gone. */
export type DeskCopy = { readonly tenant: string } & (
  | { readonly kind: 'agent'; readonly id: string; readonly part: AgentCopy | null }
  | { readonly kind: 'team'; readonly id: string; readonly part: TeamCopy | null }
  | { readonly kind: 'management'; readonly id: string; readonly part: ManagementCopy | null }
);

type Table = { readonly put: string; readonly remove: string };

/** Whoever has an address now gets what waits for one. */
const waking = (person: 'agentId' | 'personId'): string =>
  `UPDATE lane l SET next_attempt_at = now(), awaited_person = NULL
   FROM entry e WHERE e.email IS NOT NULL AND l.tenant_id = e.tenant AND l.awaited_person = e."${person}"`;

const tables: Readonly<Record<DeskCopy['kind'], Table>> = {
  agent: {
    put: `WITH entry AS (
        SELECT * FROM jsonb_to_recordset($1::jsonb)
          AS a(tenant text, "agentId" text, name text, email text, teams text[])
      ), kept AS (
        INSERT INTO agent_team (tenant_id, agent_id, name, email, teams)
        SELECT tenant, "agentId", name, email, teams FROM entry ORDER BY tenant, "agentId"
        ON CONFLICT (tenant_id, agent_id) DO UPDATE SET name = excluded.name, email = excluded.email, teams = excluded.teams
      ) ${waking('agentId')}`,
    remove: `DELETE FROM agent_team a USING jsonb_to_recordset($1::jsonb) AS g(tenant text, id text)
      WHERE a.tenant_id = g.tenant AND a.agent_id = g.id`,
  },
  management: {
    put: `WITH entry AS (
        SELECT * FROM jsonb_to_recordset($1::jsonb) AS m(tenant text, "personId" text, name text, email text)
      ), kept AS (
        INSERT INTO management (tenant_id, person_id, name, email)
        SELECT tenant, "personId", name, email FROM entry ORDER BY tenant, "personId"
        ON CONFLICT (tenant_id, person_id) DO UPDATE SET name = excluded.name, email = excluded.email
      ) ${waking('personId')}`,
    remove: `DELETE FROM management m USING jsonb_to_recordset($1::jsonb) AS g(tenant text, id text)
      WHERE m.tenant_id = g.tenant AND m.person_id = g.id`,
  },
  team: {
    put: `INSERT INTO team (tenant_id, team, lead)
      SELECT tenant, team, lead FROM jsonb_to_recordset($1::jsonb) AS t(tenant text, team text, lead text)
      ORDER BY tenant, team
      ON CONFLICT (tenant_id, team) DO UPDATE SET lead = excluded.lead`,
    remove: `DELETE FROM team t USING jsonb_to_recordset($1::jsonb) AS g(tenant text, id text)
      WHERE t.tenant_id = g.tenant AND t.team = g.id`,
  },
};

const keep = async (tx: Transaction, { put, remove }: Table, copies: readonly DeskCopy[]): Promise<void> => {
  const gone = copies.filter(({ part }) => part === null).map(({ tenant, id }) => ({ tenant, id }));
  const there = copies.flatMap(({ tenant, part }) => (part === null ? [] : [{ tenant, ...part }]));
  if (gone.length > 0) await tx.query(remove, [JSON.stringify(gone)]);
  if (there.length > 0) await tx.query(put, [JSON.stringify(there)]);
};

/** Keeps who works in which team, who leads it, and who is in management: who is told of what, on the stream and by mail. */
export const deskCopies: Batch<DeskCopy> = {
  run: async (tx, copies) => {
    const latest = new Map(copies.map((copy) => [`${copy.kind} ${copy.tenant} ${copy.id}`, copy]));
    const byKind = Map.groupBy(latest.values(), ({ kind }) => kind);
    for (const [kind, some] of byKind) await keep(tx, tables[kind], some);
  },
};
