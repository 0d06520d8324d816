import { deskSorts } from '@tierline/contracts';
import { readParts, renewDesk, saveParts, type Editions, type KeptPart } from '@tierline/desk';
import type { Transaction } from '@tierline/persistence';
import { someAreAway } from './absences.ts';
import { ownSorts, type KeptParts, type OwnSort } from './domain/desk-parts.ts';
import { retime } from './retime.ts';

/** Parts by their sorts, as rows hold them. */
export const partsOf = (rows: readonly KeptPart[]): KeptParts => {
  const byKind = Map.groupBy(rows, ({ kind }) => kind);
  return Object.fromEntries(
    ownSorts.map((name) => [name, (byKind.get(deskSorts[name].kind) ?? []).map(({ body }) => body)]),
  ) as unknown as KeptParts;
};

/** All parts of a desk, of the agents those alone that are named, if any are. */
export const readDeskParts = async (tx: Transaction, tenant: string, agents?: readonly string[]): Promise<KeptParts> =>
  partsOf(await readParts(tx, tenant, agents && { kind: deskSorts.agents.kind, ids: agents }));

/** A part that differs after a change: as it is then, or null when it goes. */
export type ChangedPart = { readonly part: OwnSort; readonly id: string; readonly body: object | null };

type Copy = { readonly put: string; readonly remove?: string };

/** For each sort that queries join, or that keeps its editions: how it is written there. */
const copies: { readonly [N in OwnSort]?: Copy } = {
  tiers: {
    put: `INSERT INTO tier (tenant_id, tier, name, rank, default_queue)
     SELECT $1, tier, name, rank, "defaultQueue"
     FROM jsonb_to_recordset($2::jsonb) AS r(tier text, name text, rank int, "defaultQueue" text)
     ON CONFLICT (tenant_id, tier) DO UPDATE SET name = excluded.name, rank = excluded.rank,
       default_queue = excluded.default_queue`,
    remove: 'DELETE FROM tier WHERE tenant_id = $1 AND tier = ANY($2::text[])',
  },
  queues: {
    put: `INSERT INTO queue (tenant_id, queue, name, tier, team)
     SELECT $1, queue, name, tier, team
     FROM jsonb_to_recordset($2::jsonb) AS r(queue text, name text, tier text, team text)
     ON CONFLICT (tenant_id, queue) DO UPDATE SET name = excluded.name, tier = excluded.tier, team = excluded.team`,
    remove: 'DELETE FROM queue WHERE tenant_id = $1 AND queue = ANY($2::text[])',
  },
  agents: {
    put: `INSERT INTO agent (tenant_id, agent_id, name, teams)
     SELECT $1, "agentId", name, teams
     FROM jsonb_to_recordset($2::jsonb) AS r("agentId" text, name text, teams text[])
     ON CONFLICT (tenant_id, agent_id) DO UPDATE SET name = excluded.name, teams = excluded.teams`,
    remove: 'DELETE FROM agent WHERE tenant_id = $1 AND agent_id = ANY($2::text[])',
  },
  // Editions of a calendar stay when it goes: clocks that were started under one still count by it.
  calendars: {
    put: `INSERT INTO calendar_edition (tenant_id, calendar, version, body)
     SELECT $1, p.id, p.sequence, p.body FROM jsonb_to_recordset($2::jsonb) AS r(calendar text)
     JOIN desk_part p ON p.tenant_id = $1 AND p.kind = 'calendar' AND p.id = r.calendar`,
  },
};

const writeCopies = async (tx: Transaction, tenant: string, name: OwnSort, changed: readonly ChangedPart[]) => {
  const copy = copies[name];
  const put = changed.flatMap(({ part, body }) => (part === name && body ? [body] : []));
  const gone = changed.flatMap(({ part, id, body }) => (part === name && !body ? [id] : []));
  // Removed first: what comes may take the rank or the name of what goes.
  if (copy?.remove && gone.length > 0) await tx.query(copy.remove, [tenant, gone]);
  if (copy && put.length > 0) await tx.query(copy.put, [tenant, JSON.stringify(put)]);
};

/** Saves the changed parts. The desk has to be locked. */
export const saveDesk = async (tx: Transaction, tenant: string, changed: readonly ChangedPart[]): Promise<Editions> => {
  const editions = await saveParts(
    tx,
    tenant,
    changed.map(({ part, id, body }) => ({ kind: deskSorts[part].kind, id, body })),
  );
  for (const name of ownSorts) await writeCopies(tx, tenant, name, changed);
  // Decisions look agents up one by one: their changes leave the copies of the desk as they are, but for who is away.
  if (changed.some(({ part }) => part !== 'agents') || (await someAreAway(tx, tenant))) await renewDesk(tx, [tenant]);
  const changes = new Set(changed.map(({ part }) => part));
  if (changes.has('policies')) await retime(tx, tenant, 'policy-changed');
  else if (changes.has('calendars')) await retime(tx, tenant, 'calendar-changed');
  return editions;
};
