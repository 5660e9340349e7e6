package view

import (
	"cmp"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"toban/bot/msg"
)

// Mrkdwn turns the Markdown of a monitor's message into Slack's mrkdwn. It
// takes at most limit characters of the source, whole lines where it can, and
// returns how many it left out.
//
// It knows what people write in monitors: bold, italics, headings, links,
// images, lists, quotes and code. Everything else is shown as written.
func Mrkdwn(source string, limit int) (text string, left int) {
	source = strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(source, "\r\n", "\n"), "%%%", ""))
	taken := head(source, limit)
	left = utf8.RuneCountInString(source) - utf8.RuneCountInString(taken)
	var out []string
	fenced, blank := false, false
	for line := range strings.SplitSeq(taken, "\n") {
		line = strings.TrimRight(line, " \t")
		if fence(line) {
			fenced = !fenced
			out = append(out, "```")
			continue
		}
		if fenced {
			out = append(out, strings.ReplaceAll(msg.EscapeFormatted(line), "```", "ˋˋˋ"))
			continue
		}
		if line == "" {
			if !blank && len(out) > 0 {
				out = append(out, "")
			}
			blank = true
			continue
		}
		blank = false
		out = append(out, blockLine(line))
	}
	if fenced {
		out = append(out, "```")
	}
	return strings.TrimSpace(strings.Join(out, "\n")), left
}

// head returns at most limit characters of text: to the last line end in its
// second half, else to the last space, else exactly.
func head(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	cut := string([]rune(text)[:limit])
	for _, end := range []string{"\n", " ", "。"} {
		if at := strings.LastIndex(cut, end); at > len(cut)/2 {
			return strings.TrimRight(cut[:at], " \n")
		}
	}
	return cut
}

func fence(line string) bool { return strings.HasPrefix(strings.TrimLeft(line, " "), "```") }

var (
	heading = regexp.MustCompile(`^#{1,6}\s+(.*?)\s*#*$`)
	bullet  = regexp.MustCompile(`^(\s*)[-*+]\s+(.*)$`)
	rule    = regexp.MustCompile(`^\s*([-*_]\s*){3,}$`)
)

func blockLine(line string) string {
	if rule.MatchString(line) {
		return "———"
	}
	if h := heading.FindStringSubmatch(line); h != nil {
		return string(msg.Bold(strings.NewReplacer("**", "", "__", "").Replace(h[1])))
	}
	if b := bullet.FindStringSubmatch(line); b != nil {
		return b[1] + "• " + inline(b[2])
	}
	if quoted, ok := strings.CutPrefix(line, ">"); ok {
		return ">" + inline(quoted)
	}
	return inline(line)
}

// What stands in a line, in the order in which it is tried at each place.
var (
	codeIn   = regexp.MustCompile("^`([^`]+)`")
	linkIn   = regexp.MustCompile(`^!?\[([^\[\]]*)\]\(\s*<?([^\s()<>]+(?:\([^\s()]*\)[^\s()<>]*)*)>?(?:\s+"[^"]*")?\s*\)`)
	framedIn = regexp.MustCompile(`^<(https?://[^\s<>|]+)>`)
	bareIn   = regexp.MustCompile(`^(https?://[^\s<>|"）」、。]+[^\s<>|"）」、。.,;:!?)\]])`)
	marksIn  = []struct {
		is    *regexp.Regexp
		slack string
	}{
		{regexp.MustCompile(`^\*\*(\S(?:[^*]*\S)?)\*\*`), "*"},
		{regexp.MustCompile(`^__(\S(?:[^_]*\S)?)__`), "*"},
		{regexp.MustCompile(`^\*(\S(?:[^*]*\S)?)\*`), "_"},
		{regexp.MustCompile(`^~~(\S(?:[^~]*\S)?)~~`), "~"},
	}
)

// inline converts one line. An address that somebody typed becomes a link on
// purpose here; Slack itself is told to link nothing.
func inline(line string) string {
	var out strings.Builder
	for line != "" {
		piece, rest := next(line)
		if len(line)-len(rest) > 1 && piece != "" && strings.ContainsAny(piece[:1], "*_~`") {
			// Slack honours marks only at the edge of a word: inside an English
			// one an invisible blank is put there, beside Japanese a plain one.
			if r, _ := utf8.DecodeLastRuneInString(out.String()); inWord(r) {
				out.WriteRune('\u200b')
			}
			out.WriteString(piece)
			if r, _ := utf8.DecodeRuneInString(rest); inWord(r) {
				out.WriteRune('\u200b')
			}
		} else {
			out.WriteString(piece)
		}
		line = rest
	}
	return msg.Edged(out.String())
}

func inWord(r rune) bool { return r <= unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// next takes one marked piece, or one character, off the front of line.
func next(line string) (piece, rest string) {
	if strings.ContainsAny(line[:1], "`![<h*_~") {
		if whole, made := marked(line); whole != "" {
			return made, line[len(whole):]
		}
	}
	_, size := utf8.DecodeRuneInString(line)
	return msg.EscapeFormatted(line[:size]), line[size:]
}

// marked returns the marked piece at the front of line, as written and as
// Slack wants it; both are empty where there is none.
func marked(line string) (whole, made string) {
	if m := codeIn.FindStringSubmatch(line); m != nil {
		return m[0], string(msg.Code(m[1]))
	}
	if m := linkIn.FindStringSubmatch(line); m != nil {
		label := strings.TrimSpace(strings.ReplaceAll(m[1], "`", ""))
		return m[0], string(msg.Link(m[2], cmp.Or(label, m[2])))
	}
	for _, address := range []*regexp.Regexp{framedIn, bareIn} {
		if m := address.FindStringSubmatch(line); m != nil {
			return m[0], string(msg.Link(m[1], m[1]))
		}
	}
	for _, mark := range marksIn {
		if m := mark.is.FindStringSubmatch(line); m != nil {
			return m[0], mark.slack + inline(m[1]) + mark.slack
		}
	}
	return "", ""
}
