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
});
