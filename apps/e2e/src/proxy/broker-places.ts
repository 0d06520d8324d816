export type Address = { host: string; port: number };

const placeOf = (host: string, port: number): Buffer => {
  const bytes = Buffer.alloc(host.length + 4, host);
  bytes.writeInt32BE(port, host.length);
  return bytes;
};

/** How many of these bytes are whole frames (four bytes of length, then the message), and how many the one cut short has. */
const measure = (bytes: Buffer): { whole: number; next: number } => {
  let whole = 0;
  while (bytes.length - whole >= 4) {
    const next = 4 + bytes.readInt32BE(whole);
    if (bytes.length - whole < next) return { whole, next };
    whole += next;
  }
  return { whole, next: 4 };
};

/**
 * Puts our port in place of the broker's wherever an answer of Kafka names it, so that clients stay with us.
 * Host and port stand side by side in every such answer. Takes bytes as they come, gives whole frames, or null.
 */
export const brokerPlaces = (broker: Address, ourPort: number): ((bytes: Buffer) => Buffer | null) => {
  const [real, ours] = [placeOf(broker.host, broker.port), placeOf(broker.host, ourPort)];
  let waiting: Buffer[] = [];
  let size = 0;
  let wanted = 4;
  return (bytes) => {
    waiting.push(bytes);
    size += bytes.length;
    // A large answer comes in many pieces: they are put together once.
    if (size < wanted) return null;
    const all = waiting.length === 1 ? bytes : Buffer.concat(waiting, size);
    const { whole, next } = measure(all);
    const rest = all.subarray(whole);
    [waiting, size, wanted] = [rest.length === 0 ? [] : [rest], rest.length, next];
    const frames = all.subarray(0, whole);
    for (let at = frames.indexOf(real); at >= 0; at = frames.indexOf(real, at)) ours.copy(frames, at);
    return whole === 0 ? null : frames;
  };
};
