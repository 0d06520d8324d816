import { allParts, deskDocument, deskSchema, readDesk } from './document.ts';
import { deskFaults, deskWarnings, placeOfFault } from './check.ts';
import { deskDifferences } from './difference.ts';
import type { DeskParts } from './sorts.ts';

const office = { monday: [{ from: '08:00', to: '17:00' }] };
const small = {
  tiers: [
    { tier: 'tier-1', name: 'Tier 1', rank: 1, defaultQueue: 'desk' },
    { tier: 'tier-2', name: 'Tier 2', rank: 2, defaultQueue: 'systems' },
  ],
  queues: [
    { queue: 'desk', name: 'Desk', tier: 'tier-1', team: 'it' },
    { queue: 'systems', name: 'Systems', tier: 'tier-2', team: 'it', skills: [{ skill: 'linux', level: 3 }] },
  ],
  teams: [{ team: 'it', name: 'IT' }],
  skills: [{ skill: 'linux', name: 'Linux' }],
  agents: [{ agentId: 'tom', name: 'Tom', teams: ['it'], skills: [{ skill: 'linux', level: 3 }] }],
  calendars: [{ calendar: 'office', name: 'Office', zone: 'Europe/Berlin', hours: office }],
  rules: [{ name: 'VPN', when: { keywords: ['vpn'] }, then: { queue: 'systems' } }],
};

const parts = (document: object): DeskParts => {
  const read = readDesk(document);
  if (read.faults) throw new Error(JSON.stringify(read.faults));
  return read.parts;
};
const faults = (more: object) => deskFaults(parts({ ...small, ...more })).map(placeOfFault);

describe('a desk document', () => {
  it('is read, and written back in one canonical form', () => {
    const messy = {
      ...small,
      tiers: small.tiers.toReversed(),
      agents: [{ ...small.agents[0], teams: ['it', 'it'], certifications: [], shifts: [] }],
    };
    const canonical = deskDocument(parts(messy));
    expect(canonical).toEqual({ desk: 1, ...small, rules: [{ ...small.rules[0], enabled: true }] });
    expect(deskDocument(parts(canonical))).toEqual(canonical);
  });

  it.each<[string, object, string]>([
    ['an unknown field', { ...small, tires: [] }, 'tires'],
    ['an unknown field of a part', { tiers: [{ ...small.tiers[0], colour: 'red' }] }, 'tiers.0.colour'],
    ['an unknown field deep inside', { rules: [{ ...small.rules[0], when: { moon: 'full' } }] }, 'rules.0.when.moon'],
    ['a wrong value', { tiers: [{ ...small.tiers[0], rank: 0 }] }, 'tiers.0.rank'],
    ['a weight of nothing', { limits: { capacityWeights: { P1: 0 } } }, 'limits.capacityWeights.P1'],
    ['half a place', { limits: { capacityWeights: { P2: 1.5 } } }, 'limits.capacityWeights.P2'],
    ['a weight of no priority', { limits: { capacityWeights: { P5: 2 } } }, 'limits.capacityWeights'],
    ['management of no team', { management: [{ personId: 'tom', teams: [] }] }, 'management.0.teams'],
    ['management that is told of nothing', { management: [{ personId: 'tom', toldOf: [] }] }, 'management.0.toldOf'],
    ['a rule that sets nothing', { rules: [{ name: 'R', then: {} }] }, 'rules.0.then'],
    ['another edition of the format', { desk: 2 }, 'desk'],
  ])('is refused by path for %s', (_, document, path) => expect(readDesk(document).faults).toMatchObject([{ path }]));

  it('describes itself as JSON Schema, which knows no field that reading does not', () => {
    const schema = deskSchema() as { properties: Record<string, unknown>; additionalProperties: boolean };
    expect(schema.additionalProperties).toBe(false);
    expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(['tiers', 'escalations', 'limits']));
    expect(JSON.stringify(schema.properties['queues'])).toContain('"additionalProperties":false');
  });
});

