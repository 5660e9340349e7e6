package manifest

import (
	"errors"
	"fmt"
	"regexp"
	"unicode/utf8"
)

var commandName = regexp.MustCompile(`^/[a-z0-9_-]{1,31}$`)

// Check returns what Slack would refuse in the table of commands, so that a
// test of that table finds it first.
func Check(commands []Command) error {
	var wrong []error
	if n := len(commands); n > 50 {
		wrong = append(wrong, fmt.Errorf("%d commands, Slack takes at most 50", n))
	}
	seen := map[string]bool{}
	for _, c := range commands {
		refuse := func(format string, args ...any) {
			wrong = append(wrong, fmt.Errorf("command %q: "+format, append([]any{c.Name}, args...)...))
		}
		if !commandName.MatchString(c.Name) {
			refuse("the name must begin with / and have at most 32 small letters, digits, - and _")
		}
		if seen[c.Name] {
			refuse("it is there twice")
		}
		seen[c.Name] = true
		if n := utf8.RuneCountInString(c.Description); n < 1 || n > 2000 {
			refuse("the description has %d characters, Slack takes 1 to 2000", n)
		}
		if n := utf8.RuneCountInString(c.UsageHint); n > 1000 {
			refuse("the usage hint has %d characters, Slack takes 0 to 1000", n)
		}
	}
	return errors.Join(wrong...)
}
