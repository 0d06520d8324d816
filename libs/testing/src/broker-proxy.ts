import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A Kafka frame: four bytes of length, then the message. */
const framesOf = function* (bytes: Buffer): Generator<Buffer, Buffer> {
  while (bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0)) {
    const length = 4 + bytes.readInt32BE(0);
    yield bytes.subarray(0, length);
    bytes = bytes.subarray(length);
  }
  return bytes;
};

/** A port that nobody listens on now. */
export const closedPort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

/**
 * Stands before a broker and puts its own port in place of the broker's wherever an answer names it,
 * so that clients stay with the proxy. Host and port stand side by side in every answer that names a broker.
 */
export const proxyTo = async (broker: string, port: number) => {
  const [host = '', brokerPort] = broker.split(':');
  const place = (number: number) => {
    const bytes = Buffer.alloc(host.length + 4, host);
    bytes.writeInt32BE(number, host.length);
    return bytes;
  };
  const [real, ours] = [place(Number(brokerPort)), place(port)];
  const sockets = new Set<Socket>();
  const muted = new WeakSet<Socket>();
  const keep = (socket: Socket, other: Socket) => {
    sockets.add(socket);
    socket.on('error', () => other.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
  };
  const server = createServer((client) => {
    const upstream = connect(Number(brokerPort), host);
    keep(client, upstream);
    keep(upstream, client);
    const isMute = () => muted.has(client);
    client.on('data', (bytes) => void (isMute() || upstream.write(bytes)));
    let rest: Buffer = Buffer.alloc(0);
    upstream.on('data', (bytes: Buffer) => {
      if (isMute()) return;
      const frames = framesOf(Buffer.concat([rest, bytes]));
      let frame = frames.next();
      for (; !frame.done; frame = frames.next()) {
        for (let at = frame.value.indexOf(real); at >= 0; at = frame.value.indexOf(real, at))
          ours.copy(frame.value, at);
        client.write(frame.value);
      }
      rest = frame.value;
    });
  });
  const listen = () => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  const cut = () => sockets.forEach((socket) => socket.destroy());
  const away = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    cut();
    await closed;
  };
  await listen();
  return {
    address: `127.0.0.1:${port}`,
    /** Breaks every connection; new ones are let through. */
    cut,
    /** Every connection stays and says nothing any more: what either side writes is swallowed. New ones are let through. */
    mute: () => sockets.forEach((socket) => muted.add(socket)),
    /** The broker cannot be reached any more, until `back`. */
    away,
    back: listen,
  };
};
