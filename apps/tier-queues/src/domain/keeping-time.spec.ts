import { RequesterRejected, RequesterReplied, TicketQueued } from '@tierline/contracts';
import { handover, ida, messaging, routed, serviceDesk, tom } from './example.ts';
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
import { timersOf } from './timers.ts';

const hour = 3_600_000;
const messageId = '019a0000-0000-7000-8000-000000000009';
const asked = RequesterReplied({ messageId, text: 'And?' });
const claims: Step = { at: '2026-01-05T08:10:00.000Z', act: { type: 'claim', by: tom } };
const replies: Step = { at: '2026-01-05T08:20:00.000Z', act: { type: 'reply', by: tom, messageId, text: 'Hello' } };
const inWork = [...arrives, claims, replies];
const holds = (reason: 'CUSTOMER' | 'VENDOR' | 'APPROVAL'): Step => ({
  at: '2026-01-05T09:00:00.000Z',
  act: { type: 'hold', by: tom, reason, vendor: reason === 'VENDOR' ? 'Cisco' : undefined },
});
const goesUp: Step = {
  at: '2026-01-05T09:00:00.000Z',
  act: { type: 'escalate', by: tom, tier: 'tier-2', reason: 'up', handover },
};
const arrivesThere: Step = {
  at: '2026-01-05T09:00:05.000Z',
  noted: routed(messaging, 2),
  act: { type: 'route', hop: 2, tier: 'tier-2', queue: 'messaging' },
};

