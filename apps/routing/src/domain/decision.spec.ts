import { decideEntry } from './decision.ts';
import { emptyDesk, type Category, type Desk, type Rule } from './desk.ts';
import type { TicketFacts } from './rule.ts';

const tier = (rank: number, defaultQueue: string) => ({
  tier: `tier-${rank}`,
  name: `Tier ${rank}`,
  rank,
  defaultQueue,
});
const queue = (name: string, tierName: string) => ({ queue: name, name, tier: tierName, team: name });
const category = (over: Partial<Category> = {}): Category => ({
  category: 'network',
  name: 'Network',
  type: 'incident',
  tier: null,
  queue: null,
  ...over,
});

const noon = '2026-11-23T12:00:00.000Z';
const entryOf = (asked: TicketFacts, on: Desk, loads: Record<string, number> = {}) =>
  decideEntry({ ticket: asked, at: noon }, { desk: on, loads: new Map(Object.entries(loads)) });

const desk = (rules: readonly Rule[] = [], ...categories: readonly Category[]): Desk => ({
  ...emptyDesk,
  tiers: new Map([tier(2, 'systems'), tier(1, 'service-desk'), tier(3, 'experts')].map((one) => [one.tier, one])),
  queues: new Map(
    [
      queue('service-desk', 'tier-1'),
      queue('phone', 'tier-1'),
      queue('systems', 'tier-2'),
      queue('storage', 'tier-3'),
    ].map((one) => [one.queue, one]),
  ),
  categories: new Map(categories.map((one) => [one.category, one])),
  rules,
});

const ticket: TicketFacts = {
  category: 'network',
  channel: 'web',
  impact: 'low',
  urgency: 'medium',
  organisation: null,
  requesterId: 'anna.berg',
  subject: 'The VPN drops',
  description: 'Since today.',
};
const rule = (then: Rule['then'], when: Rule['when'] = {}, more: Partial<Rule> = {}): Rule => ({
  name: 'R',
  when,
  then,
  enabled: true,
  ...more,
});
const stepsOf = (routed: ReturnType<typeof entryOf>) =>
  routed?.explanation.map(({ rule: name, matched, why }) => [name, matched, why]);

const matrix = ['matrix', true, 'impact low × urgency medium gives P3'];
const fallback = [
  'fallback',
  true,
  'no rule and no category named a place: service-desk is the default queue of tier-1, the lowest tier',
];

