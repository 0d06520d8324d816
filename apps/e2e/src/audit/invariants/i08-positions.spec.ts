import type { PositionRow } from '../evidence.ts';
import { changed, healthy, without } from '../example.ts';
import { positions } from './i08-positions.ts';

const good = healthy();
const named = (different: Parameters<typeof healthy>[0]) => positions(healthy(different)).named.join('\n');
const isRoutings = ({ service, topic }: PositionRow) => service === 'routing' && topic === 'tickets';

it('is ok when all stand at the end and none went back', () => {
  expect(positions(good)).toMatchObject({ state: 'ok', figure: '10 positions at the end; 0 went back' });
  expect(positions(healthy({ setBacks: null })).figure).toContain('nobody watched');
});

it('names a position that is not at the end', () => {
  expect(named({ positions: changed(good.positions, isRoutings, { next: 18 }) })).toBe(
    'routing: g.routing stands at tickets/0@18, the partition ends at 19',
  );
});

it('names a partition that a service never read', () => {
  expect(named({ positions: without(good.positions, isRoutings) })).toBe(
    'routing has no position in tickets/0, which has 19 records',
  );
});

it('names a position that went back, although it stands at the end now', () => {
  const setBacks = [
    { service: 'intake' as const, group: 'g', topic: 'tickets' as const, partition: 0, from: 9, to: 4 },
    { service: 'intake' as const, group: 'g', topic: 'tickets' as const, partition: 0, from: 9, to: null },
  ];
  expect(named({ setBacks })).toBe(
    'intake: g went back in tickets/0 from 9 to 4\nintake: g went back in tickets/0 from 9 to nothing',
  );
});

it('tells of databases that were taken back as a whole', () => {
  const restored = { at: 0, kind: 'restored-database', target: 'reporting', again: 1_234 };
  const missed = { ...restored, again: null, missed: 'the database was away' };
  expect(positions(healthy({ faults: [restored, missed] }))).toMatchObject({
    state: 'ok',
    figure: '10 positions at the end; 0 went back; 1 databases restored, 1,234 events taken again',
  });
});
