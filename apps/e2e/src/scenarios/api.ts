import { loadKey, signToken, type Role, type RunningTierline } from '@tierline/local';

export type Person = { readonly id: string; readonly name: string; readonly roles: readonly Role[] };

/** Calls `/api/…` as somebody; gives the body of the answer. Throws `Refused` for every answer but 2xx. */
export type Api = <T>(by: Person, method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) => Promise<T>;

/** What was asked for was refused, with the code of the rule. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The public API of a running Tierline, for the people of one company. */
export const apiOf = ({ address, issuer }: RunningTierline, tenant: string): Api => {
  const tokens = new Map<string, Promise<string>>();
  const tokenOf = ({ id, name, roles }: Person): Promise<string> => {
    const email = `${id}@${tenant}.example`;
    const token =
      tokens.get(id) ??
      loadKey(issuer.keyFile).then((key) => signToken(key, { subject: id, name, email, roles, tenant }));
    tokens.set(id, token);
    return token;
  };
  return async <T>(by: Person, method: string, path: string, body?: unknown) => {
    const response = await fetch(`${address}/api/${path}`, {
      method,
      headers: { authorization: `Bearer ${await tokenOf(by)}`, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as T;
    const { code = 'none' } = JSON.parse(text) as { code?: string };
    throw new Refused(code, `${by.name}: ${method} ${path} was answered with ${response.status}: ${text}`);
  };
};
