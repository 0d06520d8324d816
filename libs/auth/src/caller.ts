import { Role, type Actor } from '@tierline/contracts';
import { z } from 'zod';

/** Who calls, as the verified token says. */
export type Caller = {
  readonly subject: string;
  readonly tenant: string;
  readonly roles: readonly Role[];
  readonly name: string;
  readonly email: string | null;
  /** As events carry it. */
  readonly actor: Actor;
  /** When the token ends, in milliseconds since 1970: what outlives a request must end then. */
  readonly expiresAt: number;
};

/** The claims that Tierline needs; others are ignored. */
export const Claims = z.object({
  sub: z.string().min(1).max(120).regex(/^\S+$/),
  tenant: z
    .string()
    .min(1)
    .max(60)
    .regex(/^[a-z0-9][a-z0-9-]*$/),
  roles: z.array(Role).min(1),
  name: z.string().min(1).max(300).optional(),
  email: z.email().optional(),
  exp: z.number(),
});

const kindOf = (roles: readonly Role[]): string => {
  if (roles.some((role) => role === 'agent' || role === 'partner-agent' || role === 'lead' || role === 'admin'))
    return 'agent';
  return roles.includes('requester') ? 'requester' : 'integrator';
};

/** The caller that the claims describe. */
export const callerOf = ({ sub, tenant, roles, name, email, exp }: z.infer<typeof Claims>): Caller => ({
  subject: sub,
  tenant,
  roles,
  name: name ?? sub,
  email: email ?? null,
  actor: `${kindOf(roles)}:${sub}`,
  expiresAt: exp * 1_000,
});
