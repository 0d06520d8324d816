import { clocksAfter, type Cause, type Clock, type ClockEntry, type ClockKind } from './clock.ts';
import { hamburg } from './example-calendars.ts';
import type { Policy } from './policies.ts';
import { breach } from './running.ts';
import { keepTime, type ClockedTicket, type PromiseBook } from './timekeeping.ts';

const hour = 3_600_000;

const standard: Policy = {
  id: 'standard',
  version: 1,
  name: 'Standard',
  order: 90,
  when: {},
  calendar: 'hamburg',
  targets: {
    'sla-first-response': { P1: 60, P3: 240 },
    'sla-next-response': { P1: 60, P3: 240 },
    'sla-resolution': { P1: 240, P3: 960 },
    'ola-waiting': { P1: 30, P3: 120 },
    'ola-working': { P1: 120, P3: 480 },
  },
  warnings: [75],
  pausedBy: [],
  onBreach: ['tell-lead'],
};
const network: Policy = {
  ...standard,
  id: 'network',
  name: 'Network',
  order: 10,
  when: { category: ['vpn'] },
  targets: { 'sla-resolution': { P3: 480 } },
};
const book: PromiseBook = { policies: [standard, network], calendars: [hamburg] };

const opened = '2026-01-07T07:00:00.000Z';
const fresh: ClockedTicket = {
  state: 'QUEUED',
  hold: null,
  openedAt: opened,
  replied: false,
  unansweredSince: opened,
  place: { tier: 'tier-1', team: 'service-desk', partner: null },
  stays: 0,
  priority: 'P3',
  type: 'incident',
  category: 'email',
  organisation: 'acme',
};
const answered = { replied: true, unansweredSince: null };
const working: ClockedTicket = { ...fresh, ...answered, state: 'IN_PROGRESS', hold: null };
const waitingFor = (reason: 'CUSTOMER' | 'VENDOR'): ClockedTicket => ({
  ...fresh,
  ...answered,
  state: 'PENDING',
  hold: { reason, vendor: null },
});

type Deed = {
  readonly at: string;
  readonly cause: Cause;
  readonly ticket: ClockedTicket;
  readonly in?: PromiseBook;
  readonly happenedAt?: string;
};
type Told = { readonly clocks: readonly Clock[]; readonly ledger: readonly ClockEntry[] };

const tell = (...deeds: readonly Deed[]): Told =>
  deeds.reduce<Told>(
    ({ clocks, ledger }, { ticket, in: promises = book, ...deed }) => {
      const entries = keepTime(clocks, ticket, promises, deed);
      return { clocks: clocksAfter(clocks, entries), ledger: [...ledger, ...entries] };
    },
    { clocks: [], ledger: [] },
  );

const clock = ({ clocks }: Told, kind: ClockKind) => clocks.findLast((one) => one.kind === kind);
const typesOf = ({ ledger }: Told, kind: ClockKind) =>
  ledger.filter((entry) => entry.clock.startsWith(kind)).map(({ type }) => type);

const start: Deed = { at: '2026-01-07T07:00:05.000Z', cause: 'queued', ticket: fresh };
const begun: Deed = { at: '2026-01-07T08:00:00.000Z', cause: 'agent-replied', ticket: working };

describe('keeping time', () => {
  it('promises nothing before routing has judged, and then counts from the opening', () => {
    expect(
      tell({ ...start, ticket: { ...fresh, state: 'NEW', hold: null, place: null, priority: null } }).ledger,
    ).toEqual([]);
    expect(clock(tell(start), 'sla-first-response')).toMatchObject({ from: opened, due: '2026-01-07T11:00:00.000Z' });
    expect(clock(tell(start), 'ola-waiting')).toMatchObject({ from: start.at });
  });

  it('stores the policy that won, why, and the edition of the calendar', () =>
    expect(tell({ ...start, ticket: { ...fresh, category: 'vpn' } }).ledger).toContainEqual(
      expect.objectContaining({
        clock: 'sla-resolution',
        policy: { id: 'network', version: 1 },
        calendar: { id: 'hamburg', version: 7 },
        why: 'Network: category vpn; goes before 1 more that fit',
      }),
    ));

  it('adds nothing when it is asked again', () => {
    const told = tell(start, begun);
    expect(keepTime(told.clocks, working, book, { at: '2026-01-07T09:00:00.000Z', cause: 'queued' })).toEqual([]);
  });

  it('says which calendar is missing', () =>
    expect(() => keepTime([], fresh, { ...book, calendars: [] }, start)).toThrow(
      expect.objectContaining({ code: 'calendar_unknown' }),
    ));
});

