import { appendFileSync, createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Failpoint, FaultKind, Guard, Service } from './fault.ts';

/** What a client was told, or never told; one line each. */
export type Promised = {
  at: string;
  tenant: string;
  person: string;
  kind: 'open' | 'command' | 'claim';
  /** Who answered; sequences are counted per service. */
  service: string;
  command: string;
  key: string;
  ticket?: string;
  /** 0 when no definite answer ever came. */
  status: number;
  unknown?: true;
  code?: string;
  sequence?: number;
  attempts: number;
  body?: { number?: number; state?: string; queue?: string | null; owner?: string | null };
};

export type Delivered = {
  at: string;
  tenant: string;
  endpoint: string;
  webhookId: string;
  eventId: string;
  type: string;
  ticket: string;
  sequence: number;
  /** How the receiver answered. */
  status: number;
};

export type Injured = {
  id: number;
  at: string;
  kind: FaultKind;
  target: string;
  detail: string;
  seconds: number;
  /** Milliseconds from its end until what it hit worked again; null: not within the patience of the run. */
  recoveredMs: number | null;
  /** The same from the end of the last fault that was under way meanwhile: what the recovery itself took. */
  undisturbedMs: number | null;
  /** Why it did not come about. */
  missed?: string;
  /** Events that a service had taken, and had to take again with a restored database. */
  again?: number;
  point?: Failpoint;
};

export type Poisoned = {
  at: string;
  topic: string;
  partition: number;
  offset: string;
  key: string;
  kind: string;
  tenant: string | null;
  parkedIn: Service[];
  duplicateOf?: string | null;
};

/** What the auditor reads first. Addresses are those of the parts, not of the proxies. */
export type RunFile = {
  seed: string;
  minutes: number;
  prefix: string;
  brokers: string;
  databases: Record<Service, string>;
  appDatabases: Record<Service, string>;
  tenants: string[];
  startedAt: string;
  loadEndedAt: string | null;
  endedAt: string | null;
  guardOff: Guard | null;
  processes: { name: string; service: Service; address: string }[];
  receivers: { tenant: string; endpoint: string; subscription: string; manner: string }[];
  variables: Record<string, string>;
  tokens: Record<string, string>;
  rebuild: { command: string[]; env: Record<string, string> };
};

const lines = <T>(file: string) => {
  const stream: WriteStream = createWriteStream(file, { flags: 'a' });
  let open = true;
  return {
    /** What comes after the end is not written. */
    add: (line: T): void => void (open && stream.write(`${JSON.stringify(line)}\n`)),
    close: async () => {
      open = false;
      stream.end();
      await finished(stream);
    },
  };
};

/** The folder of one run: what happened, as it happens. */
export const openRunFolder = async (folder: string) => {
  await mkdir(join(folder, 'processes'), { recursive: true });
  await mkdir(join(folder, 'orders'), { recursive: true });
  const files = {
    clients: lines<Promised>(join(folder, 'clients.jsonl')),
    webhooks: lines<Delivered>(join(folder, 'webhooks.jsonl')),
    faults: lines<Injured>(join(folder, 'faults.jsonl')),
    poison: lines<Poisoned>(join(folder, 'poison.jsonl')),
  };
  const { webhooks, ...others } = files;
  const write = async (name: string, content: unknown): Promise<void> => {
    // Whole or not at all: the watch of the auditor may read it at any moment.
    await writeFile(join(folder, `${name}.new`), JSON.stringify(content, null, 2));
    await rename(join(folder, `${name}.new`), join(folder, name));
  };
  return {
    folder,
    ...files,
    writeRun: (run: RunFile) => write('run.json', run),
    writeSummary: (summary: object) => write('summary.json', summary),
    logOf: (process: string) => (line: string) =>
      appendFileSync(join(folder, 'processes', `${process}.log`), `${line}\n`),
    ordersOf: (process: string) => join(folder, 'orders', `${process}.json`),
    /** Writes what is still to be written. Afterwards only calls of webhooks are added: those go on while it is judged. */
    closeOthers: async () => {
      for (const file of Object.values(others)) await file.close();
    },
    close: () => webhooks.close(),
  };
};
export type RunFolder = Awaited<ReturnType<typeof openRunFolder>>;
