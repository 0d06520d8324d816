export { DeskDraft, refuseFaults, warningsAt, type DeskPlan } from './draft.ts';
export {
  deskNumber,
  lockDesk,
  readParts,
  refuseUnlessSeen,
  renewDesk,
  saveParts,
  type Editions,
  type KeptPart,
  type PartChange,
  type PartKey,
} from './parts.ts';
export {
  DeskVersionNumber,
  DeskVersionPage,
  deskVersion,
  deskVersions,
  noteVersion,
  type Author,
  type DeskVersion,
} from './versions.ts';
