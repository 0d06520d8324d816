import type { Loaded, Work } from '@tierline/messaging';
import { together, type Transaction } from '@tierline/persistence';
import type { Carriers } from './domain/carrying.ts';
import type { Act, Surroundings } from './domain/command.ts';
import { unjudged, type DeskAgent } from './domain/desk.ts';
import type { Person, Presence } from './domain/people.ts';
import type { Ticket } from './domain/ticket.ts';
import type { Looked } from './looking.ts';

/** What is to be done with a ticket, with what was looked up for it alone; and the ticket, where it is locked already. */
export type TicketWork = Work<Act> & { readonly looked?: Looked; readonly locked?: Loaded<Ticket> };

/** Agents by their tenant. */
type Named = { readonly tenant: string; readonly agentId: string };

/** What decisions look at of the agents that they are about. */
export type Staff = Pick<Surroundings, 'teams'> & { readonly people: Carriers };

/** Agents that the act itself names. */
const namedIn = (act: Act): readonly string[] => {
  if (!('by' in act)) return [];
  if (act.type === 'assign') return [act.by.agentId, act.agentId];
  if (act.type === 'swarm') return [act.by.agentId, ...act.agents];
  if (act.type === 'declare-major' || act.type === 'change-commander') return [act.by.agentId, act.commander];
  return [act.by.agentId];
};

/** True when the act may give the ticket back to who had it. */
const concernsOwner = ({ type }: Act): boolean =>
  type === 'reopen' || type === 'requester-replied' || type === 'requester-rejected' || type === 'merged-reply';

/** Who is to take the ticket. */
const takerIn = (act: Act): readonly string[] => {
  if (act.type === 'claim' || act.type === 'accept-handover') return [act.by.agentId];
  return act.type === 'assign' ? [act.agentId] : [];
};

const columnsOf = (named: readonly Named[]) => [named.map(({ tenant }) => tenant), named.map(({ agentId }) => agentId)];

/**
 * Locks those who are to take a ticket, so that two at once cannot go beyond what they can do. Before any ticket is
 * locked, always; what locks a ticket first has to pass over agents that are locked.
 */
const lockTakers = (tx: Transaction, takers: readonly Named[]): Promise<unknown> =>
  tx.query(
    `SELECT 1 FROM agent JOIN unnest($1::text[], $2::text[]) AS taker(tenant_id, agent_id) USING (tenant_id, agent_id)
     ORDER BY tenant_id, agent_id FOR NO KEY UPDATE OF agent`,
    columnsOf(takers),
  );

type PersonRow = { tenant: string; agentId: string; agent: DeskAgent; presence: Presence | null; load: number };

/** A person as `agent a` and its part `p` of the desk have it; what is on hold is no load, the rest by its weight. */
export const personColumns = `a.tenant_id AS tenant, a.agent_id AS "agentId", p.body AS agent,
  (SELECT s.presence FROM presence s WHERE s.tenant_id = a.tenant_id AND s.agent_id = a.agent_id) AS presence,
  (SELECT coalesce(sum(coalesce((w.weights->>coalesce(t.priority, '${unjudged}'))::int, 1)), 0)::int
   FROM (SELECT (SELECT body->'capacityWeights' FROM desk_part l WHERE l.tenant_id = a.tenant_id AND l.kind = 'limits')
         AS weights OFFSET 0) w
     JOIN ticket t ON t.tenant_id = a.tenant_id AND t.owner = a.agent_id AND t.state IN ('ASSIGNED', 'IN_PROGRESS')) AS load`;
export const personTables = `agent a JOIN desk_part p ON p.tenant_id = a.tenant_id AND p.kind = 'agent' AND p.id = a.agent_id`;

export const personOf = ({ agent, presence, load }: Omit<PersonRow, 'tenant'>): Person => ({ agent, presence, load });

const readPeople = (tx: Transaction, named: readonly Named[]): Promise<PersonRow[]> =>
  tx.query<PersonRow>(
    `SELECT ${personColumns} FROM ${personTables}
     JOIN (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS named(tenant_id, agent_id)) AS named
       ON named.tenant_id = a.tenant_id AND named.agent_id = a.agent_id`,
    columnsOf(named),
  );

/** Those of the team whom nobody else has locked, locked until the work is done. */
export const freePeopleOf = async (tx: Transaction, tenant: string, team: string): Promise<Person[]> => {
  const free = await tx.query<{ agentId: string }>(
    `SELECT agent_id AS "agentId" FROM agent WHERE tenant_id = $1 AND $2 = ANY(teams)
     ORDER BY agent_id FOR NO KEY UPDATE SKIP LOCKED`,
    [tenant, team],
  );
  const people = await readPeople(
    tx,
    free.map(({ agentId }) => ({ tenant, agentId })),
  );
  return people.map(personOf);
};

