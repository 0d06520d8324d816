import { emptyDesk, type Desk, type Rule } from './desk.ts';
import { decideEscalation, type Rising } from './escalation.ts';

const queue = (name: string, tier: string) => [name, { queue: name, name, tier, team: name }] as const;
const network = { category: 'network', name: 'Network', type: 'incident', tier: null, queue: 'systems' } as const;
const desk = (...rules: readonly Rule[]): Desk => ({
  ...emptyDesk,
  tiers: new Map([
    ['tier-1', { tier: 'tier-1', name: 'Tier 1', rank: 1, defaultQueue: 'service-desk' }],
    ['tier-2', { tier: 'tier-2', name: 'Tier 2', rank: 2, defaultQueue: 'general' }],
  ]),
  queues: new Map([
    queue('service-desk', 'tier-1'),
    queue('general', 'tier-2'),
    queue('network', 'tier-2'),
    queue('systems', 'tier-2'),
  ]),
  categories: new Map([['network', network]]),
  rules,
});

const rising: Rising = {
  ticket: {
    category: null,
    channel: 'web',
    impact: 'low',
    urgency: 'low',
    organisation: null,
    requesterId: 'anna.berg',
    subject: 'The VPN drops',
    description: 'Since today.',
  },
  priority: 'P1',
  type: 'incident',
  at: '2026-11-23T12:00:00.000Z',
  toTier: 'tier-2',
  toQueue: null,
};
const rule = (then: Rule['then'], when: Rule['when'] = {}, enabled = true): Rule => ({
  name: 'R',
  when,
  then,
  enabled,
});
const up = { rule: 'escalation', matched: true, why: 'it goes up to tier-2; priority stays P1' };
const byDefault = {
  rule: 'default queue',
  matched: true,
  why: 'nothing else named a queue: general is the default queue of tier-2',
};

const wayOf = (up: Rising, on: Desk) => decideEscalation(up, { desk: on, loads: new Map() });

describe('an escalated ticket', () => {
  it('goes to the queue that was asked for, and keeps priority and type', () =>
    expect(wayOf({ ...rising, toQueue: 'network' }, desk(rule({ queue: 'systems' })))).toEqual({
      type: 'incident',
      priority: 'P1',
      tier: 'tier-2',
      queue: 'network',
      fallback: false,
      explanation: [
        up,
        { rule: 'queue asked for', matched: true, why: 'network is in tier-2' },
        { rule: 'rule 1: R', matched: true, why: 'it applies to every ticket: place stays as queue asked for decided' },
      ],
    }));

  it('goes to the queue of a rule for that tier', () =>
    expect(
      wayOf(
        rising,
        desk(
          rule({ tier: 'tier-1', queue: 'service-desk' }),
          rule({ queue: 'systems' }, { channel: 'phone' }),
          rule({ queue: 'systems' }, {}, false),
          rule({ queue: 'gone' }),
          rule({ tier: 'tier-1', queue: 'systems' }),
          rule({ queue: 'network' }, { keywords: ['vpn'] }),
          rule({ queue: 'systems' }),
        ),
      ),
    ).toMatchObject({
      queue: 'network',
      explanation: [
        up,
        { rule: 'rule 2: R', matched: false, why: 'channel is web, not phone' },
        { rule: 'rule 3: R', matched: false, why: 'it is switched off' },
        {
          rule: 'rule 4: R',
          matched: false,
          why: 'skipped, although it applies to every ticket: queue gone is not known',
        },
        {
          rule: 'rule 5: R',
          matched: false,
          why: 'skipped, although it applies to every ticket: queue systems belongs to tier-2, not to tier-1',
        },
        { rule: 'rule 6: R', matched: true, why: 'the text has "vpn": sends it to tier-2/network' },
        { rule: 'rule 7: R', matched: true, why: 'it applies to every ticket: place stays as rule 6: R decided' },
      ],
    }));

  it('follows rules for what goes up, and none for entries', () => {
    const on = desk(rule({ queue: 'systems' }, { hop: 'first' }), rule({ queue: 'network' }, { hop: 'later' }));
    expect(wayOf(rising, on)).toMatchObject({
      queue: 'network',
      explanation: [
        up,
        { rule: 'rule 1: R', matched: false, why: 'it goes up, and the rule is for entries' },
        { rule: 'rule 2: R', matched: true, why: 'it goes up: sends it to tier-2/network' },
      ],
    });
  });

  it('asks for what rules ask for in that tier or everywhere, and says so', () => {
    const on = desk(
      rule({ tier: 'tier-1', skills: [{ skill: 'phone' }] }),
      rule({ queue: 'network', skills: [{ skill: 'routing', level: 3 }], priority: 'P4' }, { keywords: ['vpn'] }),
      rule({ certifications: ['ccnp'] }),
      rule({ queue: 'systems', assignment: 'round-robin' }),
      rule({ tier: 'tier-2', assignment: 'least-loaded' }),
      rule({ priority: 'P4' }),
    );
    expect(wayOf(rising, on)).toMatchObject({
      queue: 'network',
      priority: 'P1',
      skills: [{ skill: 'routing', level: 3 }],
      certifications: ['ccnp'],
      assignment: 'least-loaded',
      explanation: [
        up,
        { rule: 'rule 2: R', why: 'the text has "vpn": sends it to tier-2/network, asks for skill routing' },
        { rule: 'rule 3: R', why: 'it applies to every ticket: asks for certificate ccnp' },
        {
          rule: 'rule 4: R',
          why:
            'it applies to every ticket: place stays as rule 2: R decided, ' +
            'what it asks for counts in its own place alone',
        },
        { rule: 'rule 5: R', why: 'it applies to every ticket: assigns it least-loaded' },
        { rule: 'requirements' },
      ],
    });
  });

  it("asks for what its category asks for, but not for what that asks in another tier's queue", () => {
    const skilled = (more: object) => ({
      ...desk(),
      categories: new Map([['network', { ...network, skills: [{ skill: 'linux' }], ...more }]]),
    });
    const ticket = { ...rising.ticket, category: 'network' };
    expect(wayOf({ ...rising, ticket }, skilled({}))).toMatchObject({ skills: [{ skill: 'linux' }] });
    expect(wayOf({ ...rising, ticket }, skilled({ queue: null }))).toMatchObject({ skills: [{ skill: 'linux' }] });
    expect(wayOf({ ...rising, ticket }, skilled({ queue: 'service-desk' }))).not.toHaveProperty('skills');
  });

  it("goes to its category's queue in that tier", () =>
    expect(wayOf({ ...rising, ticket: { ...rising.ticket, category: 'network' } }, desk())).toMatchObject({
      queue: 'systems',
      explanation: [up, { rule: 'category network', matched: true, why: 'its queue in tier-2 is systems' }],
    }));

  it.each([
    ['service-desk', 'service-desk belongs to tier-1, not to tier-2'],
    ['gone', 'queue gone is not known'],
  ])('goes to the default queue of the tier when %s was asked for, and says why', (toQueue, why) =>
    expect(wayOf({ ...rising, toQueue }, desk())).toMatchObject({
      queue: 'general',
      explanation: [up, { rule: 'queue asked for', matched: false, why }, byDefault],
    }),
  );

  it('goes to the default queue when nobody named one', () =>
    expect(wayOf(rising, desk())).toMatchObject({ queue: 'general', explanation: [up, byDefault] }));

  it('waits while its tier is not known', () => expect(wayOf(rising, emptyDesk)).toBeNull());
});
