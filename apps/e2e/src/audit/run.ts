import { createReadStream, existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { services, type Service } from './names.ts';

/** Milliseconds since 1970, given so or as ISO 8601. */
const Moment = z
  .union([z.number(), z.string()])
  .transform((given) => (typeof given === 'number' ? given : Date.parse(given)))
  .refine(Number.isFinite, 'is not a time');

const Urls = z.record(z.string(), z.string());
const RunFile = z.object({
  seed: z.union([z.number(), z.string()]),
  minutes: z.number(),
  prefix: z.string(),
  brokers: z.union([z.string().transform((list) => list.split(',')), z.array(z.string())]),
  /** As a role that passes row-level security. */
  databases: Urls,
  /** As the role of HTTP work, to try its walls. */
  appDatabases: Urls.nullish(),
  tenants: z.array(z.string()),
  startedAt: Moment,
  loadEndedAt: Moment.nullish(),
  endedAt: Moment.nullish(),
  guardOff: z.string().nullish(),
  /** What the services were started with beside addresses. */
  variables: Urls.default({}),
  processes: z.array(z.object({ service: z.string(), address: z.string() })).default([]),
  /** Targets of webhooks that write down each call. */
  receivers: z.array(z.object({ endpoint: z.string(), subscription: z.string() })).default([]),
  /** A token of somebody with many rights, by tenant. */
  tokens: Urls.default({}),
  /** How to run reporting: `<command> rebuild` empties it, `<command>` serves. */
  rebuild: z.object({ command: z.array(z.string()).min(1), env: Urls.default({}) }).nullish(),
});

const AnswerLine = z.object({
  at: Moment,
  tenant: z.string(),
  person: z.string(),
  kind: z.enum(['open', 'command', 'claim']),
  key: z.string().nullish(),
  ticket: z.string().nullish(),
  command: z.string().nullish(),
  status: z.number(),
  code: z.string().nullish(),
  sequence: z.number().nullish(),
  unknown: z.boolean().nullish(),
  body: z.object({ state: z.string().nullish(), owner: z.string().nullish() }).nullish(),
});
const CallLine = z.object({
  at: Moment,
  tenant: z.string(),
  endpoint: z.string(),
  webhookId: z.string(),
  eventId: z.string(),
  type: z.string(),
  ticket: z.string(),
  sequence: z.coerce.number(),
  /** How the target answered; where it is left out, it took it. */
  status: z.number().default(204),
});
const FaultLine = z.object({
  at: Moment,
  kind: z.string(),
  target: z.string().nullish(),
  seconds: z.number().nullish(),
  recoveredMs: z.number().nullish(),
  /** Why it did not come about. */
  missed: z.string().nullish(),
  /** Events that a service had to take again, since its database was taken back to before it took them. */
  again: z.number().nullish(),
});
const PoisonLine = z.object({
  at: Moment,
  topic: z.string(),
  partition: z.number(),
  offset: z.coerce.number(),
  key: z.string().nullable(),
  kind: z.string(),
  tenant: z.string().nullish(),
  parkedIn: z.array(z.enum(services)).default([]),
  /** The id of the event that it is a copy of. */
  duplicateOf: z.string().nullish(),
});
const SampleLine = z.object({
  at: Moment,
  /** Open tickets that had neither queue nor owner for longer than a minute. */
  orphans: z.array(z.string()).default([]),
  /** Age of the oldest row of an outbox, milliseconds. */
  outboxAge: z.partialRecord(z.enum(services), z.number()).default({}),
  away: z.array(z.string()).default([]),
});

export type Run = Omit<z.output<typeof RunFile>, 'databases'> & { databases: Record<Service, string> };
/** One answer that a client got. */
export type Answer = z.output<typeof AnswerLine>;
/** One call that a webhook's target got. */
export type WebhookCall = z.output<typeof CallLine>;
export type Fault = z.output<typeof FaultLine>;
/** A record that was put into a topic from outside. */
export type Poison = z.output<typeof PoisonLine>;
/** What the watch saw in one second. */
export type Sample = z.output<typeof SampleLine>;

/** The folder cannot be audited; the message says why. */
export class Unusable extends Error {
  override readonly name = 'Unusable';
}

const problemOf = (error: z.ZodError): string => {
  const [issue] = error.issues;
  return `${issue?.path.join('.')}: ${issue?.message}`;
};

/** Reads `run.json`. Throws `Unusable` naming the field that is missing or wrong. */
export const readRun = async (folder: string): Promise<Run> => {
  const file = join(folder, 'run.json');
  if (!existsSync(file)) throw new Unusable(`There is no ${file}.`);
  const read = RunFile.safeParse(JSON.parse(await readFile(file, 'utf8')));
  if (!read.success) throw new Unusable(`${file}: ${problemOf(read.error)}`);
  const { databases } = read.data;
  const absent = services.find((service) => !databases[service]);
  if (absent) throw new Unusable(`${file}: databases.${absent} is missing.`);
  return { ...read.data, databases };
};

/** Whether the last line of the file has its end. */
const isWhole = async (file: string): Promise<boolean> => {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
    return buffer[0] === 0x0a;
  } finally {
    await handle.close();
  }
};

