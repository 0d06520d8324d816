import type { TopicRecord } from '../evidence.ts';
import { changed, healthy, solved, waiting, without } from '../example.ts';
import { order } from './i06-order.ts';

const good = healthy();
const named = (different: Parameters<typeof healthy>[0]) => order(healthy(different)).named.join('\n');
const numbered = (records: readonly TopicRecord[]) => records.map((record, offset) => ({ ...record, offset }));
const isOf = (id: string) => (record: TopicRecord) => record.id === id;

it('is ok when each publisher of a ticket counts 1, 2, 3', () => {
  expect(order(good)).toMatchObject({
    state: 'ok',
    figure: '21 records of 21 events; 0 duplicates, 0 inversions; 3 lease terms',
  });
});

it('counts duplicates, and takes them for nothing worse', () => {
  const again = { ...good.records.find(isOf(`${solved}#3`))!, offset: 99 };
  const verdict = order(healthy({ records: [...good.records, again] }));
  expect(verdict.state).toBe('ok');
  expect(verdict.figure).toContain('1 duplicates, 0 inversions');
});

it('names a record that comes first after a later one', () => {
  const [a, b] = [good.records.find(isOf(`${solved}#3`))!, good.records.find(isOf(`${solved}#4`))!];
  const swapped = good.records.map((record) => (record === a ? b : record === b ? a : record));
  expect(named({ records: numbered(swapped) })).toContain(`1 (${solved}#3) comes first after 2`);
});

it('names a gap, and what was journalled and never sent', () => {
  const records = without(good.records, isOf(`${solved}#4`));
  const text = named({ records });
  expect(text).toContain(`3 (${solved}#5) comes after 1, with a gap`);
  expect(text).toContain(`tierline.ticket.claimed.v1 ${solved}#4 (2) was journalled and is not in the topic`);
});

it('names a record that no journal has, unless it was put in from outside', () => {
  const alien = { ...good.records[2]!, id: 'alien', offset: 99 };
  const records = [...good.records, alien];
  expect(named({ records })).toContain('tickets/0@99: tierline.ticket.opened.v1 alien of ticket-1 is in no journal');
  const line = {
    at: 0,
    topic: 'tierline.tickets.v1',
    topicName: 'tickets' as const,
    partition: 0,
    offset: 99,
    key: null,
  };
  const poison = [{ ...line, kind: 'oversize', parkedIn: [] }];
  expect(named({ records, poison })).toBe('');
});

it('names a record that says something else than its journal', () => {
  const records = changed(good.records, isOf(`${waiting}#1`), { source: 'routing' });
  expect(named({ records })).toContain(`event ${waiting}#1 has source routing instead of intake`);
});

it('names a hole in the journal itself', () => {
  const journal = without(good.journal, ({ id }) => id === `${solved}#5`);
  expect(named({ journal })).toContain('tier-queues: tickets ticket-1: the journal has 6 events up to sequence 7');
});

it('names two relays that sent one shard in one epoch', () => {
  const records = changed(good.records, isOf(`${solved}#5`), { lease: '3/7/another' });
  expect(named({ records })).toContain('tier-queues shard 3, epoch 7 was sent by 2 relays: relay-of-tier-queues');
});

it('names a relay that went on long after a newer epoch had begun', () => {
  const event = good.journal.find(({ id }) => id === `${solved}#3`)!;
  const record = good.records.find(isOf(`${solved}#3`))!;
  const many = Array.from({ length: 1_101 }, (_, index) => index + 1);
  const names = { aggregate: 'busy', topic: 'tickets' as const };
  const journal = many.map((sequence) => ({ ...event, ...names, id: `b${sequence}`, sequence }));
  const lease = (sequence: number) => `5/${sequence === 1 ? 9 : 8}/relay-${sequence === 1 ? 'new' : 'old'}`;
  const records = many.map((sequence) => {
    return {
      ...record,
      id: `b${sequence}`,
      subject: 'busy',
      key: 'busy',
      sequence,
      offset: sequence,
      lease: lease(sequence),
    };
  });
  expect(named({ journal, records })).toBe(
    'tier-queues shard 5, epoch 8 sent 1100 new records after a newer epoch had begun, as tickets/0@2',
  );
});
