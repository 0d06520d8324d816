import {
  InboundUnaccounted,
  OrphanDetected,
  TicketCancelled,
  TicketClaimed,
  TicketClosed,
  TicketEscalated,
  TicketOpened,
  TicketQueued,
  TicketReopened,
  TicketResolved,
  TicketReturned,
  TicketTransferred,
} from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';

export type Period = { from: string | null; to: string | null };

type Count = { type: string; events: number; tickets: number };
type TierCount = { tier: string; rank: number; queued: number; claimed: number; resolved: number };
type TeamCount = {
  team: string;
  tier: string;
  claimed: number;
  resolved: number;
  escalatedFrom: number;
  returnedFrom: number;
  transferredFrom: number;
};

/** The answer of `/summary`; each figure is defined in `numbers.ts`. */
export type Summary = Period & {
  tickets: { opened: number; resolved: number; closed: number; cancelled: number; reopened: number };
  reopenings: number;
  moves: { up: number; down: number; sideways: number };
  highestTier: Record<string, number>;
  byTier: TierCount[];
  byTeam: TeamCount[];
  orphans: number;
};

type Read = {
  counts: Count[];
  highest: { rank: number; tickets: number }[];
  tiers: TierCount[];
  teams: TeamCount[];
};

const inPeriod = (column: string) =>
  `(($1::timestamptz IS NULL OR ${column} >= $1) AND ($2::timestamptz IS NULL OR ${column} < $2))`;

const rows = (select: string) => `(SELECT coalesce(jsonb_agg(to_jsonb(r)), '[]') FROM (${select}) r)`;

const of = (definition: { type: string }) => `count(e.type) FILTER (WHERE e.type = '${definition.type}')::int`;

/** One statement, so that all figures are of one moment. */
const summarySql = `SELECT
  ${rows(`SELECT type, count(*)::int AS events, count(DISTINCT ticket_id)::int AS tickets
    FROM ticket_event WHERE type = ANY($3::text[]) AND ${inPeriod('time')} GROUP BY type`)} AS counts,
  ${rows(`SELECT rank, coalesce(sum(tickets), 0)::int AS tickets FROM (
      SELECT rank, 0 AS tickets FROM tier
      UNION ALL
      SELECT highest_rank, count(*) FROM ticket_fact
      WHERE highest_rank IS NOT NULL AND opened_at IS NOT NULL AND ${inPeriod('opened_at')} GROUP BY highest_rank
    ) reached GROUP BY rank ORDER BY rank`)} AS highest,
  ${rows(`SELECT t.tier, max(t.rank) AS rank, ${of(TicketQueued)} AS queued, ${of(TicketClaimed)} AS claimed,
      ${of(TicketResolved)} AS resolved
    FROM (
      SELECT tier, rank FROM tier
      UNION ALL
      SELECT tier, max(rank) FROM ticket_event
      WHERE type = ANY($4::text[]) AND ${inPeriod('time')} AND tier NOT IN (SELECT tier FROM tier)
      GROUP BY tier
    ) t
    LEFT JOIN ticket_event e ON e.tier = t.tier AND e.type = ANY($4::text[]) AND ${inPeriod('e.time')}
    GROUP BY t.tier ORDER BY rank, tier`)} AS tiers,
  ${rows(`SELECT p.team, p.tier, ${of(TicketClaimed)} AS claimed, ${of(TicketResolved)} AS resolved,
      ${of(TicketEscalated)} AS "escalatedFrom", ${of(TicketReturned)} AS "returnedFrom",
      ${of(TicketTransferred)} AS "transferredFrom"
    FROM (
      SELECT team, tier FROM queue
      UNION
      SELECT team, tier FROM ticket_event WHERE type = ANY($5::text[]) AND team IS NOT NULL AND ${inPeriod('time')}
    ) p
    LEFT JOIN ticket_event e ON e.team = p.team AND e.tier = p.tier AND e.type = ANY($5::text[]) AND ${inPeriod('e.time')}
    GROUP BY p.team, p.tier
    ORDER BY (SELECT rank FROM tier WHERE tier.tier = p.tier) NULLS LAST, p.tier, p.team`)} AS teams`;

const types = (...definitions: { type: string }[]) => definitions.map(({ type }) => type);
const countedTypes = types(
  TicketOpened,
  TicketResolved,
  TicketClosed,
  TicketCancelled,
  TicketReopened,
  TicketEscalated,
  TicketReturned,
  TicketTransferred,
  OrphanDetected,
  InboundUnaccounted,
);
const tierTypes = types(TicketQueued, TicketClaimed, TicketResolved);
const teamTypes = types(TicketClaimed, TicketResolved, TicketEscalated, TicketReturned, TicketTransferred);

/** The figures of a period, for the tenant of the transaction. */
export const summaryOf = async (tx: Transaction, { from, to }: Period): Promise<Summary> => {
  const [read] = await tx.query<Read>(summarySql, [from, to, countedTypes, tierTypes, teamTypes]);
  const { counts, highest, tiers, teams } = read!;
  const countOf = (definition: { type: string }): Count =>
    counts.find(({ type }) => type === definition.type) ?? { type: definition.type, events: 0, tickets: 0 };
  return {
    from,
    to,
    tickets: {
      opened: countOf(TicketOpened).tickets,
      resolved: countOf(TicketResolved).tickets,
      closed: countOf(TicketClosed).tickets,
      cancelled: countOf(TicketCancelled).tickets,
      reopened: countOf(TicketReopened).tickets,
    },
    reopenings: countOf(TicketReopened).events,
    moves: {
      up: countOf(TicketEscalated).events,
      down: countOf(TicketReturned).events,
      sideways: countOf(TicketTransferred).events,
    },
    highestTier: Object.fromEntries(highest.map(({ rank, tickets }) => [String(rank), tickets])),
    byTier: tiers,
    byTeam: teams,
    orphans: countOf(OrphanDetected).events + countOf(InboundUnaccounted).events,
  };
};

/** Tickets by tier and state, over all tenants: for the gauge. */
export const ticketsByTierAndState = `
  SELECT coalesce(tier, 'none') AS tier, state, count(*) AS count FROM ticket_fact GROUP BY tier, state`;
