const multiplier = 0x5bd1e995;

/**
 * The hash by which a key finds its partition: murmur2 with its sign bit cleared, as in Kafka's own (Java) client,
 * so that every client puts a key into partition `keyHash(key) % partitions`.
 */
export const keyHash = (key: string | Buffer): number => {
  const data = typeof key === 'string' ? Buffer.from(key) : key;
  const whole = data.length - (data.length % 4);
  let hash = 0x9747b28c ^ data.length;
  for (let at = 0; at < whole; at += 4) {
    let block = Math.imul(data.readInt32LE(at), multiplier);
    block = Math.imul(block ^ (block >>> 24), multiplier);
    hash = Math.imul(hash, multiplier) ^ block;
  }
  if (whole < data.length) {
    for (let at = data.length - 1; at >= whole; at -= 1) hash ^= data[at]! << (8 * (at - whole));
    hash = Math.imul(hash, multiplier);
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return (hash ^ (hash >>> 15)) & 0x7fffffff;
};
