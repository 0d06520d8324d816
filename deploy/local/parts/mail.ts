import { mkdir } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { settings } from '../settings.ts';
import { javaFlags, prepareJava } from './java.ts';
import { endOrphan } from './orphan.ts';
import { PartMissing } from './part-missing.ts';
import { startProcess, waitUntilReady } from './process.ts';
import type { Log, RunningProcess } from './process.ts';

/**
 * `apiUrl` lists what was sent: `<apiUrl>/api/user`, `<apiUrl>/api/user/<address>/messages/INBOX`.
 * An existing server has neither `imapUrl` nor `apiUrl` here.
 */
export type Mail = {
  smtpUrl: string;
  imapUrl?: string;
  apiUrl?: string;
  process?: RunningProcess;
  stop: () => Promise<void>;
};

export type MailOptions = {
  smtpPort: number;
  imapPort: number;
  apiPort?: number | undefined;
  log: Log;
  /** Where the pid is noted; without it an orphan of a former run is not ended. */
  dataDir?: string | undefined;
  /** An existing mail server to use instead; default TIERLINE_SMTP_URL. */
  existing?: string | undefined;
};

/** Whether a server at that address greets (SMTP and IMAP servers speak first). */
const greets = (host: string, port: number, timeoutMs = 2_000): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: timeoutMs });
    const finish = (did: boolean) => {
      socket.destroy();
      resolve(did);
    };
    socket.on('data', (greeting) => finish(/^(220|\* OK)/.test(greeting.toString())));
    socket.on('timeout', () => finish(false));
    socket.on('error', () => finish(false));
    socket.on('close', () => resolve(false));
  });

const isConnectable = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: 10_000 }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('timeout', () => socket.destroy());
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
  });

const useExisting = async (smtpUrl: string): Promise<Mail> => {
  const url = URL.canParse(smtpUrl) ? new URL(smtpUrl) : undefined;
  if (!url || !['smtp:', 'smtps:'].includes(url.protocol)) {
    throw new PartMissing('TIERLINE_SMTP_URL is not of the form smtp://host:port or smtps://host:port.');
  }
  const port = Number(url.port) || (url.protocol === 'smtps:' ? 465 : 587);
  if (!(await isConnectable(url.hostname, port))) {
    throw new PartMissing(`The mail server of TIERLINE_SMTP_URL does not answer (${url.hostname}:${port}).`);
  }
  return { smtpUrl, stop: () => Promise.resolve() };
};

const javaArgs = (jar: string, { smtpPort, imapPort, apiPort, dataDir }: MailOptions): string[] => {
  const listen = (server: string, port: number) => [
    `-Dgreenmail.${server}.hostname=127.0.0.1`,
    `-Dgreenmail.${server}.port=${port}`,
  ];
  return [
    ...javaFlags('128m'),
    `-Dtierline.data=${dataDir ?? ''}`,
    ...listen('smtp', smtpPort),
    ...listen('imap', imapPort),
    ...(apiPort === undefined ? [] : listen('api', apiPort)),
    ...['-Dgreenmail.auth.disabled', '-jar', jar],
  ];
};

/**
 * Starts an SMTP and IMAP server on 127.0.0.1 that accepts every mail and sends none on; any password logs in.
 * Mails are kept in memory until it stops.
 * @throws PartMissing without Java or Maven, Error with its last lines when it does not come up.
 */
export const startMail = async (options: MailOptions): Promise<Mail> => {
  const { smtpPort, imapPort, apiPort, log, dataDir } = options;
  const existing = options.existing ?? settings().smtpUrl;
  if (existing) return useExisting(existing);
  const jar = join(await prepareJava('mail'), 'greenmail-standalone-2.1.3.jar');
  const pidFile = dataDir ? join(dataDir, 'mail.pid') : undefined;
  if (dataDir && pidFile) {
    await mkdir(dataDir, { recursive: true });
    await endOrphan(pidFile, `-Dtierline.data=${dataDir}`);
  }
  const args = javaArgs(jar, options);
  const running = await startProcess({ name: 'The mail server', command: 'java', args, log, pidFile });
  const isReady = async () => {
    const areUp = await Promise.all([greets('127.0.0.1', smtpPort), greets('127.0.0.1', imapPort)]);
    return areUp.every(Boolean) && (apiPort === undefined || isConnectable('127.0.0.1', apiPort));
  };
  await waitUntilReady(running, isReady);
  return {
    smtpUrl: `smtp://127.0.0.1:${smtpPort}`,
    imapUrl: `imap://127.0.0.1:${imapPort}`,
    ...(apiPort === undefined ? {} : { apiUrl: `http://127.0.0.1:${apiPort}` }),
    process: running,
    stop: async () => void (await running.stop()),
  };
};
