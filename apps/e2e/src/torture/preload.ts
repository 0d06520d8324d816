// Loaded with `node --import` before a service; the service itself knows nothing of it.
import { readFileSync, writeFileSync } from 'node:fs';
import type { Torture } from '@tierline/messaging';
import { lookEach, sprungFile, variables, type Orders } from './orders.ts';

const ordersFile = process.env[variables.orders];
const without = process.env[variables.without];
let orders: Orders = { clock: 0, trap: null };
let known = '';
let passed = 0;
let sprung = 0;

/** Another clock for everything that asks `Date`; timers and `performance` go on as they are. */
const shiftClock = (offset: () => number): void => {
  const Real = Date;
  const shifted = new Proxy(Real, {
    construct: (target, args: [], newTarget) =>
      Reflect.construct(target, args.length > 0 ? args : [target.now() + offset()], newTarget) as Date,
    apply: (target) => new target(target.now() + offset()).toString(),
    get: (target, name, receiver) =>
      name === 'now' ? () => target.now() + offset() : (Reflect.get(target, name, receiver) as unknown),
  });
  Real.prototype.constructor = shifted;
  globalThis.Date = shifted;
};

const look = (file: string): void => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    // The run is over and its folder gone.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (text === known) return;
  known = text;
  orders = JSON.parse(text) as Orders;
  passed = 0;
};

const springTrap = (file: string, { number, then }: NonNullable<Orders['trap']>): void => {
  sprung = number;
  writeFileSync(sprungFile(file), `${number} ${process.pid}`);
  process.kill(process.pid, then === 'die' ? 'SIGKILL' : 'SIGSTOP');
};

const install = (file: string): void => {
  look(file);
  setInterval(() => look(file), lookEach).unref();
  shiftClock(() => orders.clock);
  const torture: Torture = {
    at: (point) => {
      const { trap } = orders;
      if (trap?.point !== point || trap.number === sprung) return;
      passed += 1;
      if (passed >= trap.after) springTrap(file, trap);
    },
    without: (guard) => guard === without,
  };
  Object.assign(globalThis, { [Symbol.for('tierline.torture')]: torture });
};

if (ordersFile) install(ordersFile);
