import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands before a server, by its URL; shut, nobody gets through. */
export const gateTo = async (url: string) => {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket, other: Socket) => {
    sockets.add(socket);
    socket.on('error', () => other.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
  };
  let isOpen = true;
  const server = createServer((client) => {
    if (!isOpen) return client.destroy();
    const upstream = connect(Number(target.port), target.hostname);
    keep(client, upstream);
    keep(upstream, client);
    client.pipe(upstream).pipe(client);
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String((server.address() as AddressInfo).port);
  const shut = () => {
    isOpen = false;
    sockets.forEach((socket) => socket.destroy());
  };
  return {
    url: through.href,
    shut,
    open: () => void (isOpen = true),
    close: () => {
      shut();
      return new Promise((resolve) => server.close(resolve));
    },
  };
};
