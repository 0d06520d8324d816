import type { Database } from '@tierline/persistence';
import type { StreamConnection } from './connection.ts';

type Row = { tenant: string; person: string; teams: string[] };

const keyOf = ({ tenant, person }: { tenant: string; person: string }) => `${tenant}/${person}`;

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.toSorted().join() === other.toSorted().join();

/** The connections whose reader was let in for the tickets of teams, and is in others now. */
export const movedReaders = async (
  database: Database,
  connections: Iterable<StreamConnection>,
): Promise<readonly StreamConnection[]> => {
  const ofTeams = [...connections].filter(({ reader }) => reader.sees === 'teams');
  if (ofTeams.length === 0) return [];
  const rows = await database.query<Row>(
    `SELECT a.tenant_id AS tenant, a.agent_id AS person, a.teams FROM agent_team a
     JOIN (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS r(tenant_id, agent_id)) r USING (tenant_id, agent_id)`,
    [ofTeams.map(({ reader }) => reader.tenant), ofTeams.map(({ reader }) => reader.person)],
  );
  const teams = new Map(rows.map((row) => [keyOf(row), row.teams]));
  return ofTeams.filter(({ reader }) => !isSame(reader.teams, teams.get(keyOf(reader)) ?? []));
};
