import { randomInt } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { Refusal } from './refusal.ts';

const defaultGatewayPort = 8080;

export const portNames = [
  ...(['gateway', 'intake', 'routing', 'tier-queues', 'notifications', 'reporting', 'issuer'] as const),
  ...(['postgres', 'kafka', 'kafka-controller', 'smtp', 'imap', 'mail-api'] as const),
] as const;
export type PortName = (typeof portNames)[number];
export type Ports = Record<PortName, number>;

/** Whether this process could listen on 127.0.0.1 at `port` now. */
export const isPortFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

const claimFile = (port: number) => join(tmpdir(), `tierline-port-${userInfo().uid}-${port}`);

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** The live process that claims the port; undefined when none does. */
const claimant = (port: number): number | undefined => {
  try {
    const pid = Number(readFileSync(claimFile(port), 'utf8'));
    return pid > 0 && isAlive(pid) ? pid : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/**
 * Takes a free port for this process until it ends. Between choosing a port and listening on it some seconds pass,
 * in which another clone may choose the same: the claim says that it is gone.
 */
export const takePort = async (port: number): Promise<boolean> => {
  if (!(await isPortFree(port))) return false;
  const holder = claimant(port);
  if (holder !== undefined) return holder === process.pid;
  rmSync(claimFile(port), { force: true });
  try {
    writeFileSync(claimFile(port), String(process.pid), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  process.once('exit', () => rmSync(claimFile(port), { force: true }));
  return true;
};

const given = new Set<number>();

/**
 * A port of 127.0.0.1 that nobody listens on now. From below the range that systems give to outgoing connections,
 * so that none of those takes it before its server listens; never the same one twice.
 */
export const findFreePort = async (): Promise<number> => {
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    const port = randomInt(20_000, 32_000);
    if (given.has(port) || !(await isPortFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error('No free port between 20000 and 32000');
};

/** @throws Refusal when the text is no port number. */
export const parsePort = (variable: string, value: string): number => {
  const port = Number(value);
  if (/^\d+$/.test(value) && port >= 1 && port <= 65_535) return port;
  throw new Refusal(`${variable} is ${value}, which is not a port number between 1 and 65535.`);
};

const gatewayPort = async (wanted: string | undefined, remembered: number | undefined): Promise<number> => {
  if (wanted !== undefined) {
    const port = parsePort('TIERLINE_PORT', wanted);
    if (await takePort(port)) return port;
    throw new Refusal(`Port ${port} is taken: stop what listens there, or set TIERLINE_PORT to another port.`);
  }
  if (await takePort(defaultGatewayPort)) return defaultGatewayPort;
  return remembered !== undefined && (await takePort(remembered)) ? remembered : findFreePort();
};

const readRemembered = async (file: string): Promise<Partial<Ports>> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Partial<Ports>;
  } catch {
    // Missing or damaged, it costs only the old numbers.
    return {};
  }
};

/**
 * The ports of this start: the gateway's by `wanted` (TIERLINE_PORT), else 8080 when free; all others as in the last
 * start when still free. The choice is written to `file`.
 * @throws Refusal when the wanted gateway port is taken or no port.
 */
export const choosePorts = async (file: string, wanted: string | undefined): Promise<Ports> => {
  const remembered = await readRemembered(file);
  const chosen: Partial<Ports> = { gateway: await gatewayPort(wanted, remembered.gateway) };
  const taken = () => Object.values(chosen);
  for (const name of portNames) {
    if (name === 'gateway') continue;
    let port = remembered[name];
    while (port === undefined || taken().includes(port) || !(await isPortFree(port))) port = await findFreePort();
    chosen[name] = port;
  }
  await writeFile(file, JSON.stringify(chosen, null, 2));
  return chosen as Ports;
};