/** Gives the lines of a file one by one; none where there is no such file. */
const linesOf = async function* <S extends z.ZodType>(
  folder: string,
  name: string,
  shape: S,
): AsyncGenerator<z.output<S>> {
  const file = join(folder, name);
  if (!existsSync(file)) return;
  let number = 0;
  let broken: Unusable | undefined;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (broken) throw broken;
    number += 1;
    if (!line) continue;
    const read = parsed(line, shape);
    if ('data' in read) yield read.data;
    else broken = new Unusable(`${file}, line ${number}: ${read.problem}`, { cause: read.cause });
  }
  // Whoever wrote the last line may have been killed in the middle of it.
  if (broken && !(broken.cause instanceof SyntaxError && !(await isWhole(file)))) throw broken;
};

const parsed = <S extends z.ZodType>(
  line: string,
  shape: S,
): { data: z.output<S> } | { problem: string; cause: unknown } => {
  try {
    return { data: shape.parse(JSON.parse(line)) };
  } catch (cause) {
    return { problem: cause instanceof z.ZodError ? problemOf(cause) : (cause as Error).message, cause };
  }
};

const allOf = async <T>(lines: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const line of lines) all.push(line);
  return all;
};

/** Who takes the promises and calls of webhooks, one by one: there may be millions. */
export type NotesTaker = { answer: (answer: Answer) => void; call: (call: WebhookCall) => void };

/**
 * Reads what clients, webhook targets and the faults' author wrote down; gives the rest as a whole. Throws `Unusable`
 * naming file, line and field.
 */
export const readNotes = async (folder: string, { answer, call }: NotesTaker) => {
  if (!existsSync(join(folder, 'clients.jsonl'))) throw new Unusable(`There is no clients.jsonl in ${folder}.`);
  for await (const line of linesOf(folder, 'clients.jsonl', AnswerLine)) answer(line);
  for await (const line of linesOf(folder, 'webhooks.jsonl', CallLine)) call(line);
  return {
    faults: await allOf(linesOf(folder, 'faults.jsonl', FaultLine)),
    poison: await allOf(linesOf(folder, 'poison.jsonl', PoisonLine)),
    samples: await allOf(linesOf(folder, watchFile, SampleLine)),
  };
};

/** What the auditor tells its starter by a message when it is about to rebuild reporting; any message is the answer. */
export const endReporting = 'end reporting';

/** Where the watch writes what it sees, in the run's folder. */
export const watchFile = 'watch.jsonl';

/** What the auditor spills there while it works. */
export const scratchFolder = 'audit-scratch';
