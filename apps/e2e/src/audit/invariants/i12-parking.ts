import type { Evidence, ParkedRow, TopicRecord } from '../evidence.ts';
import { collectWrongs, counted, verdictOf, type Wrongs } from '../findings.ts';
import { judging, type Inspection } from '../inspection.ts';
import { perService, services, type Service } from '../names.ts';
import { hearing, placeOf, poisonPlaces, type Heard } from '../views.ts';

/** A record without a key is a key of its own. */
const keyOf = ({ key, partition, offset }: TopicRecord) => key ?? `${partition}@${offset}`;

type Expected = Readonly<Record<Service, Set<string>>>;

/** Adds the places that each service has to park: poison that names it, and what it takes of the same keys later. */
const expectPlaces = (evidence: Evidence, heard: Heard, expected: Expected): void => {
  const poison = poisonPlaces(evidence);
  if (poison.size === 0) return;
  const blocked = new Set<string>();
  for (const record of evidence.records) {
    const parkedIn = poison.get(placeOf(record))?.parkedIn ?? [];
    for (const service of services) {
      const key = `${service} ${record.topic} ${keyOf(record)}`;
      const isTaken = record.type === null || heard[service].has(record.type);
      if (!parkedIn.includes(service) && !(blocked.has(key) && isTaken)) continue;
      expected[service].add(placeOf(record));
      blocked.add(key);
    }
  }
};

const nameOf = ({ service, topic, partition, offset }: Pick<ParkedRow, 'service' | 'topic' | 'partition' | 'offset'>) =>
  `${service}: ${topic}/${partition}@${offset}`;

const checkRows = (evidence: Evidence, expected: Expected, wrong: Wrongs): void => {
  const present = new Set(evidence.parked.map((row) => `${row.service} ${placeOf(row)}`));
  for (const row of evidence.parked)
    if (!expected[row.service].has(placeOf(row)))
      wrong(`${nameOf(row)} (key ${row.key}, event ${row.event}) is parked, and nothing asked for it: ${row.reason}`);
  for (const service of services)
    for (const place of expected[service])
      if (!present.has(`${service} ${place}`)) wrong(`${service}: ${place} had to be parked and is not`);
};

const checkMirror = (evidence: Evidence, wrong: Wrongs): string => {
  if (evidence.deadLetters === null) return 'no dead-letter topics';
  const mirrored = new Set(evidence.deadLetters.map((letter) => `${letter.service} ${placeOf(letter)}`));
  const parked = new Set(evidence.parked.map((row) => `${row.service} ${placeOf(row)}`));
  for (const key of parked) if (!mirrored.has(key)) wrong(`${key} is parked and not in the dead-letter topic`);
  for (const key of mirrored) if (!parked.has(key)) wrong(`${key} is in the dead-letter topic and not parked`);
  return `${counted(mirrored.size)} in the dead-letter topics`;
};

/** I12: parked is what was poisoned and what came behind it, and nothing else. */
export const inspectParking = (): Inspection => {
  const wrong = collectWrongs();
  const { heard, listen } = hearing();
  const expected = perService(() => new Set<string>());
  return {
    survey: listen,
    look: (part) => expectPlaces(part, heard, expected),
    verdict: (whole) => {
      checkRows(whole, expected, wrong);
      const mirror = checkMirror(whole, wrong);
      const injected = `${counted(whole.poison.length)} records put in from outside`;
      return verdictOf('I12', wrong, `${injected}; ${counted(whole.parked.length)} parked; ${mirror}`);
    },
  };
};
export const parking = judging(inspectParking);