describe('what other desks got wrong', () => {
  it('keeps held time when the agreement changes', () => {
    const told = tell(
      start,
      begun,
      { at: '2026-01-07T09:00:00.000Z', cause: 'held-customer', ticket: waitingFor('CUSTOMER') },
      { at: '2026-01-08T09:00:00.000Z', cause: 'requester-replied', ticket: working },
      { at: '2026-01-08T10:00:00.000Z', cause: 'category-changed', ticket: { ...working, category: 'vpn' } },
    );
    expect(clock(told, 'sla-resolution')).toMatchObject({
      policy: { id: 'network' },
      target: 8 * hour,
      consumed: 3 * hour,
      paused: 8 * hour,
      due: '2026-01-08T16:00:00.000Z',
    });
  });

  it('does not start the team’s clock anew on mere assignment', () => {
    const told = tell(
      start,
      { at: '2026-01-07T07:30:00.000Z', cause: 'claimed', ticket: { ...fresh, state: 'ASSIGNED', hold: null } },
      { at: '2026-01-07T08:00:00.000Z', cause: 'released', ticket: fresh },
    );
    expect(typesOf(told, 'ola-waiting')).toEqual(['started']);
  });

  it('does not move the first answer by anything the requester or the desk writes meanwhile', () => {
    const due = clock(tell(start), 'sla-first-response')?.due;
    const told = tell(
      start,
      { at: '2026-01-07T08:00:00.000Z', cause: 'requester-replied', ticket: fresh },
      {
        at: '2026-01-07T08:30:00.000Z',
        cause: 'held-customer',
        ticket: { ...waitingFor('CUSTOMER'), replied: false, unansweredSince: opened },
      },
    );
    expect(clock(told, 'sla-first-response')).toMatchObject({ state: 'running', due });
    expect(typesOf(told, 'sla-next-response')).toEqual([]);
  });

  it('does not let a merged or closed ticket breach', () => {
    for (const state of ['MERGED', 'CLOSED', 'CANCELLED', 'SPAM'] as const) {
      const told = tell(start, {
        at: '2026-01-07T08:00:00.000Z',
        cause: 'merged',
        ticket: { ...fresh, state, hold: null },
      });
      expect(told.clocks.flatMap((one) => breach(one, hamburg, '2027-01-07T08:00:00.000Z'))).toEqual([]);
    }
  });

  it('does not count the next answer after the ticket was solved', () => {
    const told = tell(
      start,
      {
        at: '2026-01-07T08:00:00.000Z',
        cause: 'agent-replied',
        ticket: { ...working, unansweredSince: '2026-01-07T07:50:00.000Z' },
      },
      { at: '2026-01-07T09:00:00.000Z', cause: 'resolved', ticket: { ...working, state: 'RESOLVED', hold: null } },
    );
    expect(clock(told, 'sla-next-response')).toMatchObject({ state: 'met', due: null });
  });

  it('follows the team: its own promise, with the time that was used', () => {
    const lab: Policy = {
      ...standard,
      id: 'lab',
      name: 'Lab',
      order: 5,
      when: { team: ['lab'] },
      targets: { 'sla-resolution': { P3: 120 } },
    };
    const promises = { ...book, policies: [standard, lab] };
    const moved: ClockedTicket = { ...working, place: { tier: 'tier-1', team: 'lab', partner: null } };
    const told = tell(start, begun, {
      at: '2026-01-07T08:30:00.000Z',
      cause: 'transferred',
      ticket: moved,
      in: promises,
    });
    expect(clock(told, 'sla-resolution')).toMatchObject({
      policy: { id: 'lab' },
      consumed: 1.5 * hour,
      due: '2026-01-07T09:00:00.000Z',
    });
  });

  it('derives open deadlines anew when the calendar was edited, on hold too, and leaves ended ones', () => {
    const edited = {
      ...hamburg,
      version: 8,
      holidays: [...hamburg.holidays, { date: '2026-01-08', name: 'Town fair' }],
    };
    const promises = { ...book, calendars: [hamburg, edited] };
    const open = tell(start, begun);
    expect(clock(open, 'sla-resolution')?.due).toBe('2026-01-08T16:00:00.000Z');
    const edit = { at: '2026-01-07T09:00:00.000Z', cause: 'calendar-changed', in: promises } as const;
    const told = tell(start, begun, { ...edit, ticket: working });
    expect(clock(told, 'sla-resolution')).toMatchObject({
      calendar: { version: 8 },
      consumed: 2 * hour,
      due: '2026-01-09T16:00:00.000Z',
    });
    expect(clock(told, 'sla-first-response')).toMatchObject({ state: 'met', calendar: { version: 7 } });
    const held = tell(
      start,
      begun,
      { at: '2026-01-07T08:30:00.000Z', cause: 'held-customer', ticket: waitingFor('CUSTOMER') },
      { ...edit, ticket: waitingFor('CUSTOMER') },
    );
    expect(clock(held, 'sla-resolution')).toMatchObject({
      state: 'paused',
      calendar: { version: 8 },
      consumed: 1.5 * hour,
    });
  });

  it('goes on by itself when the requester answers during a hold, from when they wrote, and tells it', () => {
    const told = tell(
      start,
      begun,
      { at: '2026-01-07T09:00:00.000Z', cause: 'held-customer', ticket: waitingFor('CUSTOMER') },
      {
        at: '2026-01-07T10:30:00.000Z',
        happenedAt: '2026-01-07T10:00:00.000Z',
        cause: 'requester-replied',
        ticket: { ...working, unansweredSince: '2026-01-07T10:00:00.000Z' },
      },
    );
    expect(told.ledger).toContainEqual(
      expect.objectContaining({
        clock: 'sla-resolution',
        type: 'resumed',
        cause: 'requester-replied',
        since: '2026-01-07T10:00:00.000Z',
        paused: hour,
      }),
    );
    expect(clock(told, 'sla-next-response')).toMatchObject({ state: 'running', from: '2026-01-07T10:00:00.000Z' });
  });

  it('goes on with its used time when the ticket is opened again', () => {
    const told = tell(
      start,
      begun,
      { at: '2026-01-07T10:00:00.000Z', cause: 'resolved', ticket: { ...working, state: 'RESOLVED', hold: null } },
      {
        at: '2026-01-12T07:00:00.000Z',
        cause: 'requester-rejected',
        ticket: { ...fresh, replied: true, unansweredSince: '2026-01-12T07:00:00.000Z', stays: 1 },
      },
    );
    expect(typesOf(told, 'sla-resolution')).toEqual(['started', 'met', 'resumed']);
    expect(clock(told, 'sla-resolution')).toMatchObject({ consumed: 3 * hour, paused: 0 });
  });

  it('leaves the solution’s clock alone when the ticket goes up', () => {
    const told = tell(
      start,
      begun,
      { at: '2026-01-07T09:00:00.000Z', cause: 'escalated', ticket: { ...fresh, ...answered, place: null, stays: 1 } },
      {
        at: '2026-01-07T09:00:02.000Z',
        cause: 'queued',
        ticket: { ...fresh, ...answered, place: { tier: 'tier-2', team: 'network', partner: null }, stays: 1 },
      },
    );
    expect(typesOf(told, 'sla-resolution')).toEqual(['started']);
    expect(clock(told, 'ola-waiting')).toMatchObject({ about: 'tier-2/network#1', state: 'running' });
  });
});

