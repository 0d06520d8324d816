import { parseDocument, writeDocument } from './document.ts';
import { differenceLines, faultLines, historyLines, ticketLines } from './report.ts';

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

it('lists who changed what when, the catalogue by numbers of its own', () => {
  const change = { at: '2026-11-23T08:00:12.000Z', by: 'agent:omar', changes: 3, why: 'Night shift' };
  expect(
    historyLines([
      { service: 'routing', number: 4, ...change, changes: 1, why: null },
      { service: 'tier-queues', number: 12, ...change },
    ]),
  ).toEqual([
    'catalogue 4    2026-11-23 08:00 UTC  agent:omar  1 part',
    'desk 12        2026-11-23 08:00 UTC  agent:omar  3 parts  Night shift',
  ]);
});

it('says what becomes of open tickets, and of how many it looked at', () => {
  const none = { deadlines: 0, some: [] };
  const effect = { part: 'policies', id: 'gold', what: 'derived-anew', tickets: 12, some: ['T-1', 'T-2'] };
  const moved = { earlier: { deadlines: 3, some: ['T-1'] }, later: none, begins: none, ends: none };
  const deadlines = { ...moved, overdue: { deadlines: 1, some: ['T-2'] }, open: 20_000, lookedAt: 10_000 };
  expect(ticketLines({ effects: [effect], deadlines, notSaid: ['Routes stay.'] })).toEqual([
    'Open tickets:',
    '  policies gold: 12 tickets go on under the new edition (T-1, T-2 and 10 more)',
    '  3 deadlines due earlier (T-1 …)',
    '  1 deadline overdue at once (T-2)',
    '  looked at the oldest 10000 of 20000 open tickets',
    'Not counted:',
    '  Routes stay.',
  ]);
  expect(ticketLines({ effects: [], deadlines: null, notSaid: [] })).toEqual([]);
  expect(ticketLines(null)).toEqual([]);
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
