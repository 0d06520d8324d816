import { CatalogueChanged, RulesChanged, is, type Received } from '@tierline/contracts';
import type { Batch } from '@tierline/messaging';

type Target = {
  readonly tenant_id: string;
  readonly source: string;
  readonly sequence: number;
  readonly queues: string[];
};

const queuesIn = (event: Received): string[] => {
  if (is(CatalogueChanged, event)) return event.data.queue === null ? [] : [event.data.queue];
  if (!is(RulesChanged, event)) return [];
  return event.data.rules.flatMap(({ enabled, then: { queue } }) => (enabled && queue ? [queue] : []));
};

/** Keeps to which queues categories and routing rules send tickets. An event older than what is kept changes nothing. */
export const routingTargets: Batch<Received> = {
  run: async (tx, events) => {
    const latest = new Map(
      events.map((event): [string, Target] => [
        event.subject,
        { tenant_id: event.tenant, source: event.subject, sequence: event.sequence, queues: queuesIn(event) },
      ]),
    );
    await tx.query(
      `INSERT INTO routing_target AS t (tenant_id, source, sequence, queues)
       SELECT tenant_id, source, sequence, queues
       FROM jsonb_to_recordset($1::jsonb) AS r(tenant_id text, source text, sequence int, queues text[])
       ORDER BY tenant_id, source
       ON CONFLICT (tenant_id, source) DO UPDATE SET sequence = excluded.sequence, queues = excluded.queues
       WHERE t.sequence < excluded.sequence`,
      [JSON.stringify([...latest.values()])],
    );
  },
};
