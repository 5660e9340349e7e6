// Package enrich answers one question: what else is known about this alert?
//
// It looks up, after an alert was saved and never before, what the WAF blocked,
// what scans and checks found, and what was deployed, and saves that beside the
// alert.
package enrich
