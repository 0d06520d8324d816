import { AttentionRaised, SlaBreached, SlaOverrun, TicketEscalated, type Told } from '@tierline/contracts';
import { checkPolicy, type Policy } from './clocks/policies.ts';
import type { Desk } from './desk.ts';
import { lea, tom } from './example.ts';
import { arrives, clockOf, play, promising, standard, type Played, type Step } from './promises-example.ts';
import { timersOf } from './timers.ts';

const afterBreach = [
  { share: 150, actions: ['notify-up'] },
  { share: 200, actions: ['tell-lead', 'escalate'] },
] as const;
const policy: Policy = { ...standard, afterBreach };
const nadia = { management: [{ personId: 'nadia' }] };
const on: Desk = { ...promising([policy]), ...nadia };

// Eight working hours from Monday, 9:00 in Hamburg; Tuesday is a holiday.
const due = '2026-01-07T08:00:00.000Z';
const half = '2026-01-07T13:00:00.000Z';
const twice = '2026-01-08T08:00:00.000Z';
const claimed: Step = { at: '2026-01-05T08:10:00.000Z', act: { type: 'claim', by: tom } };
const fires = (at: string, kind: 'breach' | 'overrun'): Step => ({
  at,
  act: { type: 'fire', kind, clock: 'sla-resolution', generation: Date.parse(at) },
});
const missed = play([...arrives, claimed, fires(due, 'breach')], on);
const then = (steps: readonly Step[], from: Played = missed, desk = on) => play(steps, desk, from.ticket);
const timers = ({ ticket }: Played, at: string, desk = on) =>
  timersOf(ticket, desk, at)
    .filter(({ clock }) => clock === 'sla-resolution')
    .map(({ kind, due: when }) => [kind, when]);

describe('the steps after a breach', () => {
  it('wait for their share of the target, and come once each', () => {
    expect(timers(missed, due)).toEqual([['overrun', half]]);
    expect(then([fires('2026-01-07T12:59:59.999Z', 'overrun')]).facts).toEqual([]);
    const first = then([fires(half, 'overrun')]);
    expect(first.facts).toMatchObject([{ type: SlaOverrun.type, data: { share: 150, due, kind: 'sla-resolution' } }]);
    expect(timers(first, half)).toEqual([['overrun', twice]]);
    expect(then([fires(half, 'overrun')], first).facts).toEqual([]);
    expect(then([fires(half, 'breach')], first).facts).toEqual([]);
    const second = then([fires(twice, 'overrun')], first);
    expect(clockOf(second, 'sla-resolution')).toMatchObject({ overran: [150, 200], breached: due });
    expect(timers(second, twice)).toEqual([]);
  });
  it('tell whom each names, and do what it says', () => {
    const first = then([fires(half, 'overrun')]);
    expect((first.facts[0]!.data as { tell: Told[] }).tell).toMatchObject([{ who: 'management', agentId: 'nadia' }]);
    const second = then([fires(twice, 'overrun')], first);
    expect(second.facts.slice(0, 2)).toMatchObject([
      { type: SlaOverrun.type, data: { share: 200, tell: [{ who: 'lead' }] } },
      { type: TicketEscalated.type, data: { agentId: 'system:clock' } },
    ]);
  });
  it('bring the ticket back to the lead who had settled it', () => {
    expect(missed.facts.map(({ type }) => type)).toContain(SlaBreached.type);
    const settled: Step = { at: due, act: { type: 'settle-attention', by: lea, decision: 'wait' } };
    expect(then([settled, fires(half, 'overrun')]).facts.slice(1)).toMatchObject([
      { type: SlaOverrun.type },
      { type: AttentionRaised.type, data: { reason: 'breach' } },
    ]);
  });
  it('count no time on hold', () => {
    const held: Step = { at: '2026-01-07T09:00:00.000Z', act: { type: 'hold', by: tom, reason: 'CUSTOMER' } };
    const paused = then([held]);
    expect(timers(paused, held.at)).toEqual([]);
    expect(then([fires(half, 'overrun')], paused).facts).toEqual([]);
    const resumed = then([{ at: '2026-01-07T10:00:00.000Z', act: { type: 'resume', by: tom } }], paused);
    expect(timers(resumed, half)).toEqual([['overrun', '2026-01-07T14:00:00.000Z']]);
  });
  it('are none for what was kept or ended', () => {
    const cancelled: Step = { at: half, act: { type: 'cancel', by: tom, reason: 'twice' } };
    const ended = then([cancelled]);
    expect(timers(ended, half)).toEqual([]);
    expect(then([fires(twice, 'overrun')], ended).facts).toEqual([]);
  });
});

describe('a policy that changes', () => {
  const rederived = (more: Partial<Policy>, at: string, from = missed) => {
    const desk = promising([{ ...policy, version: 2, ...more }]);
    return { ...then([{ at, act: { type: 'keep-time', cause: 'policy-changed' } }], from, desk), desk };
  };

  it('has its steps derived anew; of those that are past only the furthest comes, at once', () => {
    const doubled = [{ share: 120, actions: ['tell-lead'] }, ...afterBreach] as const;
    const late = rederived({ afterBreach: doubled }, '2026-01-07T13:30:00.000Z');
    const [kind, when] = timers(late, half, late.desk)[0]!;
    expect([kind, Date.parse(String(when)) <= Date.parse('2026-01-07T13:30:00.000Z')]).toEqual(['overrun', true]);
    const fired = then([fires('2026-01-07T13:30:00.000Z', 'overrun')], late, late.desk);
    expect(fired.facts).toMatchObject([{ data: { share: 150 } }]);
  });
  it('gives steps to a clock that had none, also after its breach', () => {
    const plain = promising([standard]);
    const without = play([...arrives, claimed, fires(due, 'breach')], plain);
    expect(timers(without, due, plain)).toEqual([]);
    const now = rederived({}, due, without);
    expect(timers(now, due, now.desk)).toEqual([['overrun', half]]);
  });
  it('forgets the breach and the steps where the new target is not used up', () => {
    const first = then([fires(half, 'overrun')]);
    const longer = rederived({ targets: { 'sla-resolution': { P2: 960 } } }, half, first);
    expect(clockOf(longer, 'sla-resolution')).toMatchObject({ breached: null, overran: [] });
    expect(timers(longer, half, longer.desk).map(([kind]) => kind)).toContain('breach');
  });
  it('takes steps away', () => {
    const { afterBreach: _gone, ...plain } = policy;
    const desk = promising([{ ...plain, version: 2 }]);
    const now = then([{ at: due, act: { type: 'keep-time', cause: 'policy-changed' } }], missed, desk);
    expect(timers(now, due, desk)).toEqual([]);
    expect(clockOf(now, 'sla-resolution')).not.toHaveProperty('steps');
  });
});

it.each([
  [[{ share: 100, actions: ['tell-lead'] }], 0],
  [[{ share: 150.5, actions: ['tell-lead'] }], 0],
  [[{ share: 1_001, actions: ['tell-lead'] }], 0],
  [[afterBreach[1], afterBreach[0]], 1],
] as [Policy['afterBreach'], number][])('refuses steps that do not rise above the breach: %j', (steps, index) =>
  expect(() => checkPolicy({ ...standard, afterBreach: steps! })).toThrow(
    expect.objectContaining({
      code: 'policy_steps_invalid',
      extras: { fields: [expect.objectContaining({ path: `afterBreach.${index}.share` })] },
    }),
  ),
);
