import { RequesterReplied } from '@tierline/contracts';
import type { Policy } from './clocks/policies.ts';
import { phones, routed, serviceDesk, tom } from './example.ts';
import type { KnownTicket } from './ticket.ts';
import { timersOf } from './timers.ts';
import {
  arrives,
  clockOf,
  doings,
  hamburg,
  openedAt,
  play,
  promising,
  standard,
  type Step,
} from './promises-example.ts';

const minute = 60_000;
const messageId = '019a0000-0000-7000-8000-000000000009';
const at = (time: string, act: Extract<Step, { act: unknown }>['act']): Step => ({
  at: `2026-01-05T${time}.000Z`,
  act,
});
const claims = at('08:10:00', { type: 'claim', by: tom });
const replies = at('08:20:00', { type: 'reply', by: tom, messageId, text: 'Hello' });
const asks = (time: string): Step => ({
  ...at(time, { type: 'requester-replied' }),
  noted: RequesterReplied({ messageId, text: 'And?' }),
});
const resolves = at('09:00:00', {
  type: 'resolve',
  by: tom,
  code: 'solved',
  solution: 'x',
  lowerTierCouldHave: false,
});

describe('what other desks got wrong, on a ticket’s whole way', () => {
  it('keeps held time when the agreement changes during the hold', () => {
    const changed = promising([{ ...standard, version: 2, targets: { 'sla-resolution': { P2: 300 } } }]);
    const told = play([
      ...arrives,
      claims,
      replies,
      at('09:00:00', { type: 'hold', by: tom, reason: 'CUSTOMER' }),
      { ...at('10:00:00', { type: 'keep-time', cause: 'policy-changed' }), on: changed },
      { ...at('10:30:00', { type: 'resume', by: tom }), on: changed },
    ]);
    expect(doings(told, 'sla-resolution')).toEqual(['started', 'paused', 'retargeted', 'resumed']);
    expect(clockOf(told, 'sla-resolution')).toMatchObject({ consumed: 60 * minute, paused: 90 * minute });
  });

  it('does not start the team’s clock anew when somebody takes the ticket and gives it back', () => {
    const told = play([...arrives, claims, at('08:12:00', { type: 'release', by: tom })]);
    expect(doings(told, 'ola-waiting')).toEqual(['started']);
  });

  it('does not move the first answer by what the requester writes meanwhile', () => {
    const due = clockOf(play(arrives), 'sla-first-response')?.due;
    const told = play([...arrives, asks('08:30:00'), claims, asks('08:40:00')]);
    expect(clockOf(told, 'sla-first-response')).toMatchObject({ due, state: 'running' });
    expect(doings(told, 'sla-next-response')).toEqual([]);
  });

  it('does not count the next answer after the ticket was solved', () => {
    const told = play([...arrives, claims, replies, asks('08:30:00'), resolves]);
    expect(clockOf(told, 'sla-next-response')).toMatchObject({ state: 'met', due: null });
  });

  it('does not warn of or miss anything once the ticket is closed', () => {
    const closed = at('09:10:00', { type: 'requester-confirmed' });
    const { ticket } = play([...arrives, claims, resolves, closed]);
    const fires = (['breach', 'warning'] as const).map((kind): Step => ({
      at: '2026-02-05T08:00:00.000Z',
      act: { type: 'fire', kind, clock: 'sla-resolution', generation: 0 },
    }));
    expect(play(fires, promising(), ticket).facts).toEqual([]);
  });

  it('does not miss anything once the ticket is merged, and goes on with the time used when that is undone', () => {
    const [own, other] = ['019a0000-0000-7000-8000-000000000010', '019a0000-0000-7000-8000-000000000011'];
    const merges: Step = {
      ...at('09:00:00', { type: 'merge', by: tom, id: own, into: other }),
      beside: { others: new Map([[other, play(arrives).ticket as KnownTicket]]) },
    };
    const merged = play([...arrives, claims, replies, merges]);
    expect(clockOf(merged, 'sla-resolution')).toMatchObject({ state: 'stopped', due: null });
    expect(timersOf(merged.ticket, promising(), openedAt)).toEqual([]);
    const again = play([at('10:00:00', { type: 'unmerge', by: tom })], promising(), merged.ticket);
    expect(clockOf(again, 'sla-resolution')).toMatchObject({ state: 'running', consumed: 60 * minute });
  });

  it('follows the team with the time that was used', () => {
    const lab: Policy = {
      ...standard,
      id: 'lab',
      order: 1,
      when: { team: ['phones'] },
      targets: { 'sla-resolution': { P2: 90 } },
    };
    const on = promising([standard, lab]);
    const told = play(
      [...arrives, claims, at('09:00:00', { type: 'transfer', by: tom, queue: phones.queue, reason: 'x' })],
      on,
    );
    expect(clockOf(told, 'sla-resolution')).toMatchObject({
      policy: { id: 'lab' },
      consumed: 60 * minute,
      due: '2026-01-05T09:30:00.000Z',
    });
    expect(told.ledger.find(({ type }) => type === 'retargeted')?.cause).toBe('transferred');
  });

  it('follows a change of category', () => {
    const vpn: Policy = {
      ...standard,
      id: 'vpn',
      order: 1,
      when: { category: ['vpn'] },
      targets: { 'sla-resolution': { P2: 90 } },
    };
    const route = routed(serviceDesk);
    const told = play(
      [
        ...arrives,
        {
          ...at('08:30:00', { type: 'route', hop: 1, tier: 'tier-1', queue: 'service-desk' }),
          noted: { ...route, data: { ...route.data, category: 'vpn' } },
        },
      ],
      promising([standard, vpn]),
    );
    expect(clockOf(told, 'sla-resolution')).toMatchObject({ policy: { id: 'vpn' } });
  });

  it('does not fall due in a break, in the night or on a holiday', () => {
    for (const minutes of [180, 181, 419, 420, 421]) {
      const on = promising([{ ...standard, targets: { 'sla-resolution': { P2: minutes } } }], [hamburg]);
      const due = clockOf(play(arrives, on), 'sla-resolution')!.due!;
      const local = new Date(Date.parse(due) + 60 * minute).toISOString();
      expect(local.slice(0, 10)).not.toBe('2026-01-06');
      expect(local.slice(11, 16) >= '08:00' && local.slice(11, 16) <= '17:00').toBe(true);
      expect(local.slice(11, 16) > '12:00' && local.slice(11, 16) <= '13:00').toBe(false);
    }
  });

  it('does not pay for the weekend of a hold, nor lose what was used before it', () => {
    const on = promising([{ ...standard, targets: { 'sla-resolution': { P2: 960 } } }], [hamburg]);
    const friday: Step[] = [
      { at: '2026-01-09T14:00:00.000Z', act: { type: 'hold', by: tom, reason: 'CUSTOMER' } },
      { at: '2026-01-12T09:00:00.000Z', act: { type: 'resume', by: tom } },
    ];
    const early: Step[] = [{ at: '2026-01-08T13:00:00.000Z', act: { type: 'claim', by: tom } }, ...friday];
    const late = arrives.map((step) => ({ ...step, at: step.at.replace('2026-01-05', '2026-01-08') }));
    const told = play([...late, ...early], on);
    // Thursday from nine: 7 h; Friday until three: 6 h; held two hours on Friday and two on Monday; 3 h are left.
    expect(clockOf(told, 'sla-resolution')).toMatchObject({
      consumed: 13 * 60 * minute,
      paused: 4 * 60 * minute,
      due: '2026-01-12T13:00:00.000Z',
    });
  });

  it('does not warn in a break, in the night or on a holiday either', () => {
    const on = promising([{ ...standard, warnings: [10, 25, 38, 50, 75, 90] }], [hamburg]);
    let told = play(arrives, on);
    for (;;) {
      const next = timersOf(told.ticket, on, openedAt).find(({ kind }) => kind === 'warning');
      if (!next) break;
      const local = new Date(Date.parse(next.due) + 60 * minute).toISOString().slice(0, 16);
      expect(local).toMatch(/^2026-01-0[57]T(0[89]|1[0-7]):/);
      expect(local).not.toMatch(/T12:(0[1-9]|[1-5])|T17:(0[1-9]|[1-5])/);
      told = play([{ at: next.due, act: { type: 'fire', ...next, kind: 'warning' } }], on, told.ticket);
      expect(told.ledger).toMatchObject([{ type: 'warned' }]);
    }
  });

  it('does not remind anybody at midnight or at the weekend of a promise in working hours', () => {
    const on = promising([standard], [hamburg]);
    const queue = { ...on.queues.get('service-desk')!, calendar: 'hamburg' };
    const desk = { ...on, queues: new Map([...on.queues, [queue.queue, queue]]) };
    const { ticket } = play(arrives, desk);
    const saturday = '2026-01-10T23:00:00.000Z';
    const fired: Step = {
      at: saturday,
      act: { type: 'fire', kind: 'breach', clock: 'sla-first-response', generation: Date.parse(saturday) },
    };
    const [missed] = play([fired], desk, ticket).facts;
    expect(missed).toMatchObject({ data: { tell: [{ who: 'lead', notBefore: '2026-01-12T07:00:00.000Z' }] } });
  });

  it('derives what is held anew, too, when the calendar is edited, and leaves alone what has ended', () => {
    const edited = { ...hamburg, version: 2, holidays: [...hamburg.holidays, { date: '2026-01-07', name: 'Fair' }] };
    const on = promising([standard], [hamburg, edited]);
    const held = [...arrives, claims, replies, at('09:00:00', { type: 'hold', by: tom, reason: 'CUSTOMER' })];
    const { ticket } = play(held, promising([standard], [hamburg]));
    const told = play([at('10:00:00', { type: 'keep-time', cause: 'calendar-changed' })], on, ticket);
    expect(clockOf(told, 'sla-resolution')).toMatchObject({ state: 'paused', calendar: { version: 2 } });
    expect(clockOf(told, 'sla-first-response')).toMatchObject({ state: 'met', calendar: { version: 1 } });
    const goesOn = play([at('10:00:00', { type: 'resume', by: tom })], on, told.ticket);
    expect(clockOf(goesOn, 'sla-resolution')?.due).toBe('2026-01-08T09:00:00.000Z');
  });

  it('goes on by itself when the requester answers during a hold, from when he or she wrote, and keeps who did that', () => {
    const told = play([
      ...arrives,
      claims,
      replies,
      at('09:00:00', { type: 'hold', by: tom, reason: 'CUSTOMER' }),
      {
        ...at('10:30:00', { type: 'requester-replied', happenedAt: '2026-01-05T10:00:00.000Z' }),
        noted: RequesterReplied({ messageId, text: 'Here' }),
      },
    ]);
    expect(told.ticket.state).toBe('IN_PROGRESS');
    expect(told.ledger.filter(({ clock }) => clock === 'sla-resolution').at(-1)).toMatchObject({
      type: 'resumed',
      cause: 'requester-replied',
      since: '2026-01-05T10:00:00.000Z',
      paused: 60 * minute,
    });
  });
});
