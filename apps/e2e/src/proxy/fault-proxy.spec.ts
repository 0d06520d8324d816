import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { eventually } from '@tierline/testing';
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

/** All ends are in this process: what was written has passed through them all after some turns of its loop. */
const settled = async () => {
  for (let turns = 0; turns < 50; turns += 1) await turn();
};

const caller = async () => {
  const socket = connect(proxy.port, '127.0.0.1');
  let answer = '';
  let end: string | undefined;
  socket.on('data', (bytes) => (answer += bytes.toString('latin1')));
  socket.on('error', (error: NodeJS.ErrnoException) => (end = error.code));
  socket.on('close', () => (end ??= 'closed'));
  await new Promise((resolve) => socket.once('connect', resolve));
  sockets.add(socket);
  const says = async (text: string) => {
    await new Promise<void>((resolve) => socket.write(Buffer.from(text, 'latin1'), () => resolve()));
    await settled();
  };
  return { says, answer: () => answer, end: () => end };
};

it('passes everything on in clear weather', async () => {
  const { says, answer } = await caller();
  await says('one');
  await eventually(() => expect(answer()).toBe('one'));
});

it('delays answers, and keeps their order when the delay ends', async () => {
  const { says, answer } = await caller();
  const end = proxy.change({ kind: 'latency', milliseconds: 200, spread: 0 });
  const begun = performance.now();
  await says('one');
  expect(received).toEqual(['one']);
  end();
  await says('two');
  await eventually(() => expect(answer()).toBe('onetwo'));
  expect(performance.now() - begun).toBeGreaterThan(199);
});

it('breaks connections by chance', async () => {
  const { says, answer, end } = await caller();
  proxy.change({ kind: 'resets', share: 1 });
  await says('one');
  await eventually(() => expect(end()).toBe('ECONNRESET'));
  expect(answer()).toBe('');
});

it('swallows what comes while it is half open, and then resets or stays silent', async () => {
  const [told, untold] = [await caller(), await caller()];
  const reset = proxy.change({ kind: 'half-open', after: 'reset' });
  await told.says('one');
  expect(told.end()).toBeUndefined();
  reset();
  await eventually(() => expect(told.end()).toBe('ECONNRESET'));
  const silence = proxy.change({ kind: 'half-open', after: 'silence' });
  await untold.says('one');
  silence();
  await untold.says('two');
  expect(untold.end()).toBeUndefined();
  expect(received).toEqual([]);
  const later = await caller();
  await later.says('three');
  await eventually(() => expect(later.answer()).toBe('three'));
  expect([told.answer(), untold.answer()]).toEqual(['', '']);
});

it('cuts commits before the server has them, or before the answer is back', async () => {
  proxy.change({ kind: 'commit-cut', share: 1 });
  const answers: string[] = [];
  for (let attempt = 0; attempt < 12; attempt += 1) {
    const { says, answer, end } = await caller();
    await says('Q\0\0\0\x0bCOMMIT\0');
    await eventually(() => expect(end()).toBe('ECONNRESET'));
    answers.push(answer());
  }
  expect(new Set(answers)).toEqual(new Set(['']));
  expect(received.length).toBeGreaterThan(0);
  expect(received.length).toBeLessThan(12);
});
