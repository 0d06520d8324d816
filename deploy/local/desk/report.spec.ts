import { parseDocument, writeDocument } from './document.ts';
import { differenceLines, faultLines } from './report.ts';

it('shows what would change, part by part and field by field', () =>
  expect(
    differenceLines([
      { part: 'queues', id: 'vpn', what: 'new', fields: [{ field: 'name', to: 'VPN' }] },
      {
        part: 'tiers',
        id: 'tier-1',
        what: 'changed',
        fields: [
          { field: 'bounceLimit', from: 2, to: 3 },
          { field: 'contact', to: 'public' },
        ],
      },
      { part: 'agents', id: 'tom', what: 'removed', fields: [] },
    ]),
  ).toEqual([
    '  + queues vpn',
    '  ~ tiers tier-1',
    '      bounceLimit: 2 → 3',
    '      contact: nothing → "public"',
    '  - agents tom',
    '1 new, 1 changed, 1 removed',
  ]));

it('says so when nothing would change, and names faults by path', () => {
  expect(differenceLines([])).toEqual(['Nothing to change.']);
  expect(faultLines('No:', [{ path: 'tiers.0.rank', message: 'is taken' }])).toEqual([
    'No:',
    '  tiers.0.rank: is taken',
  ]);
  expect(faultLines('No:', [])).toEqual([]);
});

it('reads YAML as data: dates stay text, and what it writes it reads again', () => {
  const document = parseDocument("desk: 1\ncalendars: [{ exceptions: [{ date: 2026-12-24 }] }]\nname: 'yes'", 'x.yaml');
  expect(document).toEqual({ desk: 1, calendars: [{ exceptions: [{ date: '2026-12-24' }] }], name: 'yes' });
  expect(parseDocument(writeDocument(document), 'y.yaml')).toEqual(document);
});

it.each([
  ['a: [', /^x.yaml cannot be read as YAML/],
  ['- a', /^x.yaml is no desk/],
  ['', /the input is empty/],
  ['text', /^x.yaml is no desk/],
  ['why: because', /say it with --why/],
])('refuses %j', (text, message) => expect(() => parseDocument(text, 'x.yaml')).toThrow(message));
