import { readMetrics } from './metrics-text.ts';

it('reads values with and without labels', () => {
  const metrics = readMetrics(
    [
      '# HELP tierline_tickets Tickets.',
      '# TYPE tierline_tickets gauge',
      'tierline_tickets{tier="tier-1",state="QUEUED"} 12',
      'tierline_tickets{tier="a \\"b\\" \\\\ c\\n",state="NEW"} 1.5e2 1700000000000',
      'tierline_orphans 0',
      'broken',
      'tierline_nothing NaN',
      '',
    ].join('\n'),
  );
  expect(metrics.get('tierline_tickets')).toEqual([
    { labels: { tier: 'tier-1', state: 'QUEUED' }, value: 12 },
    { labels: { tier: 'a "b" \\ c\n', state: 'NEW' }, value: 150 },
  ]);
  expect(metrics.get('tierline_orphans')).toEqual([{ labels: {}, value: 0 }]);
  expect(metrics.has('tierline_nothing')).toBe(false);
  expect(readMetrics('').size).toBe(0);
});
