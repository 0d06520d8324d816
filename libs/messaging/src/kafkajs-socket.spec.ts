import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { patientSockets } from './kafkajs-socket.ts';

let server: Server;
let answers: boolean;
const sockets = new Set<Socket>();

beforeEach(async () => {
  answers = true;
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => void (answers && socket.write(bytes)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  sockets.forEach((socket) => socket.destroy());
  sockets.clear();
  await new Promise((resolve) => server.close(resolve));
});

const opened = async () => {
  const { port } = server.address() as AddressInfo;
  let error: Error | undefined;
  const socket = await new Promise<Socket>((resolve) => {
    const made: Socket = patientSockets(150)({ host: '127.0.0.1', port, onConnect: () => resolve(made) });
    made.on('data', () => undefined).on('error', (broken) => (error = broken));
  });
  sockets.add(socket);
  return { socket, error: () => error };
};

it('breaks when nothing answers, also while more is written', async () => {
  const { socket, error } = await opened();
  answers = false;
  for (let time = 0; time < 5 && !error(); time += 1) {
    socket.write('are you there?');
    await sleep(50);
  }
  expect(error()?.message).toBe('no answer for 150 ms');
});

it('stays when it is answered, and when it has nothing to say', async () => {
  const { socket, error } = await opened();
  socket.write('are you there?');
  await sleep(400);
  socket.write('still?');
  await sleep(100);
  expect(error()).toBeUndefined();
  expect(socket.destroyed).toBe(false);
});

it('stays when the answer came while the process was paused', async () => {
  const { socket, error } = await opened();
  const answered = new Promise((resolve) => socket.once('data', resolve));
  const pause = () => {
    const end = performance.now() + 300;
    while (performance.now() < end);
  };
  [...sockets].find((other) => other !== socket)!.once('data', pause);
  socket.write('are you there?');
  await answered;
  expect(error()).toBeUndefined();
  expect(socket.destroyed).toBe(false);
});
