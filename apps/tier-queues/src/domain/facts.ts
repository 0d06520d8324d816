import type * as contracts from '@tierline/contracts';
import type { FactOf } from '@tierline/contracts';

/** What the clocks of a ticket did. */
export type ClockFact =
  | FactOf<typeof contracts.ClockStarted>
  | FactOf<typeof contracts.ClockPaused>
  | FactOf<typeof contracts.ClockResumed>
  | FactOf<typeof contracts.ClockMet>
  | FactOf<typeof contracts.ClockStopped>
  | FactOf<typeof contracts.ClockRetargeted>
  | FactOf<typeof contracts.SlaWarned>
  | FactOf<typeof contracts.SlaBreached>
  | FactOf<typeof contracts.SlaOverrun>;

/** What is decided here. */
export type TicketFact =
  | FactOf<typeof contracts.TicketQueued>
  | FactOf<typeof contracts.TicketClaimed>
  | FactOf<typeof contracts.WorkStarted>
  | FactOf<typeof contracts.AgentReplied>
  | FactOf<typeof contracts.NoteAdded>
  | FactOf<typeof contracts.TicketHeld>
  | FactOf<typeof contracts.TicketResumed>
  | FactOf<typeof contracts.TicketTransferred>
  | FactOf<typeof contracts.TicketEscalated>
  | FactOf<typeof contracts.TicketReturned>
  | FactOf<typeof contracts.TicketResolved>
  | FactOf<typeof contracts.TicketReopened>
  | FactOf<typeof contracts.TicketClosed>
  | FactOf<typeof contracts.TicketCancelled>
  | FactOf<typeof contracts.OrphanDetected>
  | FactOf<typeof contracts.AttentionRaised>
  | FactOf<typeof contracts.AttentionSettled>
  | FactOf<typeof contracts.ManagementNotified>
  | FactOf<typeof contracts.VendorAnswered>
  | FactOf<typeof contracts.TicketMarkedSpam>
  | FactOf<typeof contracts.SwarmAsked>
  | FactOf<typeof contracts.SwarmJoined>
  | FactOf<typeof contracts.SwarmLeft>
  | FactOf<typeof contracts.HandoverAccepted>
  | FactOf<typeof contracts.HandoverRated>
  | FactOf<typeof contracts.RunbookStepDone>
  | FactOf<typeof contracts.ActUndone>
  | FactOf<typeof contracts.TicketLinked>
  | FactOf<typeof contracts.TicketUnlinked>
  | FactOf<typeof contracts.TicketMerged>
  | FactOf<typeof contracts.MergeReceived>
  | FactOf<typeof contracts.TicketUnmerged>
  | FactOf<typeof contracts.MergeWithdrawn>
  | FactOf<typeof contracts.MergedReplyReceived>
  | FactOf<typeof contracts.OpeningAsked>
  | FactOf<typeof contracts.MajorIncidentDeclared>
  | FactOf<typeof contracts.StakeholdersUpdated>
  | FactOf<typeof contracts.StakeholderUpdateDue>
  | FactOf<typeof contracts.MajorCommanderChanged>
  | FactOf<typeof contracts.MajorIncidentEnded>
  | FactOf<typeof contracts.PriorityChanged>
  | FactOf<typeof contracts.RouteAsked>
  | FactOf<typeof contracts.TicketStalled>
  | FactOf<typeof contracts.AssignmentFailed>
  | FactOf<typeof contracts.AcceptanceLapsed>
  | FactOf<typeof contracts.OwnerShiftEnded>
  | ClockFact;

/** What other services decide and the ticket takes note of. */
export type NotedFact =
  | FactOf<typeof contracts.TicketOpened>
  | FactOf<typeof contracts.InboundUnaccounted>
  | FactOf<typeof contracts.TicketRouted>
  | FactOf<typeof contracts.RequesterReplied>
  | FactOf<typeof contracts.RequesterConfirmed>
  | FactOf<typeof contracts.RequesterRejected>
  | FactOf<typeof contracts.RequesterAskedEscalation>;
