import { lookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Webhook } from 'standardwebhooks';
import { Agent, request, type Dispatcher } from 'undici';
import type { Outcome } from '../domain/delivery.ts';
import type { Claimed } from './claims.ts';
import { isPublic, within, type Network } from './networks.ts';

/** The address is one that deliveries may not reach. */
class TargetForbidden extends Error {
  override readonly name = 'TargetForbidden';
  readonly code = 'TARGET_FORBIDDEN';
}

type Resolver = (host: string, answer: (error: Error | null, addresses: LookupAddress[]) => void) => void;

const systemResolver: Resolver = (host, answer) => lookup(host, { all: true }, answer);

/** A lookup that gives the permitted addresses only: the connection goes to what was checked, whatever a name says later. */
const guardedLookup =
  (isPermitted: (address: string) => boolean, resolve: Resolver): LookupFunction =>
  (host, options, answer) =>
    resolve(host, (error, addresses) => {
      const permitted = error ? [] : addresses.filter(({ address }) => isPermitted(address));
      const [first] = permitted;
      if (!first) return answer(error ?? new TargetForbidden(`${host} is not permitted`), '', 0);
      if (options.all) (answer as unknown as (error: null, all: LookupAddress[]) => void)(null, permitted);
      else answer(null, first.address, first.family);
    });

const sentences: Readonly<Record<string, string>> = {
  TARGET_FORBIDDEN: 'the target lies in a network that deliveries may not reach',
  ENOTFOUND: 'the name of the target is not known (ENOTFOUND)',
  ECONNREFUSED: 'the target refuses connections (ECONNREFUSED)',
  UND_ERR_CONNECT_TIMEOUT: 'the target does not take the connection in time',
};

const codeOf = (error: unknown): string => {
  const { code, cause, name } = error as { code?: unknown; cause?: unknown; name?: string };
  if (typeof code === 'string') return code;
  return cause ? codeOf(cause) : (name ?? 'unknown');
};

/** Seconds that a `Retry-After` header asks for, given as seconds or as a date. */
const retryAfterOf = (header: string | string[] | undefined): number | undefined => {
  const value = Array.isArray(header) ? header[0] : header;
  if (!value) return undefined;
  const seconds = /^\d{1,9}$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1_000;
  return seconds > 0 ? seconds : undefined;
};

const outcomeOf = ({ statusCode: status, headers }: Dispatcher.ResponseData): Outcome => {
  if (status >= 200 && status < 300) return { kind: 'taken', status };
  if (status === 410) return { kind: 'gone', reason: 'the target answered 410 Gone', status };
  const hint = status >= 300 && status < 400 ? '; redirects are not followed' : '';
  const retryAfterSeconds = retryAfterOf(headers['retry-after']);
  return {
    kind: 'refused',
    reason: `the target answered ${status}${hint}`,
    status,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
};

export type WebhookOptions = { networks: readonly Network[]; timeoutSeconds: number; resolve?: Resolver };

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

/** Calls webhooks: signed, without redirects, only at addresses that deliveries may reach. */
export class WebhookChannel implements OnApplicationShutdown {
  private readonly isAllowed: (address: string) => boolean;
  private readonly agents: Readonly<Record<string, Agent>>;

  constructor(private readonly options: WebhookOptions) {
    this.isAllowed = within(options.networks);
    const agent = (protocol: string) =>
      new Agent({
        allowH2: false,
        connections: 4,
        connect: {
          timeout: options.timeoutSeconds * 1_000,
          lookup: guardedLookup((address) => this.isPermitted(protocol, address), options.resolve ?? systemResolver),
        },
      });
    this.agents = { 'https:': agent('https:'), 'http:': agent('http:') };
  }

  /** What a target is, without asking the network. */
  natureOf(target: string) {
    const url = new URL(target);
    const host = hostOf(url);
    const isName = isIP(host) === 0;
    return {
      protocol: url.protocol,
      isName,
      isPrivateAddress: !isName && !isPublic(host),
      isAllowedAddress: !isName && this.isAllowed(host),
      allowsNetworks: this.options.networks.length > 0,
    };
  }

  /** Sends one delivery; resolves with what the target made of it. */
  async send({ url, secret, eventId, body }: Claimed, signal: AbortSignal): Promise<Outcome> {
    if (!url || !secret || body === null) return { kind: 'impossible', reason: 'the subscription is gone' };
    try {
      const answer = await this.post(new URL(url), { secret, id: eventId, body }, signal);
      await answer.body.dump({ limit: 65_536, signal });
      return outcomeOf(answer);
    } catch (error) {
      const code = codeOf(error);
      const { timeoutSeconds } = this.options;
      if (code === 'TimeoutError')
        return { kind: 'refused', reason: `the target took longer than ${timeoutSeconds} s` };
      return { kind: 'refused', reason: sentences[code] ?? `the target cannot be reached (${code})` };
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(Object.values(this.agents).map((agent) => agent.destroy()));
  }

  private isPermitted(protocol: string, address: string): boolean {
    return this.isAllowed(address) || (protocol === 'https:' && isPublic(address));
  }

  private post(url: URL, message: { secret: string; id: string; body: string }, stop: AbortSignal) {
    const host = hostOf(url);
    // An address in the URL is never looked up.
    if (isIP(host) !== 0 && !this.isPermitted(url.protocol, host))
      throw new TargetForbidden(`${host} is not permitted`);
    const now = new Date();
    return request(url, {
      dispatcher: this.agents[url.protocol] ?? this.agents['https:']!,
      method: 'POST',
      signal: AbortSignal.any([stop, AbortSignal.timeout(this.options.timeoutSeconds * 1_000)]),
      headers: {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'user-agent': 'Tierline-Webhooks/1',
        'webhook-id': message.id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': new Webhook(message.secret).sign(message.id, now, message.body),
      },
      body: message.body,
    });
  }
}
