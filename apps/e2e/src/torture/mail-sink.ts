import { createServer, type AddressInfo, type Socket } from 'node:net';

export type MailSink = { url: string; taken(): number; stop(): Promise<void> };

/** One SMTP session (RFC 5321) that takes every mail and keeps none. */
const converse = (socket: Socket, onMail: () => void): void => {
  let rest = '';
  let inData = false;
  const answer = (line: string): void => {
    if (inData) {
      if (line !== '.') return;
      inData = false;
      onMail();
      socket.write('250 taken\r\n');
      return;
    }
    const verb = line.slice(0, 4).toUpperCase();
    inData = verb === 'DATA';
    socket.write(inData ? '354 go on\r\n' : verb === 'QUIT' ? '221 bye\r\n' : '250 ok\r\n');
    if (verb === 'QUIT') socket.end();
  };
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    const lines = (rest + bytes.toString('latin1')).split('\r\n');
    rest = lines.pop()!;
    lines.forEach(answer);
  });
  socket.write('220 sink\r\n');
};

/** A mail server for load: a real one would take a core from the services. */
export const startMailSink = async (): Promise<MailSink> => {
  let taken = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    converse(socket, () => (taken += 1));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    taken: () => taken,
    stop: async () => {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
