import { DomainError, RequesterConfirmed, RequesterReplied, SlaBreached, SlaOverrun } from '@tierline/contracts';
import fc from 'fast-check';
import type { Calendar } from './clocks/calendar.ts';
import type { Clock } from './clocks/clock.ts';
import type { Policy } from './clocks/policies.ts';
import type { Act } from './command.ts';
import type { Desk } from './desk.ts';
import { handover, ida, max, messaging, routed, tom } from './example.ts';
import { always, arrives, hamburg, play, promising, standard, type Step } from './promises-example.ts';
import type { Ticket } from './ticket.ts';
import { timersOf, type Timer } from './timers.ts';

const messageId = '019a0000-0000-7000-8000-000000000009';
const asked = RequesterReplied({ messageId, text: 'And?' });
const minute = 60_000;

const night = [{ from: '20:00', to: '04:00' }];
/** Nights only, in a zone that changes its clock on another Sunday. */
const other: Calendar = {
  ...hamburg,
  id: 'other',
  zone: 'America/New_York',
  hours: { monday: night, wednesday: night, saturday: night, sunday: night },
  holidays: [{ date: '2026-03-09', name: 'The day after' }],
};
const withEaster: Calendar = {
  ...hamburg,
  holidays: [...hamburg.holidays, { date: '2026-04-06', name: 'Easter Monday' }],
};
const desks: readonly Desk[] = [
  standard,
  {
    ...standard,
    calendar: 'always',
    onBreach: ['raise-priority', 'tell-owner'],
    afterBreach: [
      { share: 120, actions: ['tell-lead'] },
      { share: 300, actions: ['escalate'] },
    ],
  },
  { ...standard, onBreach: ['escalate'], pausedBy: ['VENDOR', 'CHANGE'] },
  { ...standard, targets: { 'sla-resolution': { P1: 60, P2: 90, P3: 120 } } },
  { ...standard, calendar: 'other' },
].map((policy, index) => promising([{ ...(policy as Policy), version: index + 1 }], [withEaster, always, other]));

const doers = [tom, ida, max];
type Deed = (at: string) => Omit<Step & { act: Act }, 'at' | 'on'>;
const deeds: readonly Deed[] = [
  ...doers.flatMap((by): Deed[] => [
    () => ({ act: { type: 'claim', by } }),
    () => ({ act: { type: 'start', by } }),
    () => ({ act: { type: 'release', by } }),
    () => ({ act: { type: 'reply', by, messageId, text: 'So' } }),
    () => ({ act: { type: 'hold', by, reason: 'CUSTOMER' } }),
    () => ({ act: { type: 'hold', by, reason: 'VENDOR', vendor: 'Cisco' } }),
    () => ({ act: { type: 'hold', by, reason: 'CHANGE' } }),
    () => ({ act: { type: 'resume', by } }),
    () => ({ act: { type: 'transfer', by, queue: 'phones', reason: 'x' } }),
    () => ({ act: { type: 'escalate', by, tier: 'tier-2', reason: 'x', handover } }),
    () => ({ act: { type: 'return', by, reason: 'x' } }),
    () => ({ act: { type: 'resolve', by, code: 'solved', solution: 'x', lowerTierCouldHave: false } }),
    () => ({ act: { type: 'reopen', by, reason: 'x' } }),
    () => ({ act: { type: 'undo', by } }),
    () => ({ act: { type: 'vendor-answer', by, text: 'Fixed' } }),
  ]),
  () => ({ act: { type: 'cancel', by: tom, reason: 'x' } }),
  () => ({ act: { type: 'spam', by: tom } }),
  (at) => ({ noted: asked, act: { type: 'requester-replied', happenedAt: at } }),
  () => ({ noted: RequesterConfirmed({ comment: null }), act: { type: 'requester-confirmed' } }),
  () => ({ noted: routed(messaging, 2), act: { type: 'route', hop: 2, tier: 'tier-2', queue: 'messaging' } }),
  () => ({ act: { type: 'keep-time', cause: 'policy-changed' } }),
];

