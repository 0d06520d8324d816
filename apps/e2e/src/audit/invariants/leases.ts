import type { Evidence, TopicRecord } from '../evidence.ts';
import { counted, type Wrongs } from '../findings.ts';
import { firstRecords, placeOf, poisonPlaces } from '../views.ts';

/** A relay that lost its lease may have this many records on their way: one batch. */
const oneBatch = 1_000;

type Lease = { readonly shard: string; readonly epoch: number; readonly owner: string };

const leaseOf = ({ lease, source }: TopicRecord): Lease | null => {
  const [, shard, epoch, owner] = /^(\d+)\/(\d+)\/(.+)$/.exec(lease ?? '') ?? [];
  return owner === undefined ? null : { shard: `${source} shard ${shard}`, epoch: Number(epoch), owner };
};

const sentRecords = (evidence: Evidence): readonly (readonly [TopicRecord, Lease])[] => {
  const poison = poisonPlaces(evidence);
  return evidence.records.flatMap((record) => {
    const lease = poison.size > 0 && poison.has(placeOf(record)) ? null : leaseOf(record);
    return lease ? [[record, lease] as const] : [];
  });
};

const nameOf = ({ topic, partition, offset }: TopicRecord) => `${topic}/${partition}@${offset}`;

/** Who sent in each term. */
const senders = () => {
  const owners = new Map<string, Map<string, TopicRecord>>();
  return {
    note: (record: TopicRecord, { shard, epoch, owner }: Lease): void => {
      const key = `${shard}, epoch ${epoch}`;
      const known = owners.get(key) ?? new Map<string, TopicRecord>();
      if (!known.has(owner)) known.set(owner, record);
      owners.set(key, known);
    },
    check: (wrong: Wrongs): number => {
      for (const [key, known] of owners) {
        if (known.size < 2) continue;
        const places = [...known].map(([owner, record]) => `${owner} (${nameOf(record)})`);
        wrong(`${key} was sent by ${known.size} relays: ${places.join(', ')}`);
      }
      return owners.size;
    },
  };
};

/** Where each epoch of a shard begins in each partition. */
const beginnings = () => {
  const places = new Map<string, Map<number, number>>();
  const placeIn = ({ topic, partition }: TopicRecord, { shard }: Lease) => `${shard} in ${topic}/${partition}`;
  return {
    note: (record: TopicRecord, lease: Lease): void => {
      const place = placeIn(record, lease);
      const epochs = places.get(place) ?? new Map<number, number>();
      places.set(place, epochs);
      const known = epochs.get(lease.epoch) ?? Infinity;
      if (record.offset < known) epochs.set(lease.epoch, record.offset);
    },
    /** Whether a newer epoch began before the record, in the same partition. */
    isBehind: (record: TopicRecord, lease: Lease): boolean => {
      for (const [epoch, offset] of places.get(placeIn(record, lease)) ?? [])
        if (epoch > lease.epoch && offset < record.offset) return true;
      return false;
    },
  };
};

/** One relay at a time sends a shard: one owner an epoch, and an older epoch ends when a newer one begins. */
export const followLeases = () => {
  const owners = senders();
  const epochs = beginnings();
  const late = new Map<string, { count: number; example: TopicRecord }>();
  const note = (part: Evidence): void => {
    for (const [record, lease] of sentRecords(part)) {
      owners.note(record, lease);
      epochs.note(record, lease);
    }
  };
  /** First occurrences of an older epoch behind a newer one: at most the batch that was on its way. */
  const look = (part: Evidence): void => {
    const first = firstRecords(part);
    for (const [record, lease] of sentRecords(part)) {
      if (record.id === null || first.get(record.id) !== record || !epochs.isBehind(record, lease)) continue;
      const key = `${lease.shard}, epoch ${lease.epoch}`;
      const known = late.get(key) ?? { count: 0, example: record };
      const example = record.offset < known.example.offset ? record : known.example;
      late.set(key, { count: known.count + 1, example });
    }
  };
  const check = (wrong: Wrongs): string => {
    const terms = owners.check(wrong);
    for (const [key, { count, example }] of late)
      if (count > oneBatch)
        wrong(`${key} sent ${count} new records after a newer epoch had begun, as ${nameOf(example)}`);
    return terms === 0 ? 'records name no lease' : `${counted(terms)} lease terms`;
  };
  return { note, look, check };
};
