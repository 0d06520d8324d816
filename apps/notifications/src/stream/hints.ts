import type { Received } from '@tierline/contracts';
import type { Batch } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import { hintOf, teamAfter } from '../domain/hint.ts';

type Known = { tenant: string; ticket: string; requester: string; team: string | null };

const keyOf = ({ tenant, ticket }: { tenant: string; ticket: string }) => `${tenant}/${ticket}`;

const knownTickets = async (tx: Transaction, events: readonly Received[]): Promise<Map<string, Known>> => {
  const rows = await tx.query<Known>(
    `SELECT tenant_id AS tenant, ticket_id AS ticket, requester_id AS requester, team FROM ticket
     WHERE tenant_id = ANY($1::text[]) AND ticket_id = ANY($2::uuid[])`,
    [[...new Set(events.map(({ tenant }) => tenant))], [...new Set(events.map(({ subject }) => subject))]],
  );
  return new Map(rows.map((row) => [keyOf(row), row]));
};

const isTeam = (team: string | null | undefined): team is string => typeof team === 'string';

/** The hints of the events in order, each for the team that had the ticket and the one that has it now. */
const hintsOf = (events: readonly Received[], tickets: Map<string, Known>) =>
  events.map((event, nth) => {
    const known = tickets.get(keyOf({ tenant: event.tenant, ticket: event.subject }));
    const after = teamAfter(event);
    const teams = [...new Set([known?.team, after].filter(isTeam))];
    if (known && after !== undefined) known.team = after;
    return {
      nth,
      tenant_id: event.tenant,
      ticket_id: event.subject,
      requester_id: known?.requester ?? null,
      teams,
      body: hintOf(event),
    };
  });

const saveTeams = (tx: Transaction, tickets: readonly Known[]): void =>
  tx.write(
    `UPDATE ticket t SET team = k.team FROM unnest($1::text[], $2::uuid[], $3::text[]) AS k(tenant, ticket, team)
     WHERE t.tenant_id = k.tenant AND t.ticket_id = k.ticket AND t.team IS DISTINCT FROM k.team`,
    [tickets.map(({ tenant }) => tenant), tickets.map(({ ticket }) => ticket), tickets.map(({ team }) => team)],
  );

/** Writes what screens are told of ticket events, in the transaction that takes the events. */
export const writtenHints: Batch<Received> = {
  run: async (tx, events) => {
    const tickets = await knownTickets(tx, events);
    const hints = hintsOf(events, tickets);
    saveTeams(tx, [...tickets.values()]);
    tx.write(
      `INSERT INTO hint (tenant_id, ticket_id, kind, requester_id, teams, body)
       SELECT tenant_id, ticket_id, 'ticket', requester_id, teams, body
       FROM jsonb_to_recordset($1::jsonb) AS h(nth int, tenant_id text, ticket_id uuid, requester_id text, teams text[], body json)
       ORDER BY nth`,
      [JSON.stringify(hints)],
    );
  },
};
