import { randomUUID } from 'node:crypto';
import { topics, TicketQueued, TicketClaimed, TicketTransferred, TicketReturned } from '@tierline/contracts';
import { openEventLog, type Chunk, type EventLog, type LogRecord } from '@tierline/messaging';
import { lastIds } from './last-ids.ts';
import type { Parts } from './parts.ts';
import { prefix } from './pods.ts';
import type { Poisoned, RunFolder } from './run-folder.ts';

/** Marks what a run put into a topic, with what the auditor needs to know of it. */
export const injectedHeader = 'tierline-torture';

export type Seen = { topic: string; partition: number; record: LogRecord };

/** Reads all topics as a subscriber that no fault hits. */
export type Tap = {
  readonly log: EventLog;
  /** Records that services sent, the newest last, some thousands at most. */
  recent(): readonly Seen[];
  /** Tickets of a tenant that waited in a queue when last heard of, the newest last. */
  waiting(tenant: string): readonly string[];
  /** How many tickets of a tenant have found a queue so far. */
  queued(tenant: string): number;
  /** Of the last tickets, some tens of thousands. */
  wasQueued(ticket: string): boolean;
  counts(): { records: number; injected: number };
  close(): Promise<void>;
};

const kept = 3_000;
const remembered = 50_000;

/** What of the tickets the load and the probes need to know. */
const followTickets = () => {
  const waiting = new Map<string, Set<string>>();
  const queued = lastIds(remembered);
  const counts = new Map<string, number>();
  const move = new Set<string>([TicketTransferred.type, TicketReturned.type]);
  return {
    waiting: (tenant: string) => [...(waiting.get(tenant) ?? [])],
    wasQueued: (ticket: string) => queued.has(ticket),
    queued: (tenant: string) => counts.get(tenant) ?? 0,
    note: ({ headers: { ce_type: type, ce_subject: ticket, ce_tenant: tenant } }: LogRecord) => {
      if (!type || !ticket || !tenant || move.has(type)) return;
      const own = waiting.get(tenant) ?? new Set();
      waiting.set(tenant, own);
      if (type === TicketQueued.type) {
        if (!queued.has(ticket)) counts.set(tenant, (counts.get(tenant) ?? 0) + 1);
        queued.add(ticket);
        own.add(ticket);
        if (own.size > 200) own.delete(own.values().next().value!);
      } else if (type === TicketClaimed.type || /(resolved|closed|cancelled|escalated|merged)\.v1$/.test(type))
        own.delete(ticket);
    },
  };
};

const poisonOf = ({ topic, partition, record }: Seen, marked: string): Poisoned => {
  const told = JSON.parse(marked) as Pick<Poisoned, 'kind' | 'tenant' | 'parkedIn' | 'duplicateOf'>;
  const { offset, key } = record;
  return {
    at: new Date().toISOString(),
    topic,
    partition,
    offset: String(offset),
    key: key ?? '',
    duplicateOf: null,
    ...told,
  };
};

export const openTap = async (parts: Parts, folder: RunFolder, onFatal: (error: Error) => void): Promise<Tap> => {
  const log = await openEventLog(
    'kafkajs',
    { brokers: [parts.brokers], clientId: 'torture' },
    (level, message, details) => level === 'error' && folder.logOf('tap')(`${message} ${JSON.stringify(details)}`),
  );
  const tickets = followTickets();
  const ids = lastIds(remembered);
  const next = new Map<string, bigint>();
  let recent: Seen[] = [];
  let records = 0;
  let injected = 0;
  const note = (seen: Seen): void => {
    records += 1;
    const { ce_id: id, [injectedHeader]: marked } = seen.record.headers;
    if (marked !== undefined) {
      injected += 1;
      folder.poison.add(poisonOf(seen, marked));
      return;
    }
    if (id === undefined || ids.has(id)) return;
    ids.add(id);
    tickets.note(seen.record);
    recent.push(seen);
    if (recent.length > 2 * kept) recent = recent.slice(-kept);
  };
  const take = ({ topic, partition, records: taken }: Chunk) => {
    const place = `${topic}/${partition}`;
    const known = next.get(place) ?? -1n;
    for (const record of taken) if (record.offset >= known) note({ topic, partition, record });
    const after = taken.at(-1)!.offset + 1n;
    if (after > known) next.set(place, after);
    return { kind: 'done', next: after } as const;
  };
  const consumer = await log.consume({
    group: `torture-${randomUUID()}`,
    topics: Object.values(topics).map(({ name }) => `${prefix}.${name}`),
    onAssigned: async (partitions) =>
      partitions.map(({ topic, partition }) => next.get(`${topic}/${partition}`) ?? null),
    onChunk: async (chunk) => take(chunk),
    onFatal,
  });
  return {
    log,
    recent: () => recent,
    waiting: tickets.waiting,
    wasQueued: tickets.wasQueued,
    queued: tickets.queued,
    counts: () => ({ records, injected }),
    close: async () => {
      await consumer.stop();
      await log.close();
    },
  };
};
