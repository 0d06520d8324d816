import type { Caller } from '@tierline/auth';
import { DomainError } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import type { Rule } from './domain/desk.ts';
import type { Move, Rerouted } from './domain/simulation.ts';

export type SimulationState = 'running' | 'done' | 'cancelled' | 'failed';

/** A ticket that would have gone elsewhere, or with other demands. */
export type SimulatedTicket = Rerouted & {
  readonly id: string;
  readonly number: number | null;
  readonly subject: string;
};

/** A trial of rules over past tickets. */
export type Simulation = {
  readonly id: string;
  readonly state: SimulationState;
  readonly askedBy: string;
  readonly askedAt: Date;
  readonly since: Date;
  readonly endedAt: Date | null;
  /** Why it failed. */
  readonly reason: string | null;
  /** Tickets looked at, and to look at. */
  readonly done: number;
  readonly total: number;
  /** Tickets that would change. */
  readonly changed: number;
  readonly moves: readonly Move[];
  /** The first of them. */
  readonly tickets: readonly SimulatedTicket[];
};

const head = `id, state, asked_by AS "askedBy", asked_at AS "askedAt", since, ended_at AS "endedAt", reason, done, total,
  changed, moves`;

/** Trials that a tenant may have under way. */
export const mostAtOnce = 3;

type Wanted = { readonly id: string; readonly rules: readonly Rule[]; readonly since: string };

/** Starts a trial. Throws `DomainError` `simulations_running` while too many are under way. */
export const startSimulation = async (
  tx: Transaction,
  by: Caller,
  { id, rules, since }: Wanted,
): Promise<Simulation> => {
  const [row] = await tx.query<{ running: number }>(
    `SELECT count(*)::int AS running FROM simulation WHERE tenant_id = $1 AND state = 'running'`,
    [by.tenant],
  );
  if (row!.running >= mostAtOnce)
    throw new DomainError(
      'simulations_running',
      `${mostAtOnce} simulations are under way: wait for one, or cancel it.`,
      'conflict',
    );
  await tx.query(
    `INSERT INTO simulation (tenant_id, id, state, asked_by, asked_at, since, rules, total)
     SELECT $1, $2::uuid, 'running', $3, $4::timestamptz, $5::timestamptz, $6::jsonb,
       (SELECT count(*) FROM route WHERE tenant_id = $1 AND opened_at >= $5::timestamptz AND opened_at <= $4::timestamptz)`,
    [by.tenant, id, by.actor, tx.now, since, JSON.stringify(rules)],
  );
  return readSimulation(tx, by.tenant, id);
};

/** Throws `DomainError` `simulation_absent`. */
export const readSimulation = async (tx: Transaction, tenant: string, id: string): Promise<Simulation> => {
  const [row] = await tx.query<Simulation>(
    `SELECT ${head}, tickets FROM simulation WHERE tenant_id = $1 AND id = $2::uuid`,
    [tenant, id],
  );
  if (!row) throw new DomainError('simulation_absent', 'There is no such simulation.', 'absent');
  return row;
};

/** The latest trials, without their tickets. */
export const listSimulations = (tx: Transaction, tenant: string) =>
  tx.query<Omit<Simulation, 'tickets'>>(
    `SELECT ${head} FROM simulation WHERE tenant_id = $1 ORDER BY asked_at DESC, id DESC LIMIT 50`,
    [tenant],
  );

/** Ends a trial before its time; what it found so far stays. Throws `simulation_absent` and `simulation_ended`. */
export const cancelSimulation = async (tx: Transaction, tenant: string, id: string): Promise<Simulation> => {
  const cancelled = await tx.query(
    `UPDATE simulation SET state = 'cancelled', ended_at = $3::timestamptz
     WHERE tenant_id = $1 AND id = $2::uuid AND state = 'running' RETURNING id`,
    [tenant, id, tx.now],
  );
  const simulation = await readSimulation(tx, tenant, id);
  if (cancelled.length === 0)
    throw new DomainError('simulation_ended', `The simulation is ${simulation.state} already.`, 'conflict');
  return simulation;
};
