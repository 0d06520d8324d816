import { deskSorts, type Received } from '@tierline/contracts';
import { renewDesk } from '@tierline/desk';
import type { Batch, Task } from '@tierline/messaging';

const { kind } = deskSorts.escalations;

type WayUp = { readonly tenant: string; readonly id: string; readonly sequence: number; readonly body: object | null };

/** Keeps the ways up that routing's catalogue allows. An event older than the copy changes nothing. */
const waysUp: Batch<WayUp> = {
  async run(tx, all) {
    const latest = new Map(all.map((way) => [`${way.tenant} ${way.id}`, way]));
    await tx.query(
      `INSERT INTO desk_part AS p (tenant_id, kind, id, sequence, body)
       SELECT tenant, $2, id, sequence, nullif(body, 'null')
       FROM jsonb_to_recordset($1::jsonb) AS e(tenant text, id text, sequence int, body jsonb)
       ORDER BY tenant, id
       ON CONFLICT (tenant_id, kind, id) DO UPDATE SET body = excluded.body, sequence = excluded.sequence
       WHERE p.sequence < excluded.sequence`,
      [JSON.stringify([...latest.values()]), kind],
    );
    await renewDesk(
      tx,
      all.map(({ tenant }) => tenant),
    );
  },
};

/** The task of keeping what the event tells of a way up; null when it tells of something else. */
export const wayUpOf = ({ tenant, subject, sequence }: Received, body: object | null): Task | null => {
  const start = `${tenant}/${kind}/`;
  if (!subject.startsWith(start)) return null;
  return { batch: waysUp, work: { tenant, id: subject.slice(start.length), sequence, body } satisfies WayUp };
};
