import fc from 'fast-check';
import { checkPolicy, choosePolicy, considerPolicies, type Policy, type PolicyFacts } from './policies.ts';

const policy = (id: string, more: Partial<Policy> = {}): Policy => ({
  id,
  version: 1,
  name: id,
  order: 10,
  when: {},
  calendar: 'hamburg',
  targets: { 'sla-first-response': { P1: 15, P3: 240 }, 'sla-resolution': { P1: 240, P3: 2400 } },
  warnings: [50, 75, 90],
  pausedBy: [],
  onBreach: ['tell-lead'],
  ...more,
});

const facts: PolicyFacts = {
  priority: 'P3',
  type: 'incident',
  category: 'vpn',
  organisation: 'acme',
  tier: 'tier-1',
  team: 'service-desk',
  vendor: null,
  partner: null,
};

const chosen = (policies: readonly Policy[], kind: 'sla-first-response' | 'sla-next-response' = 'sla-first-response') =>
  choosePolicy(policies, kind, facts);

describe('the choice of a policy', () => {
  it.each([
    [
      'the lower order',
      [policy('b', { order: 20, when: { organisation: ['acme'] } }), policy('a', { order: 10 })],
      'a',
    ],
    [
      'of equal order the one with more conditions',
      [policy('a'), policy('b', { when: { organisation: ['acme'] } })],
      'b',
    ],
    [
      'of equally many conditions the first by id',
      [policy('b', { when: { team: ['service-desk'] } }), policy('a', { when: { tier: ['tier-1'] } })],
      'a',
    ],
    ['only what fits', [policy('a', { order: 1, when: { organisation: ['other'] } }), policy('b')], 'b'],
    [
      'only what has a target for the priority',
      [policy('a', { order: 1, targets: { 'sla-first-response': { P1: 15 } } }), policy('b')],
      'b',
    ],
  ])('takes %s', (_rule, policies, id) => expect(chosen(policies)?.policy.id).toBe(id));

  it('is the same in whatever order the policies come', () => {
    const some = [
      policy('a', { when: { organisation: ['acme', 'other'] } }),
      policy('b', { when: { category: ['vpn'] } }),
      policy('c', { order: 5, when: { team: ['network'] } }),
      policy('d', { when: { category: ['vpn'], priority: ['P3'] } }),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(some, { minLength: 4 }), (shuffled) => {
        expect(chosen(shuffled)).toEqual(chosen(some));
      }),
    );
  });

  it('tells the winner and why, and all that was looked at when it is asked', () => {
    const gold = policy('gold', { when: { organisation: ['acme'] } });
    const cisco = policy('cisco', { order: 1, when: { vendor: ['cisco'] } });
    const policies = [gold, policy('all', { order: 90 }), cisco];
    const why = 'gold: organisation acme; goes before 1 more that fit';
    expect(chosen(policies)).toMatchObject({ policy: gold, target: 240 * 60_000, why });
    expect(considerPolicies(policies, 'sla-first-response', facts)).toEqual([
      { policy: { id: 'cisco', version: 1 }, matched: false, why: 'is for vendor cisco; the ticket has none' },
      { policy: { id: 'gold', version: 1 }, matched: true, why: 'organisation acme' },
      { policy: { id: 'all', version: 1 }, matched: true, why: 'holds for every ticket' },
    ]);
  });

  it('is none when nothing is promised', () => {
    expect(chosen([policy('a')], 'sla-next-response')).toBeNull();
    expect(considerPolicies([policy('a')], 'sla-next-response', facts)).toMatchObject([
      { matched: false, why: 'promises nothing of this kind for P3' },
    ]);
  });
});

describe('a policy', () => {
  it('that can be kept is not refused', () => expect(() => checkPolicy(policy('a'))).not.toThrow());

  it.each<[string, string, Partial<Policy>]>([
    ['policy_without_targets', 'targets', { targets: {} }],
    ['policy_without_targets', 'targets', { targets: { 'sla-resolution': {} } }],
    ['policy_target_invalid', 'targets.sla-resolution.P1', { targets: { 'sla-resolution': { P1: 0 } } }],
    ['policy_target_invalid', 'targets.ola-working.P2', { targets: { 'ola-working': { P2: 1.5 } } }],
    ['policy_target_invalid', 'targets.uc-vendor.P4', { targets: { 'uc-vendor': { P4: 1e9 } } }],
    [
      'policy_first_response_missing',
      'targets.sla-first-response.P1',
      { targets: { 'sla-next-response': { P1: 60 } } },
    ],
    ['policy_warnings_invalid', 'warnings', { warnings: [90, 50] }],
    ['policy_warnings_invalid', 'warnings', { warnings: [100] }],
    ['policy_condition_empty', 'when.team', { when: { team: [] } }],
  ])('is refused as %s at %s', (code, path, part) =>
    expect(() => checkPolicy(policy('a', part))).toThrow(
      expect.objectContaining({ code, extras: { fields: [expect.objectContaining({ path })] } }),
    ),
  );
});
