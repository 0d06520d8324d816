export { DeskDraft, refuseFaults, warningsAt, type DeskPlan } from './draft.ts';
export {
  deskNumber,
  lockDesk,
  readParts,
  refuseUnlessSeen,
  renewDesk,
  repeatParts,
  saveParts,
  type Edition,
  type Editions,
  type KeptPart,
  type PartChange,
  type PartKey,
  type ToldPart,
} from './parts.ts';
export {
  DeskRevert,
  DeskStateNumber,
  DeskVersionNumber,
  DeskVersionPage,
  deskVersion,
  deskVersions,
  noteVersion,
  partsAtVersion,
  revertNote,
  type Author,
  type DeskVersion,
} from './versions.ts';
