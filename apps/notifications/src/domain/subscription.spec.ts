import type { DomainError } from '@tierline/contracts';
import { checkRetry, checkRoom, checkTarget, most, type TargetNature } from './subscription.ts';

const nature = (more: Partial<TargetNature> = {}): TargetNature => ({
  protocol: 'https:',
  isPrivateAddress: false,
  allowsNetworks: false,
  isAllowedAddress: false,
  isName: true,
  ...more,
});

const refusal = (work: () => void) => {
  try {
    work();
  } catch (error) {
    return (error as DomainError).code;
  }
  return null;
};

it.each<[string, Partial<TargetNature>, string | null]>([
  ['a public name over https', {}, null],
  ['a public name over http', { protocol: 'http:' }, 'target_insecure'],
  ['a name over http where networks are allowed', { protocol: 'http:', allowsNetworks: true }, null],
  ['a private address', { isName: false, isPrivateAddress: true }, 'target_forbidden'],
  [
    'a private address although others are allowed',
    { isName: false, isPrivateAddress: true, allowsNetworks: true },
    'target_forbidden',
  ],
  [
    'an allowed address over http',
    { protocol: 'http:', isName: false, isPrivateAddress: true, allowsNetworks: true, isAllowedAddress: true },
    null,
  ],
  ['a public address over http', { protocol: 'http:', isName: false, allowsNetworks: true }, 'target_insecure'],
])('decides about %s', (_, more, code) => {
  expect(refusal(() => checkTarget(nature(more)))).toBe(code);
});

it('names the field that is wrong', () => {
  expect(() => checkTarget(nature({ protocol: 'ftp:' }))).toThrow(
    expect.objectContaining({ extras: { fields: [{ path: 'url', message: 'must begin with https://' }] } }),
  );
});

it('has room for a hundred subscriptions', () => {
  expect(refusal(() => checkRoom(most - 1))).toBeNull();
  expect(refusal(() => checkRoom(most))).toBe('too_many_subscriptions');
});

it('retries only while the subscription is enabled', () => {
  expect(refusal(() => checkRetry('enabled'))).toBeNull();
  expect(refusal(() => checkRetry('disabled'))).toBe('subscription_disabled');
});