/** The agent as he or she stands now, locked until the work is done; undefined when the desk does not know him or her. */
export const lockPerson = async (tx: Transaction, tenant: string, agentId: string): Promise<Person | undefined> => {
  const named = [{ tenant, agentId }];
  // On the way together; the second still sees what was committed while the first waited.
  const [, [row]] = await together(lockTakers(tx, named), readPeople(tx, named));
  return row && personOf(row);
};

type Acts = readonly { readonly tenant: string; readonly id: string; readonly command: Act }[];

const readTeams = async (tx: Transaction, acts: Acts) => {
  const named = acts.flatMap(({ tenant, command }) => namedIn(command).map((agentId) => ({ tenant, agentId })));
  const owned = acts.filter(({ command }) => concernsOwner(command));
  if (named.length + owned.length === 0) return [];
  return tx.query<Named & { teams: string[] }>(
    `SELECT a.tenant_id AS tenant, a.agent_id AS "agentId", a.teams FROM agent a JOIN (
       SELECT * FROM unnest($1::text[], $2::text[]) AS named(tenant_id, agent_id)
       UNION
       SELECT t.tenant_id, coalesce(t.owner, t.last_owner) FROM ticket t
       JOIN unnest($3::text[], $4::uuid[]) AS owned(tenant_id, id) USING (tenant_id, id)
     ) AS wanted USING (tenant_id, agent_id)`,
    [...columnsOf(named), owned.map(({ tenant }) => tenant), owned.map(({ id }) => id)],
  );
};

/** Who had these tickets last, of those that are done: they may get them back. */
const lastOwners = async (tx: Transaction, acts: Acts): Promise<Named[]> => {
  const owned = acts.filter(({ command }) => concernsOwner(command));
  if (owned.length === 0) return [];
  return tx.query<Named>(
    `SELECT DISTINCT t.tenant_id AS tenant, coalesce(t.owner, t.last_owner) AS "agentId" FROM ticket t
     JOIN unnest($1::text[], $2::uuid[]) AS done(tenant_id, id) USING (tenant_id, id)
     WHERE t.state IN ('RESOLVED', 'CLOSED') AND coalesce(t.owner, t.last_owner) IS NOT NULL`,
    [owned.map(({ tenant }) => tenant), owned.map(({ id }) => id)],
  );
};

/** True when the act may end a hold of the ticket. */
const mayEndHold = (act: Act): boolean =>
  act.type === 'fire'
    ? act.kind === 'wake-up'
    : ['resume', 'vendor-answer', 'mend', 'requester-replied', 'requester-rejected', 'merged-reply'].includes(act.type);

/** Who has these tickets that are on hold: whether they are there decides where a ticket goes on. */
const ownersOfHeld = async (tx: Transaction, acts: Acts): Promise<Named[]> => {
  const held = acts.filter(({ command }) => mayEndHold(command));
  if (held.length === 0) return [];
  return tx.query<Named>(
    `SELECT DISTINCT t.tenant_id AS tenant, t.owner AS "agentId" FROM ticket t
     JOIN unnest($1::text[], $2::uuid[]) AS held(tenant_id, id) USING (tenant_id, id)
     WHERE t.state = 'PENDING' AND t.owner IS NOT NULL`,
    [held.map(({ tenant }) => tenant), held.map(({ id }) => id)],
  );
};

/** Those who are to take a ticket, to get one back, to join one, or to go on with one; takers locked. */
const readTakers = async (tx: Transaction, acts: Acts): Promise<PersonRow[]> => {
  const named = acts.flatMap(({ tenant, command }) => takerIn(command).map((agentId) => ({ tenant, agentId })));
  const [last, holding] = await together(lastOwners(tx, acts), ownersOfHeld(tx, acts));
  const takers = [...named, ...last];
  const joining = acts.flatMap(({ tenant, command }) =>
    command.type === 'join' ? [{ tenant, agentId: command.by.agentId }] : [],
  );
  if (takers.length + joining.length + holding.length === 0) return [];
  const locked = takers.length > 0 ? lockTakers(tx, takers) : Promise.resolve();
  const [, people] = await together(locked, readPeople(tx, [...takers, ...joining, ...holding]));
  return people;
};

/** The agents that the work is about, by tenant: the teams of those named and of owners of reopened tickets, and takers. */
export const staffOf = async (tx: Transaction, work: readonly TicketWork[]): Promise<(tenant: string) => Staff> => {
  const acts = work.flatMap((piece) =>
    'command' in piece ? [{ id: piece.id, command: piece.command, tenant: piece.origin.tenant }] : [],
  );
  const [teams, people] = await together(readTeams(tx, acts), readTakers(tx, acts));
  const teamsBy = Map.groupBy(teams, ({ tenant }) => tenant);
  const peopleBy = Map.groupBy(people, ({ tenant }) => tenant);
  return (tenant) => ({
    teams: new Map((teamsBy.get(tenant) ?? []).map((row) => [row.agentId, row.teams])),
    people: new Map((peopleBy.get(tenant) ?? []).map((row) => [row.agentId, personOf(row)])),
  });
};