describe('a desk', () => {
  it('holds together', () => expect(faults({})).toEqual([]));

  it.each<[string, object, string, RegExp]>([
    ['a rank twice', { tiers: small.tiers.map((tier) => ({ ...tier, rank: 1 })) }, 'tiers.0.rank', /tier-2 too/],
    [
      'an unknown tier',
      { queues: [...small.queues, { ...small.queues[0], queue: 'x', tier: 'tier-9' }] },
      'queues.2.tier',
      /no tier tier-9/,
    ],
    ['an unknown team', { teams: [] }, 'queues.0.team', /no team it/],
    ['an unknown skill', { skills: [] }, 'queues.1.skills.0.skill', /no skill linux/],
    [
      'an unknown calendar',
      { partners: [{ partner: 'p', name: 'P', calendar: 'moon' }] },
      'partners.0.calendar',
      /no calendar moon/,
    ],
    [
      'an unknown queue in a rule',
      { rules: [{ name: 'R', then: { queue: 'x' } }] },
      'rules.0.then.queue',
      /no queue x/,
    ],
    [
      'a queue of another tier in a rule',
      { rules: [{ name: 'R', then: { queue: 'systems', tier: 'tier-1' } }] },
      'rules.0.then.queue',
      /belongs to tier-2/,
    ],
    [
      'a queue that nobody can serve',
      { agents: [{ agentId: 'tom', name: 'Tom', teams: ['it'], skills: [{ skill: 'linux', level: 2 }] }] },
      'queues.1.team',
      /nobody can serve queue systems: nobody of team it/,
    ],
    [
      'a rule that sends tickets where nobody has what it asks for',
      { rules: [{ name: 'R', then: { queue: 'systems', skills: [{ skill: 'linux', level: 5 }] } }] },
      'rules.0.then.skills',
      /sends tickets to queue systems, and nobody of team it/,
    ],
    [
      'a category that does so in the default queue of its tier',
      {
        certifications: [{ certification: 'rhce', name: 'RHCE', issuer: 'Red Hat' }],
        categories: [{ category: 'c', name: 'C', type: 'incident', tier: 'tier-1', certifications: ['rhce'] }],
      },
      'categories.0.certifications',
      /sends tickets to queue/,
    ],
    [
      'a calendar without hours',
      { calendars: [{ ...small.calendars[0], hours: { monday: [] } }] },
      'calendars.0.hours',
      /without any hours/,
    ],
    [
      'a way up that goes down',
      { escalations: [{ from: 'tier-2', to: 'tier-1' }] },
      'escalations.0.to',
      /tier-1 is not above tier-2/,
    ],
    [
      'a circle of escalations',
      {
        escalations: [
          { from: 'tier-1', to: 'tier-2' },
          { from: 'tier-2', to: 'tier-1' },
        ],
      },
      'escalations.1.to',
      /go round in a circle/,
    ],
    [
      'others who lead without a lead',
      { teams: [{ ...small.teams[0], leads: ['tom'] }] },
      'teams.0.lead',
      /told first/,
    ],
    [
      'somebody who leads a team twice',
      { teams: [{ ...small.teams[0], lead: 'tom', leads: ['tom'] }] },
      'teams.0.leads.0',
      /tom leads the team already/,
    ],
    [
      'somebody who leads and is not there',
      { teams: [{ ...small.teams[0], lead: 'tom', leads: ['ida'] }] },
      'teams.0.leads.0',
      /no agent ida/,
    ],
    [
      'management of a team that is not there',
      { management: [{ personId: 'nadia', name: 'Nadia', teams: ['it', 'hr'] }] },
      'management.0.teams.1',
      /no team hr/,
    ],
    [
      'management of a tier that is not there',
      { management: [{ personId: 'tom', tiers: ['tier-9'] }] },
      'management.0.tiers.0',
      /no tier tier-9/,
    ],
    [
      'management that is nobody it knows',
      { management: [{ personId: 'tom' }, { personId: 'nadia', email: 'nadia@acme.example' }] },
      'management.1.personId',
      /no agent nadia/,
    ],
    [
      'an absence of nobody it knows',
      { absences: [{ personId: 'nadia', from: '2026-12-21', until: '2027-01-03' }] },
      'absences.0.personId',
      /no agent nadia/,
    ],
    [
      'a deputy who is nobody it knows',
      { absences: [{ personId: 'tom', from: '2026-12-21', until: '2027-01-03', deputy: 'nadia' }] },
      'absences.0.deputy',
      /no agent nadia/,
    ],
    ['a rule twice', { rules: [small.rules[0], small.rules[0]] }, 'rules.1.name', /twice/],
    [
      'a choice without options',
      {
        categories: [
          { category: 'c', name: 'C', type: 'incident', form: [{ field: 'f', label: 'F', kind: 'choice' }] },
        ],
      },
      'categories.0.form.0.options',
      /needs its options/,
    ],
  ])('is refused for %s', (_, more, path, message) =>
    expect(faults(more)).toContainEqual({ path, message: expect.stringMatching(message) as unknown }),
  );

  it('warns of certificates that have run out or soon will', () => {
    const holding = (expires: string) => ({ certification: 'ccna', number: '7', expires });
    const agents = [
      {
        agentId: 'tom',
        name: 'Tom',
        teams: [],
        certifications: ['2026-01-01', '2026-12-01', '2028-01-01'].map(holding),
      },
    ];
    expect(deskWarnings(parts({ agents }), '2026-11-22').map(({ message }) => message)).toEqual([
      'the certificate ccna of tom expired on 2026-01-01',
      'the certificate ccna of tom expires on 2026-12-01',
    ]);
  });
});

