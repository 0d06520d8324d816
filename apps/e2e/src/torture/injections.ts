import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentReplied, TicketOpened, TicketRouted, type EventDefinition } from '@tierline/contracts';
import { services } from '@tierline/local';
import { headersOf, type OutgoingRecord, type Producer } from '@tierline/messaging';
import type { Chance } from './chance.ts';
import { tenants } from './desk.ts';
import type { Injection } from './fault-kinds.ts';
import type { Service } from './fault.ts';
import type { Poisoned } from './run-folder.ts';
import { prefix } from './pods.ts';
import { injectedHeader, type Seen, type Tap } from './tap.ts';

/** Who takes events of these types: a record of them that cannot be read is parked there. */
const takers: readonly (readonly [EventDefinition, readonly Service[]])[] = [
  [TicketOpened, ['routing', 'tier-queues', 'notifications', 'reporting']],
  [TicketRouted, ['intake', 'tier-queues', 'notifications', 'reporting']],
  [AgentReplied, ['intake', 'notifications', 'reporting']],
];

type Mark = Pick<Poisoned, 'kind' | 'tenant' | 'parkedIn' | 'duplicateOf'>;
type Drawn = { tap: Tap; chance: Chance };

const marked = (record: OutgoingRecord, mark: Mark): OutgoingRecord => ({
  ...record,
  headers: { ...record.headers, [injectedHeader]: JSON.stringify(mark) },
});

const again = (kind: Injection, { topic, partition, record }: Seen): OutgoingRecord => {
  const { key, value, headers, offset } = record;
  const mark = {
    kind,
    tenant: headers.ce_tenant ?? null,
    parkedIn: [],
    duplicateOf: `${topic}/${partition}/${offset}`,
  };
  return marked({ topic, key: key ?? '', value: value?.toString('utf8') ?? '', headers }, mark);
};

const duplicates = ({ tap, chance }: Drawn): OutgoingRecord[] => {
  const recent = tap.recent();
  const from = Math.max(0, recent.length - chance.between(20, 400));
  return recent.slice(from, from + chance.between(5, 25)).map((seen) => again('duplicates', seen));
};

/** The records of one ticket, last to first. */
const stale = ({ tap, chance }: Drawn): OutgoingRecord[] => {
  const recent = tap.recent();
  if (recent.length === 0) return [];
  const { key } = chance.pick(recent.slice(-500)).record;
  const kind = 'stale records, reordered';
  return recent
    .filter(({ record }) => record.key === key)
    .reverse()
    .map((seen) => again(kind, seen));
};

/** A record of nobody's ticket, or sometimes of one that waits: then all later records of that are parked, too. */
const stranger = (kind: Injection, { tap, chance }: Drawn, value?: (example: object) => string) => {
  const tenant = chance.pick(tenants);
  const real = chance.happens(0.2) ? tap.waiting(tenant).at(-1) : undefined;
  const [definition, parkedIn] = chance.pick(takers);
  const key = real ?? randomUUID();
  const envelope = {
    id: randomUUID(),
    type: definition.type,
    source: definition.source,
    subject: key,
    time: new Date().toISOString(),
    tenant,
    sequence: 1_000,
    actor: 'system:torture',
    correlationId: randomUUID(),
    causationId: null,
    traceparent: null,
  } as const;
  const topic = `${prefix}.tickets.v1`;
  const text = value ? value(definition.example as object) : JSON.stringify(definition.example);
  const record: OutgoingRecord = { topic, key, value: text, headers: headersOf(envelope, key) };
  return { record, mark: { kind, tenant, parkedIn: [...parkedIn] } satisfies Mark };
};

const half = (example: object) => JSON.stringify(example).slice(0, -7);
/** About 900 KB, far beyond what the type allows. */
const large = (example: object) =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(example).map(([name, value]) => [name, typeof value === 'string' ? 'x'.repeat(300_000) : value]),
    ),
  ).slice(0, 900_000);

const withoutHeaders = (drawn: Drawn): OutgoingRecord => {
  const { record, mark } = stranger('missing headers', drawn);
  if (drawn.chance.happens(0.5)) {
    const { ce_id: _id, ...headers } = record.headers;
    return marked({ ...record, headers }, mark);
  }
  // Without a type nobody can tell that the record is not for it.
  return marked({ ...record, headers: {} }, { ...mark, tenant: null, parkedIn: [...services] });
};

const retyped = (kind: Injection, drawn: Drawn, type: (known: string) => string): OutgoingRecord => {
  const { record, mark } = stranger(kind, drawn);
  const headers = { ...record.headers, ce_type: type(record.headers.ce_type!) };
  return marked({ ...record, headers }, { ...mark, parkedIn: [] });
};

/** The records of an injection, as chance draws them; none when there is nothing yet to repeat. */
export const injectionOf = (kind: Injection, drawn: Drawn): readonly OutgoingRecord[] => {
  switch (kind) {
    case 'duplicates':
      return duplicates(drawn);
    case 'stale records, reordered':
      return stale(drawn);
    case 'malformed JSON': {
      const { record, mark } = stranger(kind, drawn, half);
      return [marked(record, mark)];
    }
    case 'oversize': {
      const { record, mark } = stranger(kind, drawn, large);
      return [marked(record, mark)];
    }
    case 'missing headers':
      return [withoutHeaders(drawn)];
    case 'unknown version':
      return [retyped(kind, drawn, (type) => type.replace(/\d+$/, '9'))];
    case 'unknown type':
      return [retyped(kind, drawn, () => 'tierline.ticket.teleported.v1')];
  }
};

/** Appends the records, however long Kafka is away. Each that stands in a topic is noted by whoever reads it. */
export const inject = async (producer: Producer, records: readonly OutgoingRecord[]): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await producer.append(records);
      return;
    } catch (error) {
      if (attempt === 40) throw error;
      await sleep(500);
    }
  }
};
