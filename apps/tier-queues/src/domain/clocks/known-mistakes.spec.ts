import { breach } from './running.ts';
import {
  answered,
  begun,
  book,
  clock,
  fresh,
  hamburg,
  opened,
  standard,
  start,
  tell,
  typesOf,
  waitingFor,
  working,
  type Deed,
} from './examples.ts';
import type { Policy } from './policies.ts';
import type { ClockedTicket } from './timekeeping.ts';

const hour = 3_600_000;

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

  it('keeps the promise of a tier until the next tier has the ticket, and lets the hold end on the way', () => {
    const tiers = ['tier-1', 'tier-2'].map((tier): Policy => ({
      ...standard,
      id: tier,
      order: 1,
      when: { tier: [tier] },
    }));
    const promises = { ...book, policies: tiers };
    const up = { ...fresh, ...answered, stays: 1 };
    const deeds: readonly Deed[] = [
      { ...start, in: promises },
      { ...begun, in: promises },
      { at: '2026-01-07T09:00:00.000Z', cause: 'held-customer', ticket: waitingFor('CUSTOMER'), in: promises },
      { at: '2026-01-07T10:00:00.000Z', cause: 'escalated', ticket: { ...up, place: null }, in: promises },
    ];
    expect(clock(tell(...deeds), 'sla-resolution')).toMatchObject({
      state: 'running',
      policy: { id: 'tier-1' },
      since: '2026-01-07T10:00:00.000Z',
    });
    const there: ClockedTicket = { ...up, place: { tier: 'tier-2', team: 'network', partner: null } };
    const told = tell(...deeds, { at: '2026-01-07T10:00:30.000Z', cause: 'queued', ticket: there, in: promises });
    expect(typesOf(told, 'sla-resolution')).toEqual(['started', 'paused', 'resumed', 'retargeted']);
  });
});
