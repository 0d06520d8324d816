import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { choosePorts, findFreePort, isPortFree, parsePort, portNames, takePort } from './ports.ts';

const listen = (port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve(server));
  });
const close = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

describe('ports', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tierline-ports-'));
    file = join(folder, 'ports.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('gives every part a port of its own and remembers them', async () => {
    const gateway = String(await findFreePort());
    const first = await choosePorts(file, gateway);
    expect(new Set(Object.values(first)).size).toBe(portNames.length);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(first);
    expect(await choosePorts(file, gateway)).toEqual(first);
  });

  it('replaces only the remembered port that somebody took', async () => {
    const gateway = String(await findFreePort());
    const first = await choosePorts(file, gateway);
    const other = await listen(first.kafka);
    const second = await choosePorts(file, gateway);
    await close(other);
    expect(second.kafka).not.toBe(first.kafka);
    expect({ ...second, kafka: 0 }).toEqual({ ...first, kafka: 0 });
  });

  it('refuses a taken gateway port that was asked for, naming port and variable', async () => {
    const port = await findFreePort();
    const other = await listen(port);
    const choice = choosePorts(file, String(port));
    await expect(choice).rejects.toThrow(`Port ${port} is taken`);
    await expect(choice).rejects.toThrow('TIERLINE_PORT');
    await close(other);
  });

  it('finds another gateway port when none was asked for and 8080 is taken', async () => {
    const other = (await isPortFree(8080)) ? await listen(8080) : undefined;
    const { gateway } = await choosePorts(file, undefined);
    if (other) await close(other);
    expect(gateway).not.toBe(8080);
  });

  it('survives a damaged memory', async () => {
    await writeFile(file, '{"kafka":');
    expect(Object.keys(await choosePorts(file, String(await findFreePort())))).toHaveLength(portNames.length);
  });

  it.each(['', '0', '65536', '80x', '-1', '8080.5'])('refuses %j as a port', (value) => {
    expect(() => parsePort('TIERLINE_PORT', value)).toThrow('not a port number');
  });
});

describe('takePort', () => {
  const takenElsewhere = (port: number): boolean => {
    const program = `const { takePort } = await import(${JSON.stringify(new URL('./ports.ts', import.meta.url).href)});
      process.exit((await takePort(${port})) ? 0 : 1);`;
    const options = { env: { ...process.env, NODE_OPTIONS: '' } };
    return spawnSync(process.execPath, ['--input-type=module', '--eval', program], options).status === 0;
  };

  it('leaves a port to the process that took it, before it listens there', async () => {
    const port = await findFreePort();
    expect(await takePort(port)).toBe(true);
    expect(await takePort(port)).toBe(true);
    expect(takenElsewhere(port)).toBe(false);
  });

  it('takes a port whose process has ended', async () => {
    const port = await findFreePort();
    expect(takenElsewhere(port)).toBe(true);
    expect(await takePort(port)).toBe(true);
  });
});
