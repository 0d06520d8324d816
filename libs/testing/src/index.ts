export { closedPort, proxyTo } from './broker-proxy.ts';
export { eventually } from './eventually.ts';
export { gateTo } from './gate.ts';
export { ledger, type Taken } from './ledger.ts';
export { clock, everyDay, zone } from './noon.ts';
export {
  freshName,
  scratchDatabase,
  scratchTopic,
  scratchTopics,
  testLog,
  testParts,
  tokenFor,
  type TestPerson,
} from './parts.ts';
export { startUnderTest, type ServiceUnderTest } from './service-under-test.ts';
export { stranger } from './stranger.ts';
export { recordOf, send, subscribe, type Envelope } from './topic.ts';
