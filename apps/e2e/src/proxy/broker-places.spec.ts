import { brokerPlaces } from './broker-places.ts';

const frame = (text: string): Buffer => {
  const bytes = Buffer.alloc(4 + text.length, `....${text}`, 'latin1');
  bytes.writeInt32BE(text.length);
  return bytes;
};
const place = (port: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(port);
  return `127.0.0.1${bytes.toString('latin1')}`;
};
const broker = { host: '127.0.0.1', port: 9_092 };

const pieces = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    Buffer.from(bytes.subarray(index * size, (index + 1) * size)),
  );

it.each([1, 3, 4, 5, 17, 1_000])('puts our port in place of the broker, in pieces of %i bytes', (size) => {
  const answers = (port: number) =>
    Buffer.concat([frame(`a${place(port)}b${place(port)}`), frame(''), frame('x'.repeat(300)), frame(place(port))]);
  const translate = brokerPlaces(broker, 5_000);
  const given = pieces(answers(9_092), size).flatMap((piece) => translate(piece) ?? []);
  expect(Buffer.concat(given).equals(answers(5_000))).toBe(true);
});

it('gives only whole frames', () => {
  const translate = brokerPlaces(broker, 5_000);
  const [one, other] = [frame('one'), frame('other')];
  expect(translate(Buffer.concat([one, other.subarray(0, 6)]))?.equals(one)).toBe(true);
  expect(translate(other.subarray(6, 8))).toBeNull();
  expect(translate(other.subarray(8))?.equals(other)).toBe(true);
});