describe('the clocks of a ticket', () => {
  it('start when its priority is known, and count from when it was opened', () => {
    const told = play(arrives);
    expect(told.facts[0]!.type).toBe(TicketQueued.type);
    expect(doings(told, '')).toEqual(['started', 'started', 'started']);
    expect(clockOf(told, 'sla-resolution')).toMatchObject({
      from: openedAt,
      target: 8 * hour,
      // Eight hours from Monday 9:00, without lunch, and Tuesday is a holiday.
      due: '2026-01-07T08:00:00.000Z',
      policy: { id: 'standard', version: 1 },
    });
    expect(clockOf(told, 'ola-waiting')).toMatchObject({ about: 'tier-1/service-desk#0' });
  });

  it('tell each thing right after what caused it', () => {
    const told = play([...arrives, claims, replies]);
    const short = told.facts.map(({ type }) => type.split('.').at(-2));
    expect(short.slice(4)).toEqual([
      ...['claimed', 'work-started', 'clock-met', 'clock-started', 'agent-replied', 'clock-met'],
    ]);
    expect(told.ledger.map(({ type, clock, cause }) => `${clock} ${type} ${cause}`).slice(3)).toEqual([
      'ola-waiting:tier-1/service-desk#0 met work-started',
      'ola-working:tier-1/service-desk#0 started work-started',
      'sla-first-response met agent-replied',
    ]);
  });

  it('stop for the customer and go on from when the requester wrote', () => {
    const told = play([
      ...inWork,
      holds('CUSTOMER'),
      {
        at: '2026-01-05T10:00:30.000Z',
        noted: asked,
        act: { type: 'requester-replied', happenedAt: '2026-01-05T10:00:00.000Z' },
      },
    ]);
    expect(doings(told, 'sla-resolution')).toEqual(['started', 'paused', 'resumed']);
    expect(clockOf(told, 'sla-resolution')).toMatchObject({
      since: '2026-01-05T10:00:00.000Z',
      consumed: hour,
      paused: hour,
    });
    expect(clockOf(told, 'sla-next-response')).toMatchObject({ state: 'running' });
  });

  it('never take a later time than now from another service’s clock', () => {
    const told = play([
      ...inWork,
      holds('CUSTOMER'),
      {
        at: '2026-01-05T10:00:00.000Z',
        noted: asked,
        act: { type: 'requester-replied', happenedAt: '2026-01-05T11:00:00.000Z' },
      },
    ]);
    expect(clockOf(told, 'sla-resolution')).toMatchObject({ since: '2026-01-05T10:00:00.000Z' });
  });

  it('start a vendor’s clock while it waits for that vendor, and pause by policy', () => {
    const vendor = play([...inWork, holds('VENDOR')]);
    expect(clockOf(vendor, 'uc-vendor')).toMatchObject({ about: 'Cisco', state: 'running' });
    expect(clockOf(vendor, 'sla-resolution')).toMatchObject({ state: 'running' });
    expect(clockOf(play([...inWork, holds('APPROVAL')]), 'sla-resolution')).toMatchObject({ state: 'paused' });
  });

  it('end a vendor’s clock with its answer, also when the hold was over before, and not another vendor’s; the next question has its own', () => {
    const answers = (at: string, vendor?: string): Step => ({
      at,
      act: { type: 'vendor-answer', by: tom, text: 'Fixed.', ...(vendor === undefined ? {} : { vendor }) },
    });
    const resumes: Step = { at: '2026-01-05T09:20:00.000Z', act: { type: 'resume', by: tom } };
    const held = [...inWork, holds('VENDOR')];
    expect(doings(play([...held, answers('2026-01-05T09:20:00.000Z')]), 'uc-vendor')).toEqual(['started', 'met']);
    const later = [...held, resumes, answers('2026-01-05T09:40:00.000Z', 'cisco')];
    expect(doings(play(later), 'uc-vendor')).toEqual(['started', 'paused', 'met']);
    const other = play([...held, answers('2026-01-05T09:20:00.000Z', 'Oracle')]);
    expect(doings(other, 'uc-vendor')).toEqual(['started', 'paused']);
    const askedAgain = [
      ...held,
      answers('2026-01-05T09:20:00.000Z'),
      { ...holds('VENDOR'), at: '2026-01-05T10:00:00.000Z' },
    ];
    expect(play(askedAgain).ledger.filter(({ clock }) => clock.startsWith('uc-vendor'))).toMatchObject([
      { type: 'started' },
      { type: 'met' },
      { type: 'started', clock: 'uc-vendor:Cisco#2', about: 'Cisco', from: '2026-01-05T10:00:00.000Z', consumed: 0 },
    ]);
  });

  it('end those of the old tier and start those of the new one, and leave the requester’s alone', () => {
    const told = play([...inWork, goesUp, arrivesThere]);
    expect(doings(told, 'sla-resolution')).toEqual(['started']);
    expect(doings(told, 'ola-working')).toEqual(['started', 'met']);
    expect(clockOf(told, 'ola-waiting')).toMatchObject({ about: 'tier-2/messaging#1', state: 'running' });
  });

  it('start none for the place that a return or a reopening passes by', () => {
    const told = play([
      ...inWork,
      goesUp,
      arrivesThere,
      {
        at: '2026-01-05T09:10:00.000Z',
        act: { type: 'return', by: ida, reason: 'logs are missing', missing: 'evidence' },
      },
    ]);
    expect(told.ledger.filter(({ type }) => type === 'started').map(({ clock }) => clock)).toEqual([
      'sla-first-response',
      'sla-resolution',
      'ola-waiting:tier-1/service-desk#0',
      'ola-working:tier-1/service-desk#0',
      'ola-waiting:tier-2/messaging#1',
      'ola-waiting:tier-1/service-desk#2',
    ]);
  });

  it('go on with the time used when the requester rejects', () => {
    const told = play([
      ...inWork,
      {
        at: '2026-01-05T09:00:00.000Z',
        act: { type: 'resolve', by: tom, code: 'solved', solution: 'x', lowerTierCouldHave: false },
      },
      {
        at: '2026-01-07T08:00:00.000Z',
        noted: RequesterRejected({ messageId, reason: 'no' }),
        act: { type: 'requester-rejected' },
      },
    ]);
    expect(doings(told, 'sla-resolution')).toEqual(['started', 'met', 'resumed']);
    expect(clockOf(told, 'sla-resolution')).toMatchObject({ consumed: hour, since: '2026-01-07T08:00:00.000Z' });
  });

  it('count by the other priority that a later route brings', () => {
    const route = routed(serviceDesk);
    const urgent = { ...route, data: { ...route.data, priority: 'P1' as const } };
    const told = play([
      ...arrives,
      {
        at: '2026-01-05T08:30:00.000Z',
        noted: urgent,
        act: { type: 'route', hop: 1, tier: 'tier-1', queue: 'service-desk' },
      },
    ]);
    expect(clockOf(told, 'sla-resolution')).toMatchObject({ target: 4 * hour });
    expect(doings(told, 'sla-resolution')).toEqual(['started', 'retargeted']);
  });

  it('follow a new edition, with the reason, whatever happened just then', () => {
    const edited = promising([{ ...standard, version: 2, targets: { 'sla-resolution': { P2: 60 } } }]);
    const swept = play([
      ...arrives,
      { at: '2026-01-05T09:00:00.000Z', act: { type: 'keep-time', cause: 'policy-changed' }, on: edited },
    ]);
    const touched = play([...arrives, { ...claims, on: edited }]);
    for (const told of [swept, touched])
      expect(told.ledger.find(({ type }) => type === 'retargeted')).toMatchObject({
        clock: 'sla-resolution',
        cause: 'policy-changed',
        policy: { version: 2 },
      });
    const holiday = { ...hamburg, version: 2, holidays: [] };
    const told = play([...arrives, { ...claims, on: promising([standard], [hamburg, holiday]) }]);
    expect(told.ledger.at(-1)).toMatchObject({ type: 'retargeted', cause: 'calendar-changed' });
    expect(clockOf(told, 'sla-resolution')?.due).toBe('2026-01-06T08:00:00.000Z');
  });

  it('do nothing more when asked again', () => {
    const { ticket } = play(inWork);
    const again = play(
      [{ at: '2026-01-05T08:21:00.000Z', act: { type: 'keep-time', cause: 'policy-changed' } }],
      promising(),
      ticket,
    );
    expect(again.facts).toEqual([]);
    expect(again.ticket).toBe(ticket);
  });

  it('forget answered questions, and keep those that were answered late', () => {
    const question = (at: string): Step => ({ at, noted: asked, act: { type: 'requester-replied' } });
    const answer = (at: string): Step => ({ at, act: { type: 'reply', by: tom, messageId, text: 'So' } });
    const told = play([
      ...inWork,
      question('2026-01-05T08:30:00.000Z'),
      answer('2026-01-05T08:40:00.000Z'),
      question('2026-01-05T08:50:00.000Z'),
      answer('2026-01-05T10:40:00.000Z'),
      question('2026-01-05T10:50:00.000Z'),
      answer('2026-01-05T10:55:00.000Z'),
      question('2026-01-05T12:00:00.000Z'),
    ]);
    const kept =
      told.ticket.state === 'ABSENT' ? [] : told.ticket.clocks.filter(({ kind }) => kind === 'sla-next-response');
    expect(kept.map(({ about, state }) => [about, state])).toEqual([
      ['2026-01-05T08:50:00.000Z', 'late'],
      ['2026-01-05T12:00:00.000Z', 'running'],
    ]);
    expect(doings(told, 'sla-next-response').filter((type) => type === 'started')).toHaveLength(4);
  });

  it('want a timer for each next warning and deadline, and none once it is missed', () => {
    const { ticket } = play(arrives);
    expect(timersOf(ticket, promising(), openedAt)).toMatchObject([
      { kind: 'warning', clock: 'sla-first-response', due: '2026-01-05T08:30:00.000Z' },
      { kind: 'breach', clock: 'sla-first-response', due: '2026-01-05T09:00:00.000Z' },
      { kind: 'warning', clock: 'sla-resolution', due: '2026-01-05T13:00:00.000Z' },
      { kind: 'breach', clock: 'sla-resolution' },
      { kind: 'warning', clock: 'ola-waiting:tier-1/service-desk#0', due: '2026-01-05T08:15:01.000Z' },
      { kind: 'breach', clock: 'ola-waiting:tier-1/service-desk#0' },
    ]);
  });
});
