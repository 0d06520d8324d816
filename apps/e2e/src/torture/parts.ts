import { join } from 'node:path';
import {
  createServiceDatabases,
  findFreePort,
  loadKey,
  signToken,
  startIssuer,
  type DatabaseUrls,
  type Issuer,
} from '@tierline/local';
import { hasAddress } from './desk.ts';
import { startMailSink, type MailSink } from './mail-sink.ts';
import type { Service } from './fault.ts';
import type { RunFolder } from './run-folder.ts';

type Signal = 'SIGTERM' | 'SIGKILL' | 'SIGINT' | 'SIGQUIT';

/** The real parts of a run, each of which can be taken away and brought back. */
export type Parts = {
  brokers: string;
  postgresUrl: string;
  databases: Record<Service, DatabaseUrls>;
  issuer: Issuer;
  mail: MailSink;
  /** Where processes keep what they compiled: to compile all of it takes a third of each start. */
  compiled: string;
  token(claims: { tenant: string; subject: string; role: TokenRole }): Promise<string>;
  /** Ends the server by this signal, and starts it again at the same place. */
  restartPostgres(signal: Signal): Promise<void>;
  restartKafka(signal: Signal): Promise<void>;
  stop(): Promise<void>;
};
export type TokenRole = 'requester' | 'agent' | 'lead' | 'admin' | 'integrator';

/** Asks the starter of this run to restart a part; resolves when it serves again. */
const wishes = () => {
  const waiting = new Map<number, (error?: string) => void>();
  let last = 0;
  process.on('message', ({ id, error }: { id: number; error?: string }) => waiting.get(id)?.(error));
  return (part: 'postgres' | 'kafka', signal: Signal) =>
    new Promise<void>((resolve, reject) => {
      last += 1;
      waiting.set(last, (error) => (error === undefined ? resolve() : reject(new Error(error))));
      process.send!({ id: last, part, signal });
    });
};

const tokensOf = async (keyFile: string): Promise<Parts['token']> => {
  const key = await loadKey(keyFile);
  const signed = new Map<string, Promise<string>>();
  return ({ tenant, subject, role }) => {
    const name = `${tenant} ${subject} ${role}`;
    const address = hasAddress(subject) ? { email: `${subject}@${tenant}.example` } : {};
    const fresh = () => signToken(key, { tenant, subject, roles: [role], name: subject, ...address });
    if (!signed.has(name)) signed.set(name, fresh());
    return signed.get(name)!;
  };
};

const variable = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start the run with npm run torture`);
  return value;
};

/** The PostgreSQL and Kafka of this run, with a database for each service; a mail sink and a token issuer beside. */
export const openParts = async ({ folder }: RunFolder): Promise<Parts> => {
  const postgresUrl = variable('TIERLINE_TORTURE_POSTGRES');
  const brokers = variable('TIERLINE_TORTURE_KAFKA');
  const state = join(folder, 'state');
  const keyFile = join(state, 'token-key.json');
  const [issuer, mail] = await Promise.all([
    findFreePort().then((port) => startIssuer({ port, keyFile })),
    startMailSink(),
  ]);
  const restart = wishes();
  return {
    brokers,
    postgresUrl,
    databases: await createServiceDatabases({ adminUrl: postgresUrl, passwordFile: join(state, 'passwords.json') }),
    issuer,
    mail,
    compiled: join(state, 'compiled'),
    token: await tokensOf(keyFile),
    restartPostgres: (signal) => restart('postgres', signal),
    restartKafka: (signal) => restart('kafka', signal),
    stop: async () => {
      await Promise.all([issuer.stop(), mail.stop()]);
    },
  };
};
