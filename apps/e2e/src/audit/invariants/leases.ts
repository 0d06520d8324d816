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
    const lease = poison.has(placeOf(record)) ? null : leaseOf(record);
    return lease ? [[record, lease] as const] : [];
  });
};

const checkOwners = (sent: ReturnType<typeof sentRecords>, wrong: Wrongs): number => {
  const owners = new Map<string, Map<string, TopicRecord>>();
  for (const [record, { shard, epoch, owner }] of sent) {
    const key = `${shard}, epoch ${epoch}`;
    const known = owners.get(key) ?? new Map<string, TopicRecord>();
    if (!known.has(owner)) known.set(owner, record);
    owners.set(key, known);
  }
  for (const [key, known] of owners) {
    if (known.size < 2) continue;
    const places = [...known].map(
      ([owner, { topic, partition, offset }]) => `${owner} (${topic}/${partition}@${offset})`,
    );
    wrong(`${key} was sent by ${known.size} relays: ${places.join(', ')}`);
  }
  return owners.size;
};

/** First occurrences of an older epoch behind a newer one, in the same partition: at most the batch that was on its way. */
const checkEpochs = (evidence: Evidence, sent: ReturnType<typeof sentRecords>, wrong: Wrongs): void => {
  const first = firstRecords(evidence);
  const newest = new Map<string, number>();
  const late = new Map<string, { count: number; example: TopicRecord }>();
  for (const [record, { shard, epoch }] of sent) {
    const place = `${shard} in ${record.topic}/${record.partition}`;
    const before = newest.get(place) ?? 0;
    newest.set(place, Math.max(before, epoch));
    if (epoch >= before || record.id === null || first.get(record.id) !== record) continue;
    const known = late.get(`${shard}, epoch ${epoch}`) ?? { count: 0, example: record };
    late.set(`${shard}, epoch ${epoch}`, { ...known, count: known.count + 1 });
  }
  for (const [key, { count, example }] of late)
    if (count > oneBatch)
      wrong(
        `${key} sent ${count} new records after a newer epoch had begun, as ${example.topic}/${example.partition}@${example.offset}`,
      );
};

/** One relay at a time sends a shard: one owner an epoch, and an older epoch ends when a newer one begins. */
export const checkLeases = (evidence: Evidence, wrong: Wrongs): string => {
  const sent = sentRecords(evidence);
  const terms = checkOwners(sent, wrong);
  checkEpochs(evidence, sent, wrong);
  return sent.length === 0 ? 'records name no lease' : `${counted(terms)} lease terms`;
};
