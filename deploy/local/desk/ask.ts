import { demoTenant, people } from '../people.ts';
import { loadKey, signToken } from '../parts/issuer.ts';
import type { RunningTierline } from '../state.ts';
import { Refused, type Ask, type Fault } from './services.ts';

type Problem = { readonly code?: string; readonly detail?: string; readonly fields?: readonly Fault[] };

/** Asks the services of a running Tierline through its gateway, as an admin of the tenant. */
export const askAt = async (running: RunningTierline, tenant: string = demoTenant): Promise<Ask> => {
  const token = await signToken(await loadKey(running.issuer.keyFile), {
    ...people['admin']!,
    tenant,
    expiresIn: '15m',
  });
  return async ({ service, method, path, body, expected }) => {
    const response = await fetch(`${running.address}/api/${service}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(expected === undefined ? {} : { 'if-match': String(expected) }),
      },
      body: body ? JSON.stringify(body) : null,
    });
    const answer = (await response.json()) as Problem;
    if (response.ok) return answer;
    throw new Refused(service, answer.code ?? String(response.status), answer.detail ?? '', answer.fields ?? []);
  };
};
