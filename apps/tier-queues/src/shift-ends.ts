import { Inject, Injectable, Logger } from '@nestjs/common';
import { Relay, systemOrigin } from '@tierline/messaging';
import { Database, type Transaction } from '@tierline/persistence';
import { Rounds } from '@tierline/service';
import { absenceAt } from './domain/absences.ts';
import type { EndShift } from './domain/command.ts';
import type { DeskAgent } from './domain/desk.ts';
import { shiftEnd } from './domain/shifts.ts';
import { Tickets } from './tickets.ts';

/** Milliseconds between two looks. */
const interval = 5_000;

type Due = { tenant: string; agent: DeskAgent; endsAt: Date | null };
type Ended = { readonly tenant: string; readonly agentId: string; readonly endsAt: Date };

/** Agents with shifts of whom none is known to run, or whose shift should have ended. */
const dueAgents = `SELECT p.tenant_id AS tenant, p.body AS agent, s.ends_at AS "endsAt" FROM desk_part p
  LEFT JOIN shift s ON s.tenant_id = p.tenant_id AND s.agent_id = p.id
  WHERE p.kind = 'agent' AND p.body ? 'shifts' AND (s.ends_at IS NULL OR s.ends_at <= now())`;

/** Agents for whom an absence is noted. */
const absentAgents = `SELECT p.tenant_id AS tenant, p.id AS "agentId" FROM desk_part p
  WHERE p.kind = 'agent' AND p.body IS NOT NULL AND (
    EXISTS (SELECT FROM own_absence o WHERE o.tenant_id = p.tenant_id AND o.person_id = p.id AND o.said <> '[]')
    OR EXISTS (SELECT FROM desk_part a WHERE a.tenant_id = p.tenant_id AND a.kind = 'absence' AND a.body->>'personId' = p.id))
  ORDER BY 1, 2`;

type Gone = { readonly tenant: string; readonly agentId: string; readonly from: string; readonly until: string };

/** Ends the shifts of agents, and begins their leave: what they last said of their presence, and what they leave to others. */
@Injectable()
export class ShiftEnds extends Rounds {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Relay) private readonly relay: Relay,
    @Inject(Tickets) private readonly tickets: Tickets,
  ) {
    super(new Logger('shifts'));
  }

  protected async round(): Promise<number> {
    await this.endShifts();
    await this.beginLeave();
    return interval;
  }

  private async endShifts(): Promise<void> {
    const due = await this.database.query<Due>(dueAgents);
    if (due.length === 0) return;
    const ended = await this.database.inBackground((tx) => this.sort(tx, due));
    // Each in a transaction of its own: it locks all that the agent has.
    for (const one of ended) await this.database.inBackground((tx) => this.end(tx, one));
    if (ended.length > 0) this.relay.nudge();
  }

  private async beginLeave(): Promise<void> {
    const noted = await this.database.query<Pick<Gone, 'tenant' | 'agentId'>>(absentAgents);
    for (const [tenant, some] of Map.groupBy(noted, (one) => one.tenant)) {
      const gone = await this.database.inBackground(async (tx) => {
        const desk = await this.tickets.deskOf(tx, tenant);
        return some.flatMap(({ agentId }): Gone[] => {
          const absence = absenceAt(desk, agentId, tx.now);
          return absence ? [{ tenant, agentId, from: absence.from, until: absence.until }] : [];
        });
      });
      for (const one of gone) await this.database.inBackground((tx) => this.leave(tx, one));
    }
  }

  /** Once for each absence: what is claimed while away stays with whoever claimed it. */
  private async leave(tx: Transaction, { tenant, agentId, from, until }: Gone): Promise<void> {
    const begun = await tx.query(
      `INSERT INTO leave_begun AS b (tenant_id, agent_id, from_at) VALUES ($1, $2, $3)
       ON CONFLICT (tenant_id, agent_id) DO UPDATE SET from_at = excluded.from_at WHERE b.from_at <> excluded.from_at
       RETURNING 1`,
      [tenant, agentId, from],
    );
    if (begun.length === 0) return;
    await this.leaveToOthers(tx, tenant, { type: 'end-shift', agentId, awayUntil: until });
    this.relay.nudge();
  }

  /** Notes the ends of shifts that run; gives those that have ended. */
  private async sort(tx: Transaction, due: readonly Due[]): Promise<Ended[]> {
    const ended: Ended[] = [];
    const running: { tenant_id: string; agent_id: string; ends_at: string }[] = [];
    for (const [tenant, some] of Map.groupBy(due, (one) => one.tenant)) {
      const desk = await this.tickets.deskOf(tx, tenant);
      for (const { agent, endsAt } of some) {
        const ends = shiftEnd(agent, desk.book, tx.now);
        if (ends !== null) running.push({ tenant_id: tenant, agent_id: agent.agentId, ends_at: ends });
        else if (endsAt !== null) ended.push({ tenant, agentId: agent.agentId, endsAt });
      }
    }
    if (running.length > 0)
      await tx.query(
        `INSERT INTO shift (tenant_id, agent_id, ends_at)
         SELECT * FROM jsonb_to_recordset($1::jsonb) AS r(tenant_id text, agent_id text, ends_at timestamptz)
         ORDER BY tenant_id, agent_id
         ON CONFLICT (tenant_id, agent_id) DO UPDATE SET ends_at = excluded.ends_at`,
        [JSON.stringify(running)],
      );
    return ended;
  }

  /** True for one pod alone. */
  private async isMine(tx: Transaction, { tenant, agentId }: Ended): Promise<boolean> {
    const ended = await tx.query(
      'DELETE FROM shift WHERE tenant_id = $1 AND agent_id = $2 AND ends_at <= now() RETURNING 1',
      [tenant, agentId],
    );
    return ended.length > 0;
  }

  /** Who said to be present after the end works longer. */
  private async end(tx: Transaction, one: Ended): Promise<void> {
    const { tenant, agentId, endsAt } = one;
    if (!(await this.isMine(tx, one))) return;
    const [longer] = await tx.query(
      `SELECT 1 FROM presence WHERE tenant_id = $1 AND agent_id = $2 AND since > $3 AND presence <> 'away'`,
      [tenant, agentId, endsAt],
    );
    if (longer) return;
    await tx.query('DELETE FROM presence WHERE tenant_id = $1 AND agent_id = $2', [tenant, agentId]);
    await this.leaveToOthers(tx, tenant, { type: 'end-shift', agentId });
  }

  private async leaveToOthers(tx: Transaction, tenant: string, command: EndShift): Promise<void> {
    const owned = await tx.query<{ id: string }>(
      `SELECT id FROM ticket WHERE tenant_id = $1 AND owner = $2 AND state IN ('ASSIGNED', 'IN_PROGRESS')
       ORDER BY id FOR UPDATE`,
      [tenant, command.agentId],
    );
    const origin = systemOrigin(tenant, 'shift');
    await this.tickets.run(
      tx,
      owned.map(({ id }) => ({ id, origin, command })),
    );
  }
}