describe('the entry of a ticket', () => {
  it('is the default queue of the lowest tier when nothing else is said', () => {
    const routed = entryOf({ ...ticket, category: null }, desk());
    expect(routed).toMatchObject({
      type: 'incident',
      priority: 'P3',
      tier: 'tier-1',
      queue: 'service-desk',
      fallback: true,
    });
    expect(stepsOf(routed)).toEqual([matrix, ['category', false, 'no category is given'], fallback]);
  });

  it('is not known while no tier is', () => expect(entryOf(ticket, emptyDesk)).toBeNull());

  it('is the place of the category', () => {
    const routed = entryOf(ticket, desk([], category({ type: 'service-request', tier: 'tier-2' })));
    expect(routed).toMatchObject({ type: 'service-request', tier: 'tier-2', queue: 'systems', fallback: false });
    expect(stepsOf(routed)).toEqual([
      matrix,
      ['category network', true, 'its place is tier-2/systems; it makes the ticket a service request'],
    ]);
  });

  it('is in the tier of the queue that the category names', () =>
    expect(entryOf(ticket, desk([], category({ queue: 'storage' })))).toMatchObject({
      tier: 'tier-3',
      queue: 'storage',
    }));

  it.each([
    ['is not in the catalogue', desk(), 'it is not in the catalogue'],
    ['names no place', desk([], category()), 'it names no place; it makes the ticket an incident'],
    ['names an unknown queue', desk([], category({ queue: 'gone' })), 'its place is skipped: queue gone is not known'],
  ])('falls back when the category %s, and says so', (_, withCategory, why) => {
    const routed = entryOf(ticket, withCategory);
    expect(routed).toMatchObject({ tier: 'tier-1', queue: 'service-desk', fallback: true });
    expect(stepsOf(routed)).toEqual([matrix, ['category network', false, why], fallback]);
  });

  it('is what a matching rule says, before the category', () => {
    const routed = entryOf(
      ticket,
      desk([rule({ queue: 'storage' }, { keywords: ['vpn'] })], category({ tier: 'tier-2' })),
    );
    expect(routed).toMatchObject({ tier: 'tier-3', queue: 'storage', fallback: false });
    expect(stepsOf(routed)?.[1]).toEqual(['rule 1: R', true, 'the text has "vpn": sends it to tier-3/storage']);
  });

  it('takes from each rule what no earlier one has said', () => {
    const routed = entryOf(
      ticket,
      desk([
        rule({ priority: 'P1' }, {}, { name: 'VIP' }),
        rule({ queue: 'phone', priority: 'P4', type: 'service-request' }, {}, { name: 'Front' }),
        rule({ tier: 'tier-3' }, {}, { name: 'Late' }),
      ]),
    );
    expect(routed).toMatchObject({
      priority: 'P1',
      queue: 'phone',
      tier: 'tier-1',
      type: 'service-request',
      fallback: false,
    });
    expect(stepsOf(routed)?.slice(1, 4)).toEqual([
      ['rule 1: VIP', true, 'it applies to every ticket: sets priority P1'],
      [
        'rule 2: Front',
        true,
        'it applies to every ticket: sends it to tier-1/phone, makes it a service request, priority stays as rule 1: VIP decided',
      ],
      ['rule 3: Late', true, 'it applies to every ticket: place stays as rule 2: Front decided'],
    ]);
  });

  it('leaves what a rule or category asks for in its own place out elsewhere, and says so of a rule', () => {
    const linux = [{ skill: 'linux' }];
    const routed = entryOf(
      ticket,
      desk(
        [
          rule({ queue: 'phone' }),
          rule({ queue: 'storage', skills: linux, priority: 'P1' }, {}, { name: 'Storage' }),
          rule({ tier: 'tier-1', certifications: ['itil'] }),
        ],
        category({ queue: 'systems', skills: linux }),
      ),
    );
    expect(routed).toMatchObject({ queue: 'phone', priority: 'P1', certifications: ['itil'] });
    expect(routed).not.toHaveProperty('skills');
    expect(stepsOf(routed)?.[2]).toEqual([
      'rule 2: Storage',
      true,
      'it applies to every ticket: sets priority P1, place stays as rule 1: R decided, ' +
        'what it asks for counts in its own place alone',
    ]);
  });

  it('passes over rules that do not match, are switched off, or name what is not known, and says why', () => {
    const routed = entryOf(
      ticket,
      desk([
        rule({ tier: 'tier-3' }, { channel: 'phone' }),
        rule({ tier: 'tier-3' }, {}, { enabled: false }),
        rule({ tier: 'tier-9', priority: 'P1' }),
        rule({ tier: 'tier-1', queue: 'storage' }),
      ]),
    );
    expect(routed).toMatchObject({ priority: 'P3', tier: 'tier-1', queue: 'service-desk', fallback: true });
    expect(stepsOf(routed)?.slice(1, 5)).toEqual([
      ['rule 1: R', false, 'channel is web, not phone'],
      ['rule 2: R', false, 'it is switched off'],
      ['rule 3: R', false, 'skipped, although it applies to every ticket: tier tier-9 is not known'],
      [
        'rule 4: R',
        false,
        'skipped, although it applies to every ticket: queue storage belongs to tier-3, not to tier-1',
      ],
    ]);
  });

  it('asks for what the rule, else the category, and the queue ask for, and says so', () => {
    const skilled = {
      skills: [{ skill: 'storage', level: 3 }],
      certifications: ['san'],
      assignment: 'least-loaded',
    } as const;
    const base = desk([], category({ queue: 'storage', skills: [{ skill: 'linux' }] }));
    const storage = {
      ...base.queues.get('storage')!,
      ...skilled,
      skills: [...skilled.skills],
      certifications: ['san'],
    };
    const withSkills = { ...base, queues: new Map([...base.queues, ['storage', storage]]) };
    const routed = entryOf(ticket, withSkills);
    expect(routed).toMatchObject({
      skills: [{ skill: 'linux' }, { skill: 'storage', level: 3 }],
      certifications: ['san'],
      assignment: 'least-loaded',
    });
    expect(stepsOf(routed)?.at(-1)).toEqual([
      'requirements',
      true,
      'it asks for skill linux, skill storage from level 3, certificate san, assignment least-loaded',
    ]);
    const ruled = { ...withSkills, rules: [rule({ skills: [{ skill: 'vpn' }], assignment: 'pull' })] };
    expect(entryOf(ticket, ruled)).toMatchObject({
      skills: [{ skill: 'vpn' }, { skill: 'storage' }],
      assignment: 'pull',
    });
  });

  it('follows the type, the hours and the load that a rule asks about', () => {
    const night = {
      calendar: 'night',
      name: 'Night',
      version: 1,
      zone: 'Etc/UTC',
      hours: { monday: [{ from: '20:00', to: '06:00' }] },
      closedOn: [],
    };
    const on = (when: Rule['when']) => ({
      ...desk([rule({ tier: 'tier-3' }, when)]),
      calendars: new Map([['night', night]]),
    });
    const tierOf = (when: Rule['when'], loads = {}) => entryOf(ticket, on(when), loads)?.tier;
    expect(tierOf({ type: 'incident' })).toBe('tier-3');
    expect(tierOf({ type: 'service-request' })).toBe('tier-1');
    expect(tierOf({ hours: { calendar: 'night', is: 'closed' } })).toBe('tier-3');
    expect(tierOf({ hours: { calendar: 'night', is: 'open' } })).toBe('tier-1');
    expect(tierOf({ load: { queue: 'phone', atLeast: 5 } }, { phone: 5 })).toBe('tier-3');
    expect(tierOf({ load: { queue: 'phone', atLeast: 5 } }, { phone: 4 })).toBe('tier-1');
  });

  it('passes over a rule that fails, and says how', () => {
    const broken = { calendar: 'moon', name: 'Moon', version: 1, zone: 'Mars/Base', hours: {}, closedOn: [] };
    const hours = { calendar: 'moon', is: 'open' } as const;
    const routed = entryOf(ticket, {
      ...desk([rule({ tier: 'tier-3' }, { hours })]),
      calendars: new Map([['moon', broken]]),
    });
    expect(routed).toMatchObject({ tier: 'tier-1', fallback: true });
    expect(stepsOf(routed)?.[1]).toEqual([
      'rule 1: R',
      false,
      expect.stringMatching(/^skipped, since it failed: .*Mars/),
    ]);
  });

  it('has the priority of the tenant’s own matrix', () => {
    const row = { low: 'P2', medium: 'P1', high: 'P1' } as const;
    expect(entryOf(ticket, { ...desk(), matrix: { ...desk().matrix, low: row } })).toMatchObject({ priority: 'P1' });
  });
});
