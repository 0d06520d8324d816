/** The whole frames of these bytes (four bytes of length, then the message); gives back what is left. */
const framesOf = function* (bytes: Buffer): Generator<Buffer, Buffer> {
  while (bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0)) {
    const length = 4 + bytes.readInt32BE(0);
    yield bytes.subarray(0, length);
    bytes = bytes.subarray(length);
  }
  return bytes;
};

export type Address = { host: string; port: number };

const placeOf = (host: string, port: number): Buffer => {
  const bytes = Buffer.alloc(host.length + 4, host);
  bytes.writeInt32BE(port, host.length);
  return bytes;
};

/**
 * Puts our port in place of the broker's wherever an answer of Kafka names it, so that clients stay with us.
 * Host and port stand side by side in every such answer. Takes bytes as they come, gives whole frames.
 */
export const brokerPlaces = (broker: Address, ourPort: number): ((bytes: Buffer) => readonly Buffer[]) => {
  const [real, ours] = [placeOf(broker.host, broker.port), placeOf(broker.host, ourPort)];
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    const frames = framesOf(rest.length === 0 ? bytes : Buffer.concat([rest, bytes]));
    const whole: Buffer[] = [];
    let frame = frames.next();
    for (; !frame.done; frame = frames.next()) {
      for (let at = frame.value.indexOf(real); at >= 0; at = frame.value.indexOf(real, at)) ours.copy(frame.value, at);
      whole.push(frame.value);
    }
    rest = frame.value;
    return whole;
  };
};
