import { createConnection } from 'node:net';

/** A Metadata request, version 1, for no topics (Kafka protocol: size, api key 3, version, correlation id, client id). */
const request = (): Buffer => {
  const client = Buffer.from('tierline');
  const body = Buffer.alloc(10 + client.length + 4);
  body.writeInt16BE(3, 0);
  body.writeInt16BE(1, 2);
  body.writeInt32BE(1, 4);
  body.writeInt16BE(client.length, 8);
  client.copy(body, 10);
  body.writeInt32BE(0, 10 + client.length);
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
};

/** Whether the Kafka at that address answers within `timeoutMs` and lists at least one live broker. */
export const knowsABroker = (host: string, port: number, timeoutMs = 2_000): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: timeoutMs }, () => socket.write(request()));
    let answer = Buffer.alloc(0);
    const finish = (knows: boolean) => {
      socket.destroy();
      resolve(knows);
    };
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      // size, correlation id, number of brokers
      if (answer.length >= 12) finish(answer.readInt32BE(8) > 0);
    });
    socket.on('timeout', () => finish(false));
    socket.on('error', () => finish(false));
    socket.on('close', () => resolve(false));
  });
