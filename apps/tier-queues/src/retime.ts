import type { Transaction } from '@tierline/persistence';
import type { Cause } from './domain/clocks/clock.ts';

/** Has the deadlines of the tenant's open tickets derived anew, from the beginning if that is under way already. */
export const retime = (tx: Transaction, tenant: string, cause: Cause): Promise<unknown> =>
  // What is promised from now on only must not count from the opening: that cause outlives the others.
  tx.query(
    `INSERT INTO retiming (tenant_id, cause, changed_at) VALUES ($1, $2, now())
     ON CONFLICT (tenant_id) DO UPDATE SET changed_at = now(), last = NULL, done = 0,
       cause = CASE retiming.cause WHEN 'policy-changed' THEN retiming.cause ELSE excluded.cause END`,
    [tenant, cause],
  );
