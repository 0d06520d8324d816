import { DomainError } from '@tierline/contracts';

export type SubscriptionState = 'enabled' | 'disabled';

/** Subscriptions that one tenant may have. */
export const most = 100;

/** What is known about a target address without asking the network. */
export type TargetNature = {
  readonly protocol: string;
  /** The host is an address, not a name, and lies in no public network. */
  readonly isPrivateAddress: boolean;
  /** An operator allows targets in some private networks. */
  readonly allowsNetworks: boolean;
  /** The host is an address inside those networks. */
  readonly isAllowedAddress: boolean;
  readonly isName: boolean;
};

/**
 * Refuses a target that could never be delivered to. What a name resolves to is checked at each delivery,
 * since it may change.
 */
export const checkTarget = (nature: TargetNature): void => {
  const { protocol, isPrivateAddress, isAllowedAddress, isName, allowsNetworks } = nature;
  const mayBeAllowed = isAllowedAddress || (isName && allowsNetworks);
  if (protocol !== 'https:' && !mayBeAllowed)
    throw new DomainError('target_insecure', 'The target must be an https:// address.', 'refused', {
      fields: [{ path: 'url', message: 'must begin with https://' }],
    });
  if (isPrivateAddress && !isAllowedAddress)
    throw new DomainError(
      'target_forbidden',
      'The target lies in a network that deliveries may not reach.',
      'refused',
      {
        fields: [{ path: 'url', message: 'must be a public address' }],
      },
    );
};

/** Refuses one subscription too many. */
export const checkRoom = (existing: number): void => {
  if (existing >= most)
    throw new DomainError(
      'too_many_subscriptions',
      `There are ${existing} subscriptions; ${most} is the most. Delete one.`,
    );
};

/** What a retry asked for by a person needs: without an enabled subscription it would only wait. */
export const checkRetry = (subscription: SubscriptionState): void => {
  if (subscription === 'disabled')
    throw new DomainError(
      'subscription_disabled',
      'The subscription is disabled; enable it, and everything that waits or failed goes out.',
      'conflict',
    );
};
