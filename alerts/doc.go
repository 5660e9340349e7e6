// Package alerts answers two questions: what is wrong, and who has been told?
//
// An [Event] is one delivery from a monitoring system. Events that belong
// together become one [Alert]; an alert that needs a person opens a [Page]; a
// page walks up its [Policy] until somebody answers. The values here are plain
// and their methods pure; only [Pager] saves anything. Three facts hold:
//
//   - An event is applied once, however often it is delivered, and in the
//     order in which it happened, however it arrives.
//   - A page's next step is a saved instant, so it survives any restart.
//   - A person's answer is never overruled by a timer that fell due meanwhile.
package alerts
