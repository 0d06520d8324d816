import { TicketCancelled, TicketClosed, TicketHeld, TicketResumed } from '@tierline/contracts';
import { at, specFor } from '@tierline/testing/rules';
import { ticketRules } from './decide.ts';
import { desk, escalation, inProgress, opened, resolution, resolved, serviceDesk, waiting } from './example.ts';
import { timersOf } from './timers.ts';

const { given } = specFor(ticketRules);
const now = '2026-01-05T10:00:00.000Z';
const armed = (...facts: Parameters<typeof given>) => timersOf(given(...facts).state(), desk, now);
const held = TicketHeld({ ...serviceDesk, reason: 'VENDOR', until: '2026-01-07T08:00:00.000Z', note: null });

it('gives a route thirty seconds from when the ticket is known here', () => {
  expect(armed(opened)).toEqual([{ kind: 'unrouted', clock: '', due: '2026-01-05T10:00:30.000Z', generation: 1 }]);
  expect(armed(...inProgress, escalation(serviceDesk, 'tier-2', 2))).toEqual([
    { kind: 'unrouted', clock: '', due: '2026-01-05T10:00:30.000Z', generation: 2 },
  ]);
});

it('wakes a held ticket at its date', () =>
  expect(armed(...inProgress, held)).toEqual([
    { kind: 'wake-up', clock: '', due: '2026-01-07T08:00:00.000Z', generation: 2 },
  ]));

it('closes a resolved ticket after five days', () =>
  expect(armed(...inProgress, at('2026-01-06T08:00:00.000Z', resolution))).toEqual([
    { kind: 'close', clock: '', due: '2026-01-11T08:00:00.000Z', generation: 2 },
  ]));

it('tells a second hold from the first', () =>
  expect(armed(...inProgress, held, TicketResumed({ ...serviceDesk, cause: 'agent' }), held)).toMatchObject([
    { generation: 3 },
  ]));

it.each([
  ['is absent', []],
  ['is closed', [...resolved, TicketClosed({ cause: 'timer' })]],
  ['is cancelled', [...waiting, TicketCancelled({ agentId: 'tom', reason: 'twice' })]],
])('arms nothing while the ticket %s', (_, facts) => expect(armed(...facts)).toEqual([]));

it.each([
  ['waits in a queue', waiting],
  ['is in progress', inProgress],
])('wants somebody told a day after the last change when the ticket %s and nothing is due', (_, facts) =>
  expect(armed(...facts)).toEqual([
    { kind: 'stalled', clock: '', due: '2026-01-06T10:00:00.000Z', generation: Date.parse('2026-01-06T10:00:00.000Z') },
  ]),
);
