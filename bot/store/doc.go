// Package store answers one question: what is saved? It is the only package
// that knows SQL.
//
// One [DB] on embedded SQLite or on PostgreSQL serves every part of the bot:
// alerts and pages, swaps and overrides, incidents, the messages that Slack
// should show, leases, keys that make repeats harmless, and the record of who
// did what. One SQL text serves both engines; where they must differ, the two
// stand next to each other in engine.go with the reason. What always holds:
//
//   - A change that was returned without an error is on disk and survives a
//     kill -9 and a power cut.
//   - A change and the messages that it makes out of date are saved together.
//     Domain code never names messages: [DB] derives them from the values.
//   - Values carry a version. Who saves an old one is run again on the new one,
//     so two replicas never overrule each other.
//   - Instants are whole microseconds of UTC; 0 is the zero time.
package store
