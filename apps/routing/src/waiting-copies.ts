import type { Received } from '@tierline/contracts';
import type { Batch, Task } from '@tierline/messaging';

type Wait = { readonly tenant: string; readonly id: string; readonly queue: string | null };

/** Notes in which queue each ticket waits, so that rules can ask how many do. */
const waits: Batch<Wait> = {
  async run(tx, all) {
    const latest = new Map(all.map((wait) => [`${wait.tenant} ${wait.id}`, wait]));
    await tx.query(
      `UPDATE route r SET waits_in = w.queue
       FROM jsonb_to_recordset($1::jsonb) AS w(tenant text, id uuid, queue text)
       WHERE r.tenant_id = w.tenant AND r.ticket_id = w.id AND r.waits_in IS DISTINCT FROM w.queue`,
      [JSON.stringify([...latest.values()])],
    );
  },
};

/** The task of noting that the ticket waits in the queue now, or (null) in none. */
export const waitsIn = ({ tenant, subject: id }: Received, queue: string | null): Task => ({
  batch: waits,
  work: { tenant, id, queue } satisfies Wait,
});
