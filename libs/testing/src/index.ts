export { at, monday, specFor } from './decider-spec.ts';
export { eventually } from './eventually.ts';
export { freshName, scratchDatabase, scratchTopics, testLog, testParts, tokenFor, type TestPerson } from './parts.ts';
export { startUnderTest, type ServiceUnderTest } from './service-under-test.ts';
export { recordOf, send, subscribe, type Envelope } from './topic.ts';
