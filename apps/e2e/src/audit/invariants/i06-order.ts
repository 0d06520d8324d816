import type { Evidence, JournalRow, TopicRecord } from '../evidence.ts';
import { collectWrongs, counted, verdictOf, type Wrongs } from '../findings.ts';
import { judging, type Inspection } from '../inspection.ts';
import { eventsById, firstRecords, placeOf, poisonPlaces } from '../views.ts';
import { followLeases } from './leases.ts';

const at = (record: TopicRecord) => `${record.topic}/${record.partition}@${record.offset}`;

const differences = (record: TopicRecord, event: JournalRow): string[] =>
  [
    ['topic', record.topic, event.topic],
    ['source', record.source, event.service],
    ['type', record.type, event.type],
    ['subject', record.subject, event.aggregate],
    ['key', record.key, event.aggregate],
    ['sequence', record.sequence, event.sequence],
  ].flatMap(([name, is, was]) => (is === was ? [] : [`${name} ${is} instead of ${was}`]));

/** Every record is what a journal says, or was put in from outside. */
const checkOrigins = (evidence: Evidence, wrong: Wrongs): void => {
  const events = eventsById(evidence);
  const poison = poisonPlaces(evidence);
  for (const record of evidence.records) {
    if (poison.has(placeOf(record))) continue;
    const event = record.id === null ? undefined : events.get(record.id);
    if (!event) wrong(`${at(record)}: ${record.type} ${record.id} of ${record.subject} is in no journal`);
    else {
      const [different] = differences(record, event);
      if (different) wrong(`${at(record)}: event ${record.id} has ${different}`);
    }
  }
};

type Seen = { readonly partition: number; last: number };
type Figures = { duplicates: number; inversions: number };

/** What a subscriber sees that drops known ids: per aggregate and publisher 1, 2, 3 … */
const checkSequences = (evidence: Evidence, wrong: Wrongs): Figures => {
  const first = firstRecords(evidence);
  const poison = poisonPlaces(evidence);
  const lows = new Map(evidence.ends.map(({ topic, partition, low }) => [`${topic}/${partition}`, low]));
  const seen = new Map<string, Seen>();
  const figures = { duplicates: 0, inversions: 0 };
  for (const record of evidence.records) {
    if (record.id === null) continue;
    if (first.get(record.id) !== record) figures.duplicates += 1;
    if (first.get(record.id) !== record || poison.has(placeOf(record))) continue;
    const key = `${record.topic} ${record.subject} of ${record.source}`;
    const begun: Seen = seen.get(key) ?? { partition: record.partition, last: 0 };
    seen.set(key, begun);
    const wasCut = begun.last === 0 && (lows.get(`${record.topic}/${record.partition}`) ?? 0) > 0;
    if (record.sequence <= begun.last) {
      figures.inversions += 1;
      wrong(`${at(record)}: ${key}: ${record.sequence} (${record.id}) comes first after ${begun.last}`);
    } else if (record.sequence !== begun.last + 1 && !wasCut)
      wrong(`${at(record)}: ${key}: ${record.sequence} (${record.id}) comes after ${begun.last}, with a gap`);
    if (record.partition !== begun.partition) wrong(`${at(record)}: ${key} is in partition ${begun.partition}, too`);
    begun.last = Math.max(begun.last, record.sequence);
  }
  return figures;
};

/** Nothing that was journalled is missing, and the journal itself has no gap. */
const checkJournal = (evidence: Evidence, wrong: Wrongs): void => {
  const first = firstRecords(evidence);
  const hasAll = evidence.ends.every(({ low }) => low === 0);
  const sequences = new Map<string, number>();
  const counts = new Map<string, number>();
  for (const event of evidence.journal) {
    const key = `${event.service}: ${event.topic} ${event.aggregate}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    sequences.set(key, Math.max(sequences.get(key) ?? 0, event.sequence));
    if (hasAll && !first.has(event.id))
      wrong(`${key}: ${event.type} ${event.id} (${event.sequence}) was journalled and is not in the topic`);
  }
  for (const [key, count] of counts)
    if (sequences.get(key) !== count)
      wrong(`${key}: the journal has ${count} events up to sequence ${sequences.get(key)}`);
};

/** I6: per aggregate and publisher the topic has 1, 2, 3 … in that order, and one relay at a time sent it. */
export const inspectOrder = (): Inspection => {
  const wrong = collectWrongs();
  const leases = followLeases();
  const sums = { records: 0, events: 0, duplicates: 0, inversions: 0 };
  return {
    survey: leases.note,
    look: (part) => {
      checkOrigins(part, wrong);
      const { duplicates, inversions } = checkSequences(part, wrong);
      checkJournal(part, wrong);
      leases.look(part);
      sums.records += part.records.length;
      sums.events += part.journal.length;
      sums.duplicates += duplicates;
      sums.inversions += inversions;
    },
    verdict: () => {
      const terms = leases.check(wrong);
      const records = `${counted(sums.records)} records of ${counted(sums.events)} events`;
      const order = `${counted(sums.duplicates)} duplicates, ${counted(sums.inversions)} inversions`;
      return verdictOf('I6', wrong, `${records}; ${order}; ${terms}`);
    },
  };
};
export const order = judging(inspectOrder);