describe('a promise that comes or goes', () => {
  const without: PromiseBook = { ...book, policies: [] };

  it('ends what nothing promises any more, and goes on when it is promised again', () => {
    const gone = tell(start, { at: '2026-01-07T08:00:00.000Z', cause: 'policy-changed', ticket: fresh, in: without });
    expect(gone.clocks.map(({ state }) => state)).toEqual(['stopped', 'stopped', 'stopped']);
    const back = tell(
      start,
      { at: '2026-01-07T08:00:00.000Z', cause: 'policy-changed', ticket: fresh, in: without },
      { at: '2026-01-07T09:00:00.000Z', cause: 'policy-changed', ticket: fresh },
    );
    expect(clock(back, 'sla-resolution')).toMatchObject({ state: 'running', consumed: hour });
  });

  it('that is made later counts from then', () =>
    expect(
      clock(
        tell({ ...start, in: without }, { at: '2026-03-04T08:00:00.000Z', cause: 'policy-changed', ticket: fresh }),
        'sla-resolution',
      ),
    ).toMatchObject({
      from: '2026-03-04T08:00:00.000Z',
    }));

  it('changes with the priority', () =>
    expect(
      clock(
        tell(start, begun, {
          at: '2026-01-07T09:00:00.000Z',
          cause: 'priority-changed',
          ticket: { ...working, priority: 'P1' },
        }),
        'sla-resolution',
      ),
    ).toMatchObject({
      target: 4 * hour,
      consumed: 2 * hour,
      due: '2026-01-07T11:00:00.000Z',
    }));
});
