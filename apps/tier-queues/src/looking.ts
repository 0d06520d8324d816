import type { Fact, RunbookStep } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import type { Unseen } from './domain/concurrency.ts';
import type { Act, AgentAct, Surroundings } from './domain/command.ts';
import { openStates } from './domain/guards.ts';
import type { KnownTicket } from './domain/ticket.ts';

/** What one act may look at beside its own ticket and the desk. */
export type Looked = Pick<
  Surroundings,
  'others' | 'openChildren' | 'closesCycle' | 'isCategory' | 'runbook' | 'unseen'
> &
  Partial<Pick<Surroundings, 'desk' | 'teams' | 'people'>>;

const open = openStates.map((state) => `'${state}'`).join(', ');

/** The tickets that the act involves beside its own; not locked yet. */
const involvedIn = async (tx: Transaction, tenant: string, id: string, act: AgentAct): Promise<string[]> => {
  if (act.type === 'merge') return [act.into];
  if (act.type === 'link' || act.type === 'unlink') return [act.to];
  if (act.type !== 'unmerge' && act.type !== 'undo') return [];
  const rows = await tx.query<{ other: string | null }>(
    `SELECT coalesce(body->'into'->>'ticketId', body->'beside'->'lastAct'->'link'->>'ticketId') AS other
     FROM ticket WHERE tenant_id = $1 AND id = $2`,
    [tenant, id],
  );
  return rows.flatMap(({ other }) => other ?? []);
};

/** The tickets with these ids, locked in the one order that all commands keep. */
export const lockTickets = async (tx: Transaction, tenant: string, ids: readonly string[]) => {
  const rows = await tx.query<{ id: string; body: KnownTicket }>(
    `SELECT id, body FROM ticket WHERE tenant_id = $1 AND id = ANY($2::uuid[]) ORDER BY id FOR UPDATE`,
    [tenant, ids],
  );
  return new Map(rows.map(({ id, body }) => [id, body]));
};

const countOpenChildren = async (tx: Transaction, tenant: string, id: string): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM link l JOIN ticket t ON t.tenant_id = l.tenant_id AND t.id = l.other_id
     WHERE l.tenant_id = $1 AND l.ticket_id = $2 AND l.kind = 'parent-of' AND t.state IN (${open})`,
    [tenant, id],
  );
  return row?.n ?? 0;
};

/** Links that have a direction, from one end of it to the other. */
const directed: Readonly<Record<string, { kind: string; forwards: boolean }>> = {
  'parent-of': { kind: 'parent-of', forwards: true },
  'child-of': { kind: 'parent-of', forwards: false },
  blocks: { kind: 'blocks', forwards: true },
  'blocked-by': { kind: 'blocks', forwards: false },
};

type Line = { kind: string; from: string; to: string };

/** True when the line would close a circle of its kind. Lines of a tenant are drawn one at a time. */
const closesCycle = async (tx: Transaction, tenant: string, { kind, from, to }: Line): Promise<boolean> => {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [`links/${tenant}`]);
  const [found] = await tx.query(
    `WITH RECURSIVE reached AS (
       SELECT $3::uuid AS id
       UNION
       SELECT l.other_id FROM link l JOIN reached r ON l.ticket_id = r.id WHERE l.tenant_id = $1 AND l.kind = $2
     ) SELECT 1 FROM reached WHERE id = $4::uuid`,
    [tenant, kind, to, from],
  );
  return found !== undefined;
};

const runbookFor = async (tx: Transaction, tenant: string, id: string): Promise<readonly RunbookStep[]> => {
  const [row] = await tx.query<{ steps: RunbookStep[] }>(
    `SELECT r.steps FROM ticket t JOIN runbook r ON r.tenant_id = t.tenant_id AND r.category = t.body->>'category'
     WHERE t.tenant_id = $1 AND t.id = $2`,
    [tenant, id],
  );
  return row?.steps ?? [];
};

const isCategory = async (tx: Transaction, tenant: string, category: string): Promise<boolean> => {
  const [row] = await tx.query('SELECT 1 FROM runbook WHERE tenant_id = $1 AND category = $2', [tenant, category]);
  return row !== undefined;
};

const needsChildren: readonly Act['type'][] = ['cancel', 'spam', 'merge'];

/** Looks up what the act of an agent needs, and locks the tickets that it involves. */
export const lookFor = async (tx: Transaction, tenant: string, id: string, act: AgentAct): Promise<Looked> => {
  if (act.type === 'recategorise') return { isCategory: await isCategory(tx, tenant, act.category) };
  if (act.type === 'tick') return { runbook: await runbookFor(tx, tenant, id) };
  const line = act.type === 'link' ? directed[act.kind] : undefined;
  const circle =
    act.type === 'link' && line
      ? await closesCycle(tx, tenant, {
          kind: line.kind,
          from: line.forwards ? id : act.to,
          to: line.forwards ? act.to : id,
        })
      : false;
  const involved = await involvedIn(tx, tenant, id, act);
  const others = involved.length > 0 ? await lockTickets(tx, tenant, [id, ...involved]) : undefined;
  const openChildren = needsChildren.includes(act.type) ? await countOpenChildren(tx, tenant, id) : 0;
  return { ...(others ? { others } : {}), openChildren, closesCycle: circle };
};

/**
 * What was decided in the ticket after the version that the caller saw, the ticket locked first so that nothing
 * comes in between; null when the caller claims to have seen what is not there yet.
 */
export const unseenSince = async (
  tx: Transaction,
  tenant: string,
  id: string,
  seen: number,
): Promise<readonly Unseen[] | null> => {
  const [row] = await tx.query<{ sequence: number }>(
    'SELECT sequence FROM ticket WHERE tenant_id = $1 AND id = $2 FOR UPDATE',
    [tenant, id],
  );
  if (!row || row.sequence === seen) return [];
  if (row.sequence < seen) return null;
  const rows = await tx.query<Fact & { actor: string; time: Date }>(
    `SELECT type, data, actor, time FROM journal
     WHERE topic = 'tickets' AND tenant_id = $1 AND aggregate_id = $2 AND agg_seq > $3 ORDER BY agg_seq`,
    [tenant, id, seen],
  );
  return rows.map(({ type, data, actor, time }) => ({ fact: { type, data }, actor, at: time.toISOString() }));
};
