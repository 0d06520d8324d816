import type { Transaction } from '@tierline/persistence';
import type { Desk, DeskAgent } from './domain/desk.ts';
import { absenceAt } from './domain/absences.ts';
import { isAble } from './domain/eligibility.ts';
import { openHours } from './domain/clocks/working-time.ts';
import {
  awayHours,
  calendarToday,
  isOnShift,
  shiftEnd,
  shiftsOf,
  unionOf,
  without,
  type Hours,
} from './domain/shifts.ts';
import type { Presence } from './domain/people.ts';
import { personColumns, personTables } from './staff.ts';

/** How an agent stands now. `onShift` is null for an agent without shifts. */
export type Standing = {
  agentId: string;
  name: string;
  teams: readonly string[];
  presence: Presence | null;
  onShift: boolean | null;
  shiftEnds: string | null;
  /** Until when he or she is away, and who stands in. */
  away: { until: string; deputy: string | null } | null;
  load: number;
  capacity: number | null;
};

type Row = { agent: DeskAgent; presence: Presence | null; load: number };

const peopleOf = (tx: Transaction, tenant: string, team: string | null): Promise<Row[]> =>
  tx.query<Row>(
    `SELECT ${personColumns} FROM ${personTables} WHERE a.tenant_id = $1 AND ($2::text IS NULL OR $2 = ANY(a.teams))
     ORDER BY a.agent_id COLLATE "C"`,
    [tenant, team],
  );

const awayOf = (desk: Desk, agentId: string, at: string): Standing['away'] => {
  const absence = absenceAt(desk, agentId, at);
  return absence && { until: absence.until, deputy: absence.deputy };
};

/** The agents of the team, or all, as they stand now. */
export const standingsOf = async (
  tx: Transaction,
  tenant: string,
  desk: Desk,
  team: string | null,
): Promise<Standing[]> =>
  (await peopleOf(tx, tenant, team)).map(({ agent, presence, load }) => ({
    agentId: agent.agentId,
    name: agent.name,
    teams: agent.teams,
    presence,
    onShift: isOnShift(agent, desk.book, tx.now),
    shiftEnds: shiftEnd(agent, desk.book, tx.now),
    away: awayOf(desk, agent.agentId, tx.now),
    load,
    capacity: agent.capacity ?? null,
  }));

/** Hours in which a queue works and nobody who may take its tickets is on shift. */
export type Coverage = { queue: string; team: string; gaps: Hours[]; withoutShifts: string[] };

/** The gaps of each queue that has a calendar, from now on. `withoutShifts`: agents who come when they come. */
export const coverageOf = async (
  tx: Transaction,
  tenant: string,
  desk: Desk,
  { team, until }: { team: string | null; until: string },
): Promise<Coverage[]> => {
  const people = await peopleOf(tx, tenant, team);
  return [...desk.queues.values()].flatMap((queue): Coverage[] => {
    const calendar = calendarToday(desk.book, queue.calendar);
    if (!calendar || (team !== null && queue.team !== team)) return [];
    const work = { queue, needs: { skills: [], certifications: [] } };
    const able = people.filter(({ agent, presence, load }) => {
      return agent.teams.includes(queue.team) && isAble({ agent, presence, load }, work, desk, tx.now);
    });
    const there = unionOf(
      able.flatMap(({ agent }) => {
        const shifts = shiftsOf(agent, desk.book).flatMap((shift) => openHours(shift, tx.now, until));
        return without(unionOf(shifts), awayHours(desk, agent.agentId));
      }),
    );
    const free = able.filter(({ agent: { shifts = [], agentId } }) => {
      const may = without([{ from: tx.now, to: until }], awayHours(desk, agentId));
      return shifts.length === 0 && may.length > 0;
    });
    return [
      {
        queue: queue.queue,
        team: queue.team,
        gaps: without(openHours(calendar, tx.now, until), there),
        withoutShifts: free.map(({ agent }) => agent.agentId),
      },
    ];
  });
};

/** A certificate that has ended or ends soon. */
export type Expiring = { agentId: string; name: string; certification: string; number: string; expires: string };

/** Certificates of people in these teams whose last day is this one or earlier, the earliest first. */
export const expiringUntil = (
  tx: Transaction,
  tenant: string,
  day: string,
  teams: readonly string[] | 'all',
): Promise<Expiring[]> =>
  tx.query<Expiring>(
    `SELECT p.id AS "agentId", p.body->>'name' AS name, c->>'certification' AS certification, c->>'number' AS number,
       c->>'expires' AS expires
     FROM desk_part p CROSS JOIN LATERAL jsonb_array_elements(p.body->'certifications') AS c
     WHERE p.tenant_id = $1 AND p.kind = 'agent' AND p.body ? 'certifications' AND c->>'expires' <= $2
       AND ($3::text[] IS NULL OR p.body->'teams' ?| $3::text[])
     ORDER BY c->>'expires', p.id`,
    [tenant, day, teams === 'all' ? null : teams],
  );
