import type { DeskDifference, DeskFault } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import { openStates } from './domain/guards.ts';

/** Tickets that are named for each part; the rest is counted. */
const most = 20;

const open = openStates.map((state) => `'${state}'`).join(', ');

type Users = { id: string; total: number; tickets: string[] };

/** For each sort whose parts open tickets may use: the column that says so, and how it is told. */
const uses = {
  tiers: { column: 'tier', noun: 'tier', verb: 'has' },
  queues: { column: 'queue', noun: 'queue', verb: 'has' },
  agents: { column: 'owner', noun: 'agent', verb: 'owns' },
} as const;

const usersOf = (tx: Transaction, tenant: string, column: string, ids: readonly string[]) =>
  tx.query<Users>(
    `SELECT ${column} AS id, count(*)::int AS total,
       (array_agg('T-' || number ORDER BY number))[1:${most}] AS tickets
     FROM ticket WHERE tenant_id = $1 AND state IN (${open}) AND ${column} = ANY($2::text[]) GROUP BY 1 ORDER BY 1`,
    [tenant, ids],
  );

/** The parts that would go although open tickets use them, each with its users. */
export const partsInUse = async (
  tx: Transaction,
  tenant: string,
  differences: readonly DeskDifference[],
): Promise<DeskFault[]> => {
  const faults: DeskFault[] = [];
  for (const [part, { column, noun, verb }] of Object.entries(uses)) {
    const going = differences.filter((one) => one.part === part && one.what === 'removed').map(({ id }) => id);
    if (going.length === 0) continue;
    for (const { id, total, tickets } of await usersOf(tx, tenant, column, going)) {
      const rest = total > tickets.length ? ` and ${total - tickets.length} more` : '';
      const count = total === 1 ? 'an open ticket' : `${total} open tickets`;
      faults.push({
        path: `${part}.${id}`,
        message: `cannot go: ${noun} ${id} ${verb} ${count}: ${tickets.join(', ')}${rest}`,
      });
    }
  }
  return faults;
};
