import type { QueueChanged, Received, TierChanged, EventOf } from '@tierline/contracts';
import type { Batch } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import { after, placeOf, unseen, type TicketFact } from './ticket-fact.ts';

const keyOf = (tenant: string, ticket: string): string => `${tenant}/${ticket}`;

const factsOf = async (tx: Transaction, events: readonly Received[]): Promise<Map<string, TicketFact>> => {
  const rows = await tx.query<{ fact: TicketFact }>(
    `SELECT to_jsonb(f) AS fact FROM ticket_fact f
     WHERE (tenant_id, ticket_id) IN (SELECT * FROM unnest($1::text[], $2::uuid[])) ORDER BY ticket_id FOR UPDATE`,
    [events.map(({ tenant }) => tenant), events.map(({ subject }) => subject)],
  );
  return new Map(rows.map(({ fact }) => [keyOf(fact.tenant_id, fact.ticket_id), fact]));
};

const historyRow = (event: Received, number: number) => ({
  tenant_id: event.tenant,
  ticket_id: event.subject,
  number,
  event_id: event.id,
  source: event.source,
  sequence: event.sequence,
  type: event.type,
  time: event.time,
  actor: event.actor,
  ...placeOf(event),
  data: event.data,
});

const saveFacts = (tx: Transaction, facts: readonly TicketFact[]): void => {
  const changing = Object.keys(facts[0]!).filter((column) => column !== 'tenant_id' && column !== 'ticket_id');
  tx.write(
    `INSERT INTO ticket_fact SELECT * FROM jsonb_populate_recordset(NULL::ticket_fact, $1::jsonb)
     ON CONFLICT (tenant_id, ticket_id) DO UPDATE SET ${changing.map((column) => `${column} = EXCLUDED.${column}`).join(', ')}`,
    [JSON.stringify(facts)],
  );
};

/**
 * Writes ticket events into the history and folds them into the tickets' rows. An event's number is its place among
 * the events of its ticket in the topic, so that reading the topic again gives the same rows.
 */
export const history: Batch<Received> = {
  run: async (tx, events) => {
    const known = await factsOf(tx, events);
    const changed = new Map<string, TicketFact>();
    const rows = events.map((event) => {
      const key = keyOf(event.tenant, event.subject.toLowerCase());
      const fact = after(changed.get(key) ?? known.get(key) ?? unseen(event), event);
      changed.set(key, fact);
      return historyRow(event, fact.events);
    });
    tx.write(`INSERT INTO ticket_event SELECT * FROM jsonb_populate_recordset(NULL::ticket_event, $1::jsonb)`, [
      JSON.stringify(rows),
    ]);
    saveFacts(tx, [...changed.values()]);
  },
};

const latestOf = <T>(rows: readonly T[], key: (row: T) => string): T[] => [
  ...new Map(rows.map((row) => [key(row), row])).values(),
];

/** Keeps the tiers, so that a report names those too where nothing happened. */
export const tiers: Batch<EventOf<typeof TierChanged>> = {
  run: async (tx, events) => {
    const rows = latestOf(events, ({ tenant, data }) => keyOf(tenant, data.tier));
    await tx.query(
      `INSERT INTO tier (tenant_id, tier, name, rank)
       SELECT tenant_id, tier, name, rank
       FROM jsonb_to_recordset($1::jsonb) AS t(tenant_id text, tier text, name text, rank int) ORDER BY tenant_id, tier
       ON CONFLICT (tenant_id, tier) DO UPDATE SET name = EXCLUDED.name, rank = EXCLUDED.rank`,
      [JSON.stringify(rows.map(({ tenant, data }) => ({ tenant_id: tenant, ...data })))],
    );
  },
};

/** Keeps the queues with the team that works each. */
export const queues: Batch<EventOf<typeof QueueChanged>> = {
  run: async (tx, events) => {
    const rows = latestOf(events, ({ tenant, data }) => keyOf(tenant, data.queue));
    await tx.query(
      `INSERT INTO queue (tenant_id, queue, name, tier, team)
       SELECT tenant_id, queue, name, tier, team
       FROM jsonb_to_recordset($1::jsonb) AS q(tenant_id text, queue text, name text, tier text, team text)
       ORDER BY tenant_id, queue
       ON CONFLICT (tenant_id, queue) DO UPDATE SET name = EXCLUDED.name, tier = EXCLUDED.tier, team = EXCLUDED.team`,
      [JSON.stringify(rows.map(({ tenant, data }) => ({ tenant_id: tenant, ...data })))],
    );
  },
};
