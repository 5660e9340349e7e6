// Package waf answers the question that an alert about blocked requests leaves
// open: what was blocked, and is it noise or is somebody after us?
//
// A [Reader] turns a stream of AWS WAF records into [Record] values, as AWS
// writes them or as Datadog's Forwarder rewrites them. A [Tally] counts them, a
// [Summary] is what it counted as a plain value, and [Judge] reads a summary.
// Nothing here reads a clock, a database or the network. Four facts hold:
//
//   - Nothing is skipped in silence: what could not be read is counted in
//     [Skipped] with the first reasons.
//   - Memory is bounded whatever the input. Counts are exact until a table's
//     budget is full; from then on they say "about".
//   - Secrets never get past the tally: query strings, paths, agents and matched
//     data are masked before they are kept, and cookies are not kept at all.
//   - Judge prefers "unsure". Nothing it says hides a count or stops a page.
package waf