type Moment = { readonly minutes: number; readonly deed: number; readonly desk: number | null };
type Story = { readonly begins: number; readonly desk: number; readonly moments: readonly Moment[] };

/** Days after the usual one on which stories begin: before gaps and repeated hours here and there, Easter, a new year. */
const beginnings = [0, 60, 80, 291, 298, 358];
const anyDesk = fc.nat(desks.length - 1);
const stories = fc.record<Story>({
  begins: fc.constantFrom(...beginnings),
  desk: anyDesk,
  moments: fc.array(
    fc.record<Moment>({
      minutes: fc.nat(900),
      deed: fc.nat(deeds.length - 1),
      // Mostly the same desk, now and then another edition of it.
      desk: fc.oneof({ weight: 8, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: anyDesk }),
    }),
    { minLength: 1, maxLength: 30 },
  ),
});

type World = { ticket: Ticket; at: string; desk: Desk };
type Seen = (before: World, after: World, step: Step, facts: ReturnType<typeof play>['facts']) => void;

const later = (at: string, milliseconds: number) => new Date(Date.parse(at) + milliseconds).toISOString();

const onDay = (days: number): readonly Step[] =>
  arrives.map((step) => ({ ...step, at: later(step.at, days * 24 * 60 * minute) }));

const clocksOf = (ticket: Ticket): readonly Clock[] => (ticket.state === 'ABSENT' ? [] : ticket.clocks);

const firing = ({ kind, clock, due, generation }: Timer): Step => ({
  at: due,
  act:
    kind === 'breach' || kind === 'warning' || kind === 'overrun'
      ? { type: 'fire', kind, clock, generation }
      : { type: 'fire', kind, generation },
});

/** Tells a story with every timer fired in its moment; what a rule refuses leaves no trace. */
const live = ({ begins, desk: first, moments }: Story, seen: Seen): World => {
  const arrived = onDay(begins);
  let world: World = { ticket: play(arrived, desks[first]).ticket, at: arrived.at(-1)!.at, desk: desks[first]! };
  const step = (one: Step): void => {
    const desk = one.on ?? world.desk;
    const before = world;
    try {
      const { ticket, facts } = play([one], desk, world.ticket);
      world = { ticket, at: one.at, desk };
      seen(before, world, one, facts);
    } catch (error) {
      // A refusal of the act, and nothing that went wrong with the clocks.
      if (!(error instanceof DomainError) || /^(calendar|clock|working)_/.test(error.code)) throw error;
      world = { ...world, at: one.at, desk };
    }
  };
  let current = first;
  for (const { minutes, deed, desk } of moments) {
    const at = later(world.at, minutes * minute);
    current = desk ?? current;
    for (let round = 0; round < 50; round += 1) {
      const [due] = timersOf(world.ticket, world.desk, world.at)
        .filter((timer) => timer.due <= at && timer.due >= world.at)
        .sort((one, other) => one.due.localeCompare(other.due));
      if (!due) break;
      step(firing(due));
    }
    const now = { at, on: desks[current]! };
    // A desk that changed is followed before anything else happens, as its batches do.
    step({ ...now, act: { type: 'keep-time', cause: 'policy-changed' } });
    step({ ...deeds[deed]!(at), ...now });
  }
  return world;
};

const check = (property: (story: Story) => void) => fc.assert(fc.property(stories, property), { numRuns: 400 });

const sameTerms = (one: Clock, other: Clock) =>
  one.target === other.target &&
  one.calendar.id === other.calendar.id &&
  one.calendar.version === other.calendar.version;

it('never moves a deadline earlier while the promise is the same', () =>
  check((story) => {
    const due = new Map<string, { clock: Clock; due: string }>();
    live(story, (_, { ticket }) => {
      for (const clock of clocksOf(ticket)) {
        const known = due.get(clock.id);
        if (known && sameTerms(known.clock, clock) && clock.due !== null)
          expect(Date.parse(clock.due)).toBeGreaterThanOrEqual(Date.parse(known.due));
        if (known && !sameTerms(known.clock, clock)) due.delete(clock.id);
        if (clock.due !== null) due.set(clock.id, { clock, due: clock.due });
      }
    });
  }));

