import { connect, isIP, type Socket } from 'node:net';
import { connect as connectSecurely, type ConnectionOptions } from 'node:tls';

type Address = { host: string; port: number; ssl?: ConnectionOptions | undefined; onConnect: () => void };

const keepAlive = 60_000;

/** Breaks the socket when what was written stays without any answer for so many milliseconds. */
const breakWhenSilent = (socket: Socket, patience: number): void => {
  let silence: NodeJS.Timeout | undefined;
  const clear = () => {
    clearTimeout(silence);
    silence = undefined;
  };
  // After a pause of the process its timers come before the answers that already lie there: those are read first.
  const giveUp = (mine: NodeJS.Timeout | undefined) =>
    setImmediate(() => silence === mine && socket.destroy(new Error(`no answer for ${patience} ms`)));
  const write = socket.write.bind(socket) as (...given: unknown[]) => boolean;
  const watched = (...given: unknown[]): boolean => {
    silence ??= setTimeout(() => giveUp(silence), patience).unref();
    return write(...given);
  };
  socket.write = watched;
  socket.on('data', clear);
  socket.on('close', clear);
};

/**
 * Sockets for kafkajs, which asks on the same one for ever when a request times out: on a way that swallows everything
 * it would never come back. `patience` has to be longer than any single request may take.
 */
export const patientSockets =
  (patience: number) =>
  ({ host, port, ssl, onConnect }: Address): Socket => {
    const server = isIP(host) ? {} : { servername: host };
    const socket = ssl
      ? connectSecurely({ host, port, ...server, ...ssl }, onConnect)
      : connect({ host, port }, onConnect);
    // A request that waits for the acknowledgement of an earlier one is late by up to 40 ms.
    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAlive);
    breakWhenSilent(socket, patience);
    return socket;
  };
