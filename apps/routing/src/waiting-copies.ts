import type { Received } from '@tierline/contracts';
import type { Batch, Task } from '@tierline/messaging';

type Wait = { readonly tenant: string; readonly id: string; readonly queue: string | null };

/** Notes in which queue each ticket waits, so that rules can ask how many do. */
const waits: Batch<Wait> = {
  async run(tx, all) {
    const latest = [...new Map(all.map((wait) => [`${wait.tenant} ${wait.id}`, wait])).values()];
    // Arrays, since the planner knows how long they are.
    await tx.query(
      `UPDATE route r SET waits_in = w.queue FROM unnest($1::text[], $2::uuid[], $3::text[]) AS w(tenant, id, queue)
       WHERE r.tenant_id = w.tenant AND r.ticket_id = w.id AND r.waits_in IS DISTINCT FROM w.queue`,
      [latest.map(({ tenant }) => tenant), latest.map(({ id }) => id), latest.map(({ queue }) => queue)],
    );
  },
};

/** The task of noting that the ticket waits in the queue now, or (null) in none. */
export const waitsIn = ({ tenant, subject: id }: Received, queue: string | null): Task => ({
  batch: waits,
  work: { tenant, id, queue } satisfies Wait,
});
