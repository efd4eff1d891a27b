// Package store keeps labs: a few documents and one event log each, on NATS
// JetStream, which by default runs inside the process without a port. Its server
// can take other processes too, or be one of a cluster elsewhere; the code is the
// same for all of them.
//
// # Several processes
//
// Nothing that counts is in a process's memory alone: locks there are a courtesy,
// and what is remembered is checked when something is written. In a cluster each
// stream has three copies, of which a majority acknowledges a write; one server
// may die at any moment. A copy may lag behind, so what must be known as it stands
// is read from the stream's leader, and whoever reads a whole log compares with
// where the leader says that it ends. While a leader is being elected, up to ten
// seconds, reads and writes wait. All processes are of one
// release and started with the same bounds, for these are the streams'.
//
// # Documents
//
// A document is one JSON value of one [Kind] in one lab, at most
// Options.MaxDocument bytes. It is changed by [Documents.Update] alone: load,
// apply, save if nobody saved meanwhile, else again. So of many racers exactly
// one spends a code.
//
// What was read or saved last is kept decoded. An Update begins with that, for the save
// proves it right. A plain read does so only where this process alone uses the store; else
// it asks for the document as it stands, and is spared the decoding if that is known.
//
// # Outbox
//
// What an Update tells is encoded once and saved with the document, in its outbox, then
// appended to the log. A process can die between the two. Whoever next touches the
// document, or reads the log, finds the outbox and completes it first; a place in the log
// saved beside it says from where on to look whether an event was appended already. So
// events are neither lost nor doubled nor reordered, however long the process was away.
// Nothing is saved only to clear an outbox: who appended it remembers that, and another
// looks once.
//
// What one request tells is a [Frame]: the request itself lies in the outbox of the change
// that it causes, and the answer joins them in the log.
//
// # Log
//
// A log is the events of one lab, at most Options.MaxEventsPerLab of them; the
// oldest go first. It is kept in frames, as package frame describes them: what is
// told together is one message of the stream, and is passed on as the same bytes. The
// server counts messages, so it may keep older events than anybody is shown.
//
// Positions, Event.Seq, are given by the store from 1 on without holes: an appender knows
// the last frame, and publishes the next on condition that it is still the last. They stay
// dense even when every event has aged away while the lab lives, because the documents
// remember the last position that their writer knew.
//
// # What is kept
//
// An acknowledged write survives the death of the process: it has been handed
// to the operating system. The embedded server forces it to the disk every few
// seconds, so that the loss of the whole machine can cost those; elsewhere that is
// as the server is configured.
//
// The data folder of an embedded server says itself what was acknowledged, in a file
// beside the server's own. A start compares it with what is there, reads every record
// once, and refuses a folder that lacks something with ErrDamaged: the server would cut
// off what it cannot read, and a spent code would be unspent. Options.AcceptLoss goes on
// with what is left. The same file says which format the folder has: older ones are taken
// over, and a newer one is refused with ErrNewer.
//
// Documents expire Options.LabTTL after they were last written or touched,
// events LabTTL after they were appended.
//
// The store leaves to others what a document means, who may read it, and how
// events reach a browser.
package store
