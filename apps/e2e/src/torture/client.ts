import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './chance.ts';
import type { Parts, TokenRole } from './parts.ts';
import { choosePods } from './pod-choice.ts';
import type { Pod } from './pods.ts';
import { send, type Spoken } from './requests.ts';
import type { Promised, RunFolder } from './run-folder.ts';

/** One wish of one person; it is sent until there is a definite answer. */
export type Wish = {
  tenant: string;
  person: string;
  role: TokenRole;
  /** What sets the run up is no promise to anybody. */
  kind: Promised['kind'] | 'set-up';
  command: string;
  service: 'intake' | 'tier-queues' | 'notifications' | 'routing';
  path: string;
  method?: 'POST' | 'PUT';
  body: object;
  ticket?: string;
  /** Only this process may answer. */
  at?: Pod;
};

type Told = { id?: string; number?: number; state?: string; queue?: string | null; owner?: string | null };
export type Answer = {
  status: number;
  body: Told & {
    sequence?: number;
    status?: string | number;
    code?: string;
    ticket?: (Told & { sequence?: number }) | null;
    /** What became of each, where the wish concerned many. */
    tickets?: readonly { id: string; done: boolean; code: string | null; ticket?: Told & { sequence?: number } }[];
  };
};

/** How many wishes were answered, in what way. */
export type Counts = Readonly<Record<'accepted' | 'refused' | 'unknown' | 'repeats', number>> & {
  /** What was no definite answer: no connection, no answer, or a status; and how often. */
  readonly indefinite: Readonly<Record<string, number>>;
  /** By command, how often it was accepted, and refused with which code. */
  readonly commands: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Answers that a service never gives on purpose, the first of each command and status, with what it said. */
  readonly failures: readonly string[];
};

export type Client = {
  /** The definite answer; undefined when there was none until the client gave up. */
  ask(wish: Wish): Promise<Answer | undefined>;
  /** One GET; undefined when it was not answered with 200. */
  look<T>(pod: Pod, who: { tenant: string; person: string; role: TokenRole }, path: string): Promise<T | undefined>;
  counts(): Counts;
  /** No wish is sent again after this. */
  giveUp(): void;
};

const patience = 8_000;
/** A 4xx that may be another one next time. */
const passing: readonly number[] = [408, 425, 429];
const isDefinite = (status: number) => status < 500 && !passing.includes(status);
/** A service that cannot answer now says so with 503; any other of these means that it did not foresee something. */
const isFailure = (status: number) => status >= 500 && status !== 503;

const answerOf = ({ status, text }: Spoken): Answer => ({
  status,
  body: (text.startsWith('{') ? JSON.parse(text) : {}) as Answer['body'],
});

const toldOf = ({ body }: Answer): Pick<Promised, 'sequence' | 'ticket' | 'body' | 'code'> => {
  const told = body.ticket ?? body;
  return {
    ...(told.id === undefined ? {} : { ticket: told.id }),
    ...(told.sequence === undefined ? {} : { sequence: told.sequence }),
    ...(body.code === undefined ? {} : { code: body.code }),
    body: {
      ...(told.number === undefined ? {} : { number: told.number }),
      ...(told.state === undefined ? {} : { state: told.state }),
      ...(told.queue === undefined ? {} : { queue: told.queue }),
      ...(told.owner === undefined ? {} : { owner: told.owner }),
    },
  };
};

/** What was said to a wish; of each ticket, where it concerned many. */
const answersIn = (answer: Answer): readonly Answer[] =>
  answer.body.tickets?.map(({ id, done, code, ticket }) =>
    done
      ? { status: answer.status, body: ticket ?? { id } }
      : { status: 409, body: { id, ...(code === null ? {} : { code }) } },
  ) ?? [answer];

type Surroundings = { parts: Parts; pods: readonly Pod[]; folder: RunFolder; chance: Chance; seed: string };

/** Speaks to the services as people and programs do: with a key, again and again, with either process of a service. */
export const openClient = ({ parts, pods, folder, chance, seed }: Surroundings): Client => {
  const counts = { accepted: 0, refused: 0, unknown: 0, repeats: 0 };
  const indefinite: Record<string, number> = {};
  const commands: Record<string, Record<string, number>> = {};
  const failures = new Map<string, string>();
  const ended = new AbortController();
  let keys = 0;
  const choice = choosePods(pods);
  /** The answer of a process; undefined where it is not definite: nobody knows whether it was done, hence the key. */
  const attempt = async (wish: Wish, headers: Record<string, string>, body: string): Promise<Answer | undefined> => {
    const { service, at, path, method = 'POST' } = wish;
    const pod = at ?? choice.next(service);
    const noted = choice.asked(pod);
    const spoken = await send({ url: `${pod.address}/${path}`, method, headers, body, patience });
    noted(typeof spoken === 'string' ? spoken : 'answered');
    if (typeof spoken !== 'string' && isDefinite(spoken.status)) return answerOf(spoken);
    const why = typeof spoken === 'string' ? spoken : String(spoken.status);
    const failed = `${wish.command} ${why}`;
    if (typeof spoken !== 'string' && isFailure(spoken.status) && !failures.has(failed))
      failures.set(failed, `${failed} of ${pod.name}: ${spoken.text}`);
    indefinite[why] = (indefinite[why] ?? 0) + 1;
    return undefined;
  };
  const note = (wish: Wish, key: string, attempts: number, answer: Answer | undefined) => {
    const { tenant, person, kind, command, ticket, service } = wish;
    if (kind === 'set-up') return;
    const way = answer === undefined ? 'unknown' : answer.status < 300 ? 'accepted' : 'refused';
    counts[way] += 1;
    const outcome = way === 'refused' ? (answer?.body.code ?? way) : way;
    const own = (commands[command] ??= {});
    own[outcome] = (own[outcome] ?? 0) + 1;
    const at = new Date().toISOString();
    const asked = {
      at,
      tenant,
      person,
      kind,
      service,
      command,
      key,
      ...(ticket === undefined ? {} : { ticket }),
      attempts,
    };
    folder.clients.add(
      answer === undefined
        ? { ...asked, status: 0, unknown: true }
        : { ...asked, status: answer.status, ...toldOf(answer) },
    );
  };

  const ask = async (wish: Wish): Promise<Answer | undefined> => {
    keys += 1;
    const key = `${seed}-${keys}`;
    const { tenant, person: subject, role } = wish;
    const headers = {
      authorization: `Bearer ${await parts.token({ tenant, subject, role })}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    };
    const body = JSON.stringify(wish.body);
    for (let attempts = 1; ; attempts += 1) {
      const answer = await attempt(wish, headers, body);
      if (answer ?? ended.signal.aborted) {
        counts.repeats += attempts - 1;
        for (const each of answer ? answersIn(answer) : [undefined]) note(wish, key, attempts, each);
        return answer;
      }
      await sleep(chance.between(50, 150) * Math.min(attempts, 8));
    }
  };

  return {
    ask,
    look: async <T>(pod: Pod, { tenant, person, role }: Parameters<Client['look']>[1], path: string) => {
      const authorization = `Bearer ${await parts.token({ tenant, subject: person, role })}`;
      // Whoever looks comes again.
      const spoken = await send({
        url: `${pod.address}/${path}`,
        method: 'GET',
        headers: { authorization },
        patience: 3_000,
      });
      return typeof spoken !== 'string' && spoken.status === 200 ? (JSON.parse(spoken.text) as T) : undefined;
    },
    counts: () => ({ ...counts, indefinite, commands, failures: [...failures.values()] }),
    giveUp: () => ended.abort(),
  };
};
