import { escalated, healthy } from '../example.ts';
import { parking } from './i12-parking.ts';

const good = healthy();
const named = (different: Parameters<typeof healthy>[0]) => parking(healthy(different)).named.join('\n');

/** A bad record of the last ticket, after its first event, that routing cannot take. */
const poisonOffset = 12.5;
const line = { at: 0, topic: 'tierline.tickets.v1', topicName: 'tickets' as const, partition: 0, key: escalated };
const poison = [{ ...line, offset: poisonOffset, kind: 'malformed JSON', parkedIn: ['routing' as const] }];
const records = good.records.flatMap((record) =>
  record.topic === 'tickets' && record.offset === 12
    ? [record, { ...record, id: 'bad', offset: poisonOffset }]
    : [record],
);
const row = {
  service: 'routing' as const,
  topic: 'tickets' as const,
  partition: 0,
  key: escalated,
  reason: 'bad',
  discarded: false,
};
const first = { ...row, offset: poisonOffset, event: 'bad' };
/** What routing takes and what came later with the same key: queued, claimed, escalated, queued again. */
const later = [14, 15, 16, 18].map((offset) => ({ ...row, offset, event: `${escalated}#${offset - 11}` }));
const behind = later[2]!;

it('is ok when nothing was poisoned and nothing is parked', () => {
  expect(parking(good)).toMatchObject({
    state: 'ok',
    figure: '0 records put in from outside; 0 parked; no dead-letter topics',
  });
});

it('is ok when the poison and what came behind it are parked', () => {
  expect(named({ poison, records, parked: [first, ...later] })).toBe('');
});

it('names poison, or what came behind it, that is not parked', () => {
  expect(named({ poison, records, parked: later })).toBe('routing: tickets/0/12.5 had to be parked and is not');
  expect(named({ poison, records, parked: [first, ...later.filter((each) => each !== behind)] })).toBe(
    'routing: tickets/0/16 had to be parked and is not',
  );
});

it('names what is parked and nothing asked for', () => {
  expect(named({ parked: [behind] })).toBe(
    `routing: tickets/0@16 (key ${escalated}, event ${escalated}#5) is parked, and nothing asked for it: bad`,
  );
});

it('holds the dead-letter topics against the parked rows', () => {
  const letter = { service: 'routing', topic: 'tickets' as const, partition: 0, offset: poisonOffset };
  const all = { poison, records, parked: [first, ...later] };
  const letters = [letter, ...later.map(({ offset }) => ({ ...letter, offset }))];
  expect(named({ ...all, deadLetters: letters })).toBe('');
  expect(named({ ...all, deadLetters: letters.filter(({ offset }) => offset !== 16) })).toBe(
    'routing tickets/0/16 is parked and not in the dead-letter topic',
  );
  expect(named({ deadLetters: [letter] })).toBe('routing tickets/0/12.5 is in the dead-letter topic and not parked');
});