it('misses a deadline in its moment or when it is found out, never before, and once for each promise', () =>
  check((story) => {
    const missed = new Set<string>();
    live(story, (before, { ticket }, { at }, facts) => {
      for (const fact of facts) {
        if (fact.type !== SlaBreached.type) continue;
        const { clock, due } = fact.data;
        expect(Date.parse(at)).toBeGreaterThanOrEqual(Date.parse(due!));
        const { target, policy, calendar } = clocksOf(ticket).find(({ id }) => id === clock)!;
        const old = clocksOf(before.ticket).find(({ id }) => id === clock);
        const name = JSON.stringify([clock, due, (old ?? { target }).target, policy, calendar]);
        expect(missed.has(name)).toBe(false);
        missed.add(name);
      }
    });
  }));

it('takes a step after a breach only while that lasts, in rising order and once for each promise', () =>
  check((story) => {
    const last = new Map<string, number>();
    live(story, (before, { ticket }, _, facts) => {
      for (const fact of facts) {
        if (fact.type !== SlaOverrun.type) continue;
        const { clock: id, share, due } = fact.data;
        const clock = clocksOf(ticket).find((one) => one.id === id)!;
        expect(clocksOf(before.ticket).find((one) => one.id === id)?.breached).toBe(due);
        const name = JSON.stringify([id, clock.target, clock.policy, clock.calendar, due]);
        expect(share).toBeGreaterThan(last.get(name) ?? 100);
        last.set(name, share);
      }
    });
  }));

it('wants nothing from a clock of a ticket that ended, and never misses one', () =>
  check((story) => {
    const { ticket, at, desk } = live(story, () => undefined);
    if (!['CANCELLED', 'SPAM', 'CLOSED', 'RESOLVED'].includes(ticket.state)) return;
    expect(timersOf(ticket, desk, at).filter(({ clock }) => clock !== '')).toEqual([]);
    for (const { id } of clocksOf(ticket))
      for (const kind of ['breach', 'warning', 'overrun'] as const)
        expect(
          play([{ at: later(at, 1e10), act: { type: 'fire', kind, clock: id, generation: 0 } }], desk, ticket).facts,
        ).toEqual([]);
  }));

it('always wants a timer for an open ticket', () =>
  check((story) => {
    live(story, (_, { ticket, at, desk }) => {
      const open = ['NEW', 'QUEUED', 'ASSIGNED', 'IN_PROGRESS', 'PENDING', 'RESOLVED'].includes(ticket.state);
      if (open) expect(timersOf(ticket, desk, at).length).toBeGreaterThan(0);
    });
  }));

it('has nothing to add when asked twice', () =>
  check((story) => {
    const { ticket, at, desk } = live(story, () => undefined);
    const again: Step = { at, act: { type: 'keep-time', cause: 'policy-changed' } };
    expect(play([again], desk, play([again], desk, ticket).ticket).facts).toEqual([]);
  }));

const reasons = fc.constantFrom('CUSTOMER', 'VENDOR', 'APPROVAL');

it('counts the same after a hold that ends at once', () =>
  fc.assert(
    fc.property(fc.nat(600), reasons, fc.constantFrom(...beginnings), anyDesk, (minutes, reason, begins, nth) => {
      const [arrived, on] = [onDay(begins), desks[nth]!];
      const opening = arrived[0]!.at;
      const at = later(opening, (minutes + 20) * minute);
      const claimed: Step[] = [
        { at: later(opening, minute), act: { type: 'claim', by: tom } },
        { at: later(opening, 2 * minute), act: { type: 'reply', by: tom, messageId, text: 'Hello' } },
      ];
      const { ticket } = play([...arrived, ...claimed], on);
      const round: Step[] = [
        { at, act: { type: 'hold', by: tom, reason } },
        { at, act: { type: 'resume', by: tom } },
      ];
      const deadlines = (one: Ticket) => clocksOf(one).map(({ id, due }) => [id, due]);
      expect(deadlines(play(round, on, ticket).ticket)).toEqual(deadlines(ticket));
    }),
    { numRuns: 200 },
  ));
