package slackapp

import (
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"

	"toban/bot/incident"
)

// severityWord is a severity at the beginning of a text, as people write it:
// SEV1: …, [sev1] …, sev 2 …, 重大度1 …. "S3" is a service and none.
var severityWord = regexp.MustCompile(`^[\[【(（]?\s*((?:[sSｓＳ][eEｅＥ][vVｖＶ](?:(?i:erity))?|重大度)[\s\-_]*([0-9０-９]+))\s*[\]】)）]?\s*(?:[:：、,]|[-–—]\s)?\s*`)

// leadingSeverity takes a severity from the beginning of text. found says that
// one stands there; one that does not exist is an [*incident.InputError].
func leadingSeverity(text string) (severity incident.Severity, rest string, found bool, err error) {
	m := severityWord.FindStringSubmatch(text)
	if m == nil {
		return "", text, false, nil
	}
	rest = strings.TrimSpace(text[len(m[0]):])
	if after := text[strings.Index(text, m[1])+len(m[1]):]; after != "" && (after[0]|0x20 >= 'a' && after[0]|0x20 <= 'z' || after[0] == '.') { // sev2x
		return "", text, false, nil
	}
	severity, err = incident.ParseSeverity("sev" + norm.NFKC.String(m[2]))
	if err != nil {
		err = &incident.InputError{Field: "severity", Problem: incident.Unknown, Found: m[1]}
	}
	return severity, rest, true, err
}
