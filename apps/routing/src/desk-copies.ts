import { deskSorts, type EventOf, type Received } from '@tierline/contracts';
import type { CalendarChanged, DeskPartRemoved, QueueChanged, TierChanged } from '@tierline/contracts';
import { renewDesk } from '@tierline/desk';
import type { Batch, Task } from '@tierline/messaging';

type Told = EventOf<typeof TierChanged | typeof QueueChanged | typeof CalendarChanged | typeof DeskPartRemoved>;
type Copy = {
  readonly tenant: string;
  readonly kind: string;
  readonly id: string;
  readonly sequence: number;
  readonly body: unknown;
};

/** What routing keeps of the desk that others decide. */
const copied: readonly string[] = [deskSorts.tiers.kind, deskSorts.queues.kind, deskSorts.calendars.kind];

/** One statement may touch a row only once: the latest counts. */
const latest = (copies: readonly Copy[]): Copy[] => [
  ...new Map(copies.map((copy) => [`${copy.tenant} ${copy.kind} ${copy.id}`, copy])).values(),
];

/** Keeps the copies of parts. An event older than the copy changes nothing. */
const deskCopies: Batch<Copy> = {
  async run(tx, copies) {
    await tx.query(
      `INSERT INTO desk_copy AS c (tenant_id, kind, id, sequence, body)
       SELECT tenant, kind, id, sequence, nullif(body, 'null')
       FROM jsonb_to_recordset($1::jsonb) AS e(tenant text, kind text, id text, sequence int, body jsonb)
       ORDER BY tenant, kind, id
       ON CONFLICT (tenant_id, kind, id) DO UPDATE SET body = excluded.body, sequence = excluded.sequence
       WHERE c.sequence < excluded.sequence`,
      [JSON.stringify(latest(copies))],
    );
    await renewDesk(
      tx,
      copies.map(({ tenant }) => tenant),
    );
  },
};

/** The kind and the id in `acme/queue/messaging`. */
const keyOf = ({ tenant, subject }: Received) => {
  const [kind = '', ...id] = subject.slice(tenant.length + 1).split('/');
  return { kind, id: id.join('/') };
};

/** The task of keeping what the event tells of a part; null when routing has no use for it. */
export const copyOf = (event: Told, body: object | null): Task | null => {
  const key = keyOf(event);
  if (!copied.includes(key.kind)) return null;
  return { batch: deskCopies, work: { tenant: event.tenant, ...key, sequence: event.sequence, body } satisfies Copy };
};
