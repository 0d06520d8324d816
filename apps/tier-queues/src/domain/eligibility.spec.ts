import { TicketClaimed, TicketQueued, TicketRouted, type Assignment } from '@tierline/contracts';
import { specFor } from '@tierline/testing/rules';
import { aroundTheClock, type Calendar } from './clocks/calendar.ts';
import type { Claim, Surroundings } from './command.ts';
import { ticketRules } from './decide.ts';
import type { Desk, DeskAgent, Queue } from './desk.ts';
import { claimed, desk, doing, lea, opened, queued, routed, serviceDesk, tom, waiting } from './example.ts';
import type { Person } from './people.ts';

const { given } = specFor(ticketRules);
/** A Monday, 10:00 in Hamburg. */
const now = '2026-01-05T09:00:00.000Z';

const office: Calendar = {
  id: 'office',
  version: 1,
  zone: 'Europe/Berlin',
  hours: { monday: [{ from: '08:00', to: '17:00' }] },
  holidays: [],
  exceptions: [],
};
const always: Calendar = { ...office, id: 'always', hours: aroundTheClock };

/** The service desk, where the queue asks for something. */
const asking = (more: Partial<Queue>): Desk => ({
  ...desk,
  queues: new Map([...desk.queues, ['service-desk', { ...desk.queues.get('service-desk')!, ...more }]]),
  book: { policies: [], calendars: [office, always] },
});

const standing = (agent: Partial<DeskAgent> = {}, more: Partial<Person> = {}): Pick<Surroundings, 'people'> => ({
  people: new Map([
    [
      'tom',
      { agent: { agentId: 'tom', name: 'Tom', teams: ['service-desk'], ...agent }, presence: null, load: 0, ...more },
    ],
  ]),
});

const claim = (on: Desk, around: object, more: Partial<Claim> = {}) =>
  doing({ type: 'claim', by: tom, ...more }, on, around);
const taken = claimed(serviceDesk);

describe('skills', () => {
  const on = asking({ skills: [{ skill: 'vpn', level: 3 }, { skill: 'mail' }] });

  it('of the queue are asked for at their level', () =>
    given(...waiting)
      .when(
        claim(
          on,
          standing({
            skills: [
              { skill: 'vpn', level: 3 },
              { skill: 'mail', level: 1 },
            ],
          }),
        ),
        now,
      )
      .then(taken));
  it('that are missing or too low are named', () => {
    given(...waiting)
      .when(
        claim(
          on,
          standing({
            skills: [
              { skill: 'vpn', level: 2 },
              { skill: 'mail', level: 1 },
            ],
          }),
        ),
        now,
      )
      .thenRefused('skill_missing');
    expect(() =>
      given(...waiting)
        .when(claim(on, standing()), now)
        .then(),
    ).toThrow('Skill vpn from level 3 is needed, and tom does not have it. Skill mail from level 1 is needed');
  });
  it('are missing in somebody whom the desk does not know', () =>
    given(...waiting)
      .when(claim(on, {}, { by: lea }), now)
      .thenRefused('skill_missing'));
});

describe('what a route asks for', () => {
  const route = (more: { skills?: { skill: string }[]; assignment?: Assignment } = {}) =>
    TicketRouted({ ...routed(serviceDesk).data, skills: [{ skill: 'forensics' }], ...more });

  it('counts beside what the queue asks for', () => {
    const story = [opened, route(), queued(serviceDesk)];
    given(...story)
      .when(claim(asking({}), standing()), now)
      .thenRefused('skill_missing');
    given(...story)
      .when(claim(asking({}), standing({ skills: [{ skill: 'forensics', level: 1 }] })), now)
      .then(taken);
  });
  it('counts in the queue that the route named alone', () => {
    const moved = TicketQueued({
      ...serviceDesk,
      queue: 'phones',
      team: 'phones',
      cause: 'transferred',
      priority: 'P2',
    });
    given(opened, route(), queued(serviceDesk), moved)
      .when(claim(asking({}), standing()), now)
      .then(TicketClaimed({ ...serviceDesk, queue: 'phones', team: 'phones', agentId: 'tom' }));
  });
});

