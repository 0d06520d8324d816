import type { OrphanKind } from './mending.ts';
import { desk, phones, tom } from './example.ts';
import { arrives, play, promising, type Step } from './promises-example.ts';
import type { Ticket } from './ticket.ts';

const at = '2026-01-05T09:00:00.000Z';
const mends = (kind: OrphanKind, when = at): Step => ({ at: when, act: { type: 'mend', kind } });
const mended = (ticket: Ticket, kind: OrphanKind, when = at, on = promising()) => play([mends(kind, when)], on, ticket);
const found = ({ facts }: ReturnType<typeof mended>) =>
  facts.map(({ type, data }) => ({ type: type.split('.').at(-2), data }));
const { ticket: waiting } = play(arrives);
const claimed = play([{ at, act: { type: 'claim', by: tom } }], promising(), waiting).ticket;
const held = play([{ at, act: { type: 'hold', by: tom, reason: 'VENDOR' } }], promising(), claimed).ticket;

describe('a ticket that the watchdog found', () => {
  it('without a place goes into the default queue of the tier where it was last', () => {
    const lost = { ...waiting, place: null, previous: [phones] } as Ticket;
    expect(found(mended(lost, 'no-queue')).slice(0, 2)).toMatchObject([
      { type: 'orphan-detected', data: { repair: 'default-queue', tell: [{ who: 'lead', team: 'phones' }] } },
      { type: 'queued', data: { queue: 'service-desk', cause: 'unrouted' } },
    ]);
  });

  it('in a queue that the desk has no more goes into the default queue of its tier', () => {
    const gone = { ...waiting, place: { ...phones, queue: 'gone' } } as Ticket;
    expect(mended(gone, 'no-queue').ticket).toMatchObject({ state: 'QUEUED', place: { queue: 'service-desk' } });
  });

  it('is left where it is while there is no desk, and when its owner has it', () => {
    const lost = { ...waiting, place: null } as Ticket;
    expect(mended(lost, 'no-queue', at, { ...desk, tiers: new Map(), queues: new Map() }).facts).toEqual([]);
    expect(mended({ ...claimed, place: null } as Ticket, 'no-queue').ticket).toMatchObject({ owner: 'tom' });
  });

  it('with a sound state but a wrong record is written again', () =>
    expect(found(mended(waiting, 'no-queue'))).toMatchObject([{ data: { repair: 'record-restored' } }]));

  it('on its way without a timer takes the way of a late route', () => {
    const [first] = arrives;
    const { ticket } = play([first!]);
    expect(found(mended(ticket, 'no-queue')).slice(0, 2)).toMatchObject([
      { type: 'orphan-detected', data: { repair: 'default-queue' } },
      { type: 'queued', data: { queue: 'service-desk', priority: 'P3' } },
    ]);
  });

  it('held for ever comes back, and one whose date stands gets its timer', () => {
    const until = (moment: string) =>
      ({ ...held, hold: { reason: 'VENDOR', until: moment, vendor: null } }) as unknown as Ticket;
    for (const moment of ['2026-01-01T00:00:00.000Z', '2046-01-01T00:00:00.000Z', 'never'])
      expect(mended(until(moment), 'no-wake-up').ticket).toMatchObject({ state: 'IN_PROGRESS', owner: 'tom' });
    expect(found(mended(held, 'no-wake-up'))).toMatchObject([{ data: { kind: 'no-wake-up', repair: 'timer-armed' } }]);
    expect(mended(waiting, 'no-wake-up').facts).toEqual([]);
  });

  it('with a deadline that passed unnoticed is breached now, one after the other', () => {
    const late = '2026-01-05T09:30:00.000Z';
    const first = mended(waiting, 'unanswered', late);
    expect(found(first)).toMatchObject([
      { type: 'orphan-detected', data: { kind: 'unanswered', repair: 'lead-told' } },
      { type: 'sla-breached', data: { kind: 'sla-first-response' } },
      { type: 'attention-raised', data: { reason: 'breach' } },
    ]);
    expect(found(mended(first.ticket, 'unanswered', late))[1]).toMatchObject({ data: { kind: 'ola-waiting' } });
    expect(found(mended(waiting, 'unanswered', '2026-01-05T08:05:00.000Z'))).toMatchObject([
      { data: { repair: 'timer-armed' } },
    ]);
  });

  it('whose other timer was lost has done what it wanted', () => {
    const nothing = promising([]);
    const steps: Step[] = [
      { at, act: { type: 'claim', by: tom } },
      { at, act: { type: 'hold', by: tom, reason: 'VENDOR' } },
    ];
    const { ticket } = play([...arrives, ...steps], nothing);
    const late = mended(ticket, 'no-deadline', '2026-01-12T09:00:00.000Z', nothing);
    expect(late.ticket).toMatchObject({ state: 'IN_PROGRESS' });
    expect(found(late)).toMatchObject([{ data: { repair: 'fired' } }, { type: 'resumed' }]);
  });

  it('gets its timers', () =>
    expect(found(mended(waiting, 'no-deadline', '2026-01-05T08:05:00.000Z'))).toMatchObject([
      { data: { repair: 'timer-armed' } },
    ]));

  it('is left alone when it was cancelled meanwhile', () => {
    const { ticket } = play([{ at, act: { type: 'cancel', by: tom, reason: 'x' } }], promising(), waiting);
    for (const kind of ['no-queue', 'no-wake-up', 'unanswered'] as const)
      expect(mended(ticket, kind).facts).toEqual([]);
  });
});