it('warns of what is asked without a place, where nobody has it in the default queue of the lowest tier', () => {
  const asks = (then: object) => ({ ...small, rules: [{ name: 'R', when: {}, then, enabled: true }] });
  const high = { skills: [{ skill: 'linux', level: 5 }] };
  expect(deskWarnings(parts(asks(high)), '2026-11-22')).toMatchObject([{ path: 'rules.0.then.skills' }]);
  expect(deskWarnings(parts(asks({ ...high, queue: 'systems' })), '2026-11-22')).toEqual([]);
  expect(deskWarnings(parts(asks({ skills: [{ skill: 'linux' }] })), '2026-11-22')).toEqual([]);
});

it('warns of people of management whom no mail may reach', () => {
  const management = [{ personId: 'tom' }, { personId: 'nadia', name: 'Nadia' }];
  expect(deskWarnings(parts({ ...small, management }), '2026-11-22')).toMatchObject([{ path: 'management.1.email' }]);
});

it('warns of a lead who is away without a deputy, until that is over', () => {
  const teams = [{ team: 'it', name: 'IT', lead: 'tom' }];
  const absences = [{ personId: 'tom', from: '2026-12-21', until: '2027-01-03' }];
  const away = parts({ ...small, teams, absences });
  expect(deskWarnings(away, '2027-01-03T12:00:00.000Z')).toMatchObject([{ path: 'absences.0.deputy' }]);
  expect(deskWarnings(away, '2027-01-04T00:00:00.000Z')).toEqual([]);
  const agents = [...small.agents, { agentId: 'ida', name: 'Ida', teams: [] }];
  const shared = parts({ ...small, agents, teams: [{ ...teams[0], leads: ['ida'] }], absences });
  expect(deskWarnings(shared, '2027-01-03T12:00:00.000Z')).toEqual([]);
});

describe('the differences of two desks', () => {
  const before = parts(small);

  it('are none between the same desks', () => expect(deskDifferences(before, parts(small))).toEqual([]));

  it('tell what is new, what changed and what goes', () => {
    const after = parts({
      ...small,
      queues: [small.queues[0], { ...small.queues[1], name: 'Servers', queue: 'servers' }],
      tiers: [{ ...small.tiers[0], bounceLimit: 3 }, small.tiers[1]],
    });
    expect(deskDifferences(before, after)).toMatchObject([
      { part: 'tiers', id: 'tier-1', what: 'changed', fields: [{ field: 'bounceLimit', to: 3 }] },
      { part: 'queues', id: 'servers', what: 'new' },
      { part: 'queues', id: 'systems', what: 'removed' },
    ]);
  });

  it('tell that rules changed places, and not that one came between', () => {
    const rule = (name: string) => ({ name, then: { priority: 'P1' } });
    const ruled = (...names: string[]) => parts({ rules: names.map(rule) });
    expect(deskDifferences(ruled('a', 'b'), ruled('a', 'c', 'b'))).toMatchObject([{ id: 'c', what: 'new' }]);
    expect(deskDifferences(ruled('a', 'b'), ruled('b', 'a'))).toEqual([
      { part: 'rules', id: 'order', what: 'changed', fields: [{ field: 'order', from: ['a', 'b'], to: ['b', 'a'] }] },
    ]);
  });
});

it('takes the parts that are named, and none of the others', () => expect(allParts({ tiers: [] })).toEqual(parts({})));
