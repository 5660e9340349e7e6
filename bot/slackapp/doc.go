// Package slackapp talks with Slack: what does Slack show, and what do people
// press there?
//
// It opens the only connections to Slack that the program has. An [API] makes
// every call of the Web API, at the pace of its [Pacer]; a [Socket] receives
// commands, presses and events; the [Speaker] makes Slack match the saved
// state; handlers parse what people do and call one domain method. Five facts
// hold:
//
//   - What arrives is saved before it is acknowledged.
//   - A post that may or may not have happened is looked for in Slack before
//     it is posted again.
//   - A page never waits behind an edit or a digest.
//   - What takes longer than Slack waits is answered later, and bounded.
//   - Slack's limits are kept by waiting, not by being refused.
package slackapp
