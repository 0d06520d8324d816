import { setTimeout as sleep } from 'node:timers/promises';
import { loadKey, signToken } from '@tierline/local';
import { Pool, errors } from 'undici';
import { Refusal } from './refusal.ts';
import type { Person } from './step.ts';

/** The desk said no. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(`${code}: ${detail}`);
  }
}

export type Request = {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly path: string;
  readonly by: Person;
  readonly body?: unknown;
  /** Makes a POST safe to send again; nothing else is ever sent as a POST. */
  readonly key?: string;
};

/** The public HTTP API of one tenant. */
export type Api = {
  /**
   * The answer's body. A connection that breaks and the answers 429, 502, 503 and 504 are tried again for two minutes.
   * @throws Refused for every other answer that is not 2xx.
   */
  readonly send: <T>(request: Request) => Promise<T>;
  readonly close: () => Promise<void>;
};

export type Access = { url: string; keyFile: string; tenant: string; connections: number };

const patience = 120_000;
const pause = { shortest: 50, longest: 2_000 };
const passing: readonly number[] = [429, 502, 503, 504];
const brokenConnection: readonly string[] = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'];

const isBroken = (error: unknown): boolean =>
  error instanceof errors.UndiciError || brokenConnection.includes((error as NodeJS.ErrnoException).code ?? '');

type Spoken = { readonly status: number; readonly text: string };

const refusalOf = ({ status, text }: Spoken): Refused => {
  try {
    const { code, detail } = JSON.parse(text) as { code?: string; detail?: string };
    return new Refused(status, code ?? `http_${status}`, detail ?? text.slice(0, 300));
  } catch {
    return new Refused(status, `http_${status}`, text.slice(0, 300));
  }
};

const tokensOf = async ({ keyFile, tenant }: Access) => {
  const key = await loadKey(keyFile);
  const signed = new Map<string, Promise<string>>();
  return (person: Person): Promise<string> => {
    const name = `${person.id} ${person.roles.join()}`;
    const known = signed.get(name);
    if (known) return known;
    const { id, roles, email = `${person.id.replace(/[^\w.-]/g, '-')}@${tenant}.example` } = person;
    const fresh = signToken(key, { subject: id, tenant, roles, name: person.name, email });
    signed.set(name, fresh);
    return fresh;
  };
};

/** Opens the API of a tenant through the gateway, with tokens of the local issuer. */
export const openApi = async (access: Access): Promise<Api> => {
  const pool = new Pool(access.url, {
    connections: access.connections,
    connectTimeout: 5_000,
    headersTimeout: 60_000,
    bodyTimeout: 60_000,
  });
  const tokenOf = await tokensOf(access);

  const speak = async ({ method, path, by, body, key }: Request): Promise<Spoken> => {
    const { statusCode, body: answer } = await pool.request({
      method,
      path,
      headers: {
        authorization: `Bearer ${await tokenOf(by)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: statusCode, text: await answer.text() };
  };

  /** An error is a failure that may pass. */
  const attempt = async (request: Request): Promise<Spoken | Error> => {
    try {
      const spoken = await speak(request);
      return passing.includes(spoken.status) ? refusalOf(spoken) : spoken;
    } catch (error) {
      if (!isBroken(error)) throw error;
      return new Refusal(`${access.url} does not answer.`, { cause: error });
    }
  };

  const send = async <T>(request: Request): Promise<T> => {
    const end = Date.now() + patience;
    for (let wait = pause.shortest; ; wait = Math.min(pause.longest, wait * 2)) {
      const spoken = await attempt(request);
      if (!(spoken instanceof Error)) {
        if (spoken.status >= 300) throw refusalOf(spoken);
        return (spoken.text === '' ? undefined : JSON.parse(spoken.text)) as T;
      }
      if (Date.now() > end) throw spoken;
      await sleep(wait);
    }
  };
  return { send, close: () => pool.close() };
};