describe('certificates', () => {
  const on = asking({ certifications: ['ccnp'], calendar: 'office' });
  const holding = (...expires: (string | undefined)[]) =>
    standing({ certifications: expires.map((day) => ({ certification: 'ccnp', number: '1', expires: day })) });

  it('count until the end of their last day, where the queue works', () => {
    given(...waiting)
      .when(claim(on, holding('2026-01-05')), '2026-01-05T22:59:59.000Z')
      .then(taken);
    given(...waiting)
      .when(claim(on, holding('2026-01-05')), '2026-01-05T23:00:00.000Z')
      .thenRefused('certificate_expired');
  });
  it('without an end count always, and one that is valid is enough', () => {
    given(...waiting)
      .when(claim(on, holding(undefined)), now)
      .then(taken);
    given(...waiting)
      .when(claim(on, holding('2025-01-01', '2026-12-31')), now)
      .then(taken);
  });
  it('that nobody gave are missing', () =>
    given(...waiting)
      .when(claim(on, standing()), now)
      .thenRefused('certificate_missing'));
});

describe('capacity', () => {
  it.each([
    ['of the queue', asking({ capacity: 2 }), {}],
    ['of the agent, before that of the queue', asking({ capacity: 1 }), { capacity: 2 }],
  ])('%s counts', (_, on, agent) => {
    given(...waiting)
      .when(claim(on, standing(agent, { load: 1 })), now)
      .then(taken);
    given(...waiting)
      .when(claim(on, standing(agent, { load: 2 })), now)
      .thenRefused('capacity_full');
  });
  it('is used up by the weight of a ticket, which alone may be heavier than all of it', () => {
    // The ticket is a P2.
    const weighing = (P2: number): Desk => {
      const on = asking({ capacity: 4 });
      return { ...on, limits: { ...on.limits, weights: { P1: 9, P2 } } };
    };
    const claimAt = (load: number, weight = 3) =>
      given(...waiting).when(claim(weighing(weight), standing({}, { load })), now);
    claimAt(1).then(taken);
    claimAt(2).thenRefused('capacity_full');
    expect(() => claimAt(2).events()).toThrow('tom has 2 of 4 places taken, and this one takes 3.');
    claimAt(0, 5).then(taken);
    claimAt(1, 5).thenRefused('capacity_full');
  });
  it('is unlimited where nobody says', () =>
    given(...waiting)
      .when(claim(asking({}), standing({}, { load: 999 })), now)
      .then(taken));
});

describe('shift and presence', () => {
  const shifts = { shifts: ['office'] };
  const evening = '2026-01-05T18:00:00.000Z';

  it('let somebody on shift take, and nobody off shift', () => {
    given(...waiting)
      .when(claim(asking({}), standing(shifts)), now)
      .then(taken);
    given(...waiting)
      .when(claim(asking({}), standing(shifts)), evening)
      .thenRefused('off_shift');
  });
  it('let somebody work longer who says to be present', () =>
    given(...waiting)
      .when(claim(asking({}), standing(shifts, { presence: 'present' })), evening)
      .then(taken));
  it('refuse who is away, and not who is busy', () => {
    given(...waiting)
      .when(claim(asking({}), standing({}, { presence: 'away' })), now)
      .thenRefused('away');
    given(...waiting)
      .when(claim(asking({}), standing({}, { presence: 'busy' })), now)
      .then(taken);
  });
});

describe('a lead', () => {
  const on = asking({ skills: [{ skill: 'vpn' }], capacity: 1 });
  const around = standing({}, { load: 1 });
  const assign = (more: object = {}) => doing({ type: 'assign', by: lea, agentId: 'tom', ...more }, on, around);

  it('is told which rules stand against an agent', () =>
    given(...waiting)
      .when(assign(), now)
      .thenRefused('skill_missing', { fields: [{ path: 'agentId' }, { path: 'agentId' }] }));
  it('sets them aside with a reason, which is recorded', () => {
    const override = { rules: ['skill_missing', 'capacity_full'], reason: 'Nobody else is here.' };
    given(...waiting)
      .when(assign({ override: override.reason }), now)
      .then(TicketClaimed({ ...serviceDesk, agentId: 'tom', assignedBy: 'lea', override }));
  });
  it('records nothing where no rule stands against it', () =>
    given(...waiting)
      .when(doing({ type: 'assign', by: lea, agentId: 'tom', override: 'To be sure.' }, asking({}), around), now)
      .then(TicketClaimed({ ...serviceDesk, agentId: 'tom', assignedBy: 'lea' })));
  it('alone may do so', () =>
    given(...waiting)
      .when(claim(on, around, { override: 'I want it.' }), now)
      .thenRefused('lead_only'));
});
