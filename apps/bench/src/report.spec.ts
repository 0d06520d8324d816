import { parseBenchArguments, WrongArguments } from './arguments.ts';
import { percentile, type Figure } from './figure.ts';
import { reportText, type Report } from './report.ts';

const setting: Report['setting'] = {
  machine: { cpu: 'Test CPU', cores: 2, gigabytes: 8, load: '0.10 0.20 0.30' },
  versions: { node: '24.0.0', postgres: '18.4', kafka: '4.1.1', kafkajs: '2.2.4' },
  postgres: { fsync: 'on' },
};
const report = (...figures: readonly Figure[]): Report => ({
  at: '2026-11-22T12:00:00.000Z',
  quick: false,
  setting,
  figures: figures.map((figure) => ({ part: 'intake', ...figure })),
});
const accepted: Figure = { name: 'accepted', value: 5_000, unit: 'tickets/s' };
const ratio: Figure = { name: 'intake ÷ bare', value: 0.9, unit: 'ratio', aim: '≥ 1.0' };
const lineOf = (text: string, name: string) => text.split('\n').find((line) => line.startsWith(name));

describe('the report', () => {
  it('names machine, versions and settings, then ratios, then absolute figures', () => {
    const lines = reportText(report(accepted, ratio)).split('\n');
    expect(lines.slice(0, 3).join()).toMatch(/2 cores \(Test CPU\).*Kafka 4\.1\.1.*fsync=on/s);
    expect(lines.findIndex((line) => line.startsWith('intake ÷ bare'))).toBeLessThan(
      lines.findIndex((line) => line.startsWith('accepted')),
    );
  });

  it('says of each aim whether it is met', () => {
    const text = reportText(report(ratio, { name: 'late', value: 20, unit: 'ms', aim: '≤ 25' }));
    expect(lineOf(text, 'intake ÷ bare')).toMatch(/MISS ≥ 1\.0$/);
    expect(lineOf(text, 'late')).toMatch(/ok {3}≤ 25$/);
    expect(reportText(report({ ...accepted, value: 12_000, aim: '≥ 10,000' }))).toMatch(/ok {3}≥ 10,000/);
  });

  it('shows an earlier run beside, with the change in per cent', () => {
    const before = report({ ...accepted, value: 4_000 });
    const text = reportText(report(accepted, ratio), before);
    expect(lineOf(text, 'accepted')).toMatch(/5,000 tickets\/s +4,000 +\+25 %/);
    expect(lineOf(text, 'intake ÷ bare')).toContain('new');
  });

  it('never shows a figure that did not come as a number', () => {
    expect(reportText(report({ name: 'queued', value: Infinity, unit: 'ms' }))).toContain('never');
  });
});

describe('the arguments', () => {
  it('take several parts, and refuse one that does not exist by naming those that do', () => {
    expect(parseBenchArguments(['--only', 'a', '--only', 'b'], ['a', 'b']).only).toEqual(['a', 'b']);
    expect(() => parseBenchArguments(['--only', 'c'], ['a', 'b'])).toThrow(/--only c: the parts are a, b/);
    expect(() => parseBenchArguments(['--fast'], [])).toThrow(WrongArguments);
  });
});

it('a percentile of nothing is 0', () => {
  expect([percentile([], 0.5), percentile([3, 1, 2], 0.5), percentile([1, 2, 3, 4], 0.99)]).toEqual([0, 2, 4]);
});
