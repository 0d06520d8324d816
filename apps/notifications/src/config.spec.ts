import { readConfig } from '@tierline/service';
import { config } from './config.ts';

const read = (desk: string | undefined) => {
  const shape = config.pick({ DESK_URL: true });
  return readConfig(shape, desk === undefined ? {} : { DESK_URL: desk }).DESK_URL;
};

it('takes the address of the desk as people write it', () => {
  expect(read('https://desk.example.com/')).toBe('https://desk.example.com');
  expect(read('http://10.1.2.3:8080/it/desk')).toBe('http://10.1.2.3:8080/it/desk');
  expect(read('')).toBeUndefined();
  expect(read(undefined)).toBeUndefined();
});

it.each([
  'desk.example.com',
  'ftp://desk.example.com',
  'https://desk.example.com/?a=b',
  'https://me:pass@desk.example',
])('refuses %s, and says of which variable and how it has to be', (address) =>
  expect(() => read(address)).toThrow(/DESK_URL: must be an address such as https:/),
);
