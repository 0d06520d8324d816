import { chunkLimits, type LogRecord } from './event-log.ts';

/** Cuts records into chunks of at most `chunkLimits`; a record that is larger than the limit stands alone. */
export const chunksOf = function* (records: readonly LogRecord[]): Generator<LogRecord[]> {
  let chunk: LogRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = record.value?.length ?? 0;
    if (chunk.length > 0 && (chunk.length >= chunkLimits.records || bytes + size > chunkLimits.bytes)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(record);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
};
