import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { chanceOf } from '../torture/chance.ts';
import { openFaultProxy, type FaultProxy } from './fault-proxy.ts';

let echo: Server;
let proxy: FaultProxy;
let received: string[];
const sockets = new Set<Socket>();

beforeEach(async () => {
  received = [];
  echo = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      received.push(bytes.toString('latin1'));
      socket.write(bytes);
    });
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  const { port } = echo.address() as AddressInfo;
  proxy = await openFaultProxy({ to: { host: '127.0.0.1', port }, protocol: 'postgres', chance: chanceOf('proxy') });
});

afterEach(async () => {
  sockets.forEach((socket) => socket.destroy());
  sockets.clear();
  await proxy.close();
  await new Promise((resolve) => echo.close(resolve));
});

const caller = async () => {
  const socket = connect(proxy.port, '127.0.0.1');
  let answer = '';
  let end: string | undefined;
  socket.on('data', (bytes) => (answer += bytes.toString('latin1')));
  socket.on('error', (error: NodeJS.ErrnoException) => (end = error.code));
  socket.on('close', () => (end ??= 'closed'));
  await new Promise((resolve) => socket.once('connect', resolve));
  sockets.add(socket);
  const says = async (text: string, wait = 60) => {
    socket.write(Buffer.from(text, 'latin1'));
    await sleep(wait);
    return answer;
  };
  return { says, end: () => end };
};

it('passes everything on in clear weather', async () => {
  const { says } = await caller();
  expect(await says('one')).toBe('one');
});

it('delays answers, and keeps their order when the delay ends', async () => {
  const { says } = await caller();
  const end = proxy.change({ kind: 'latency', milliseconds: 200, spread: 0 });
  expect(await says('one', 20)).toBe('');
  end();
  expect(await says('two', 20)).toBe('');
  expect(await says('', 250)).toBe('onetwo');
});

it('breaks connections by chance', async () => {
  const { says, end } = await caller();
  proxy.change({ kind: 'resets', share: 1 });
  expect(await says('one')).toBe('');
  expect(end()).toBe('ECONNRESET');
});

it('swallows what comes while it is half open, and then resets or stays silent', async () => {
  const [told, untold] = [await caller(), await caller()];
  const reset = proxy.change({ kind: 'half-open', after: 'reset' });
  expect(await told.says('one')).toBe('');
  expect(told.end()).toBeUndefined();
  reset();
  await sleep(20);
  expect(told.end()).toBe('ECONNRESET');
  const silence = proxy.change({ kind: 'half-open', after: 'silence' });
  expect(await untold.says('one')).toBe('');
  silence();
  expect(await untold.says('two')).toBe('');
  expect(untold.end()).toBeUndefined();
  expect(received).toEqual([]);
  expect(await (await caller()).says('three')).toBe('three');
});

it('cuts commits before the server has them, or before the answer is back', async () => {
  proxy.change({ kind: 'commit-cut', share: 1 });
  const ends: (string | undefined)[] = [];
  for (let attempt = 0; attempt < 12; attempt += 1) {
    const { says, end } = await caller();
    expect(await says('Q\0\0\0\x0bCOMMIT\0', 30)).toBe('');
    ends.push(end());
  }
  expect(new Set(ends)).toEqual(new Set(['ECONNRESET']));
  expect(received.length).toBeGreaterThan(0);
  expect(received.length).toBeLessThan(12);
});
