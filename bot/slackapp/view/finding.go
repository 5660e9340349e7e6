package view

import (
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"toban/alerts/findings"
	"toban/alerts/scan"
	"toban/bot/msg"
)

// Finding draws one finding for its team's channel.
func Finding(r findings.Record, x Context, m msg.Catalog) (string, []slack.Block) {
	f := r.Finding
	args := msg.Args{"Severity": severity(f.Severity, m), "Title": Cut(f.Title, 110), "State": msg.Markup(FindingState(r, x, m))}
	blocks := []slack.Block{
		header(withMark(m.Plain(msg.FindingHeader, args), findingMark(r))),
		section(join("\n", FindingState(r, x, m), news(r, m), where(f, m))),
	}
	facts := []string{m.Say(msg.FindingFacts, msg.Args{
		"Product": Cut(f.Product, 40), "Control": Cut(f.Control, 80), "Since": m.Moment(r.FirstAt, x.zone()), "N": r.Times,
	})}
	if r.Team == "" {
		facts = append(facts, m.Say(msg.FindingNobody, nil))
	} else {
		facts = append(facts, m.Say(msg.FindingOwner, msg.Args{"Team": Cut(r.Team, 60), "Why": m.Mark(whyTheirs(r.Why))}))
	}
	facts = append(facts, advice(f.AdviceURL, m))
	blocks = append(blocks, note(join(" · ", facts...))...)
	if !r.State.Done() {
		blocks = append(blocks, findingButtons(r, m))
	}
	// What a product writes may quote whom it warns of: nothing in it is a link.
	if text := join("\n", msg.Escape(Cut(f.Text, 500)), msg.Escape(Cut(f.Advice, 300))); text != "" && !r.State.Done() {
		blocks = append(blocks, section(text))
	}
	return cutMrkdwn(m.Say(msg.FindingText, args), 3000), blocks
}

// advice links to what a finding's source says is to be done, where that is a
// page of AWS; other addresses are only shown.
// whyTheirs says why a finding is a team's: see [findings.Record].
func whyTheirs(why string) (msg.Key, msg.Args) {
	kind, name, _ := strings.Cut(why, " ")
	switch kind {
	case "bucket":
		return msg.FindingWhyBucket, msg.Args{"Name": Cut(name, 100)}
	case "account":
		return msg.FindingWhyAccount, msg.Args{"Name": Cut(name, 100)}
	}
	return msg.FindingWhyTag, msg.Args{"Name": Cut(why, 100)}
}

func advice(address string, m msg.Catalog) string {
	label := m.Plain(msg.FindingAdvice, nil)
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	if u.Scheme == "https" && (u.Host == "aws.amazon.com" || strings.HasSuffix(u.Host, ".aws.amazon.com")) {
		return link(address, label)
	}
	return msg.Escape(label) + ": " + string(msg.Code(Cut(address, 200)))
}

func severity(s scan.Severity, m msg.Catalog) string {
	if key, known := severities[s]; known {
		return m.Plain(key, nil)
	}
	return strings.ToUpper(string(s))
}

func findingMark(r findings.Record) string {
	switch {
	case r.State == findings.Suppressed, r.State == findings.Resolved && closedBy(r.Finding) == msg.FindingStateSuppressedThere:
		return "⚪" // nothing was mended
	case r.State.Done():
		return "🟢"
	case r.State == findings.Acknowledged:
		return "🟠"
	case r.Finding.Severity == scan.Critical, r.Finding.Severity == scan.High:
		return "🔴"
	}
	return "🟡"
}

// FindingState says in words how a finding stands.
func FindingState(r findings.Record, x Context, m msg.Catalog) string {
	switch r.State {
	case findings.Acknowledged:
		return m.Say(msg.FindingStateAcknowledged, msg.Args{"Who": msg.Person(r.Owner)})
	case findings.Suppressed: // it ends at midnight; people mean the day before
		return m.Say(msg.FindingStateSuppressed, msg.Args{"Who": msg.Person(r.By), "Until": m.Moment(r.Until.Add(-time.Minute), x.zone()), "Reason": Cut(r.Reason, 500)})
	case findings.Fixed:
		return m.Say(msg.FindingStateFixed, msg.Args{"Who": msg.Person(r.By)})
	case findings.Resolved:
		return m.Say(closedBy(r.Finding), nil)
	}
	return m.Say(msg.FindingStateOpen, nil)
}

// closedBy says how a source closed a finding: mended is only what passes.
func closedBy(f scan.Finding) msg.Key {
	switch {
	case f.Compliance == scan.Passed:
		return msg.FindingStateResolved
	case f.Workflow == scan.Suppressed:
		return msg.FindingStateSuppressedThere
	}
	return msg.FindingStateClosedThere
}

// news says why an open finding is open again, how often its team was asked,
// and what its source does not know yet.
func news(r findings.Record, m msg.Catalog) string {
	var lines []string
	if n := len(r.Log); n > 0 && r.State == findings.Open {
		switch last := r.Log[n-1]; last.Did {
		case "worse":
			lines = append(lines, m.Say(msg.FindingWorse, msg.Args{"Severity": severity(scan.Severity(last.Detail), m)}))
		case "expire":
			lines = append(lines, m.Say(msg.FindingExpired, nil))
		case "reopen":
			lines = append(lines, m.Say(msg.FindingReopened, nil))
		}
	}
	if r.Nudges > 0 && r.State == findings.Open {
		lines = append(lines, m.Say(msg.FindingAsked, msg.Args{"Count": number(r.Nudges)}))
	}
	if r.TellWhy != "" {
		lines = append(lines, m.Say(msg.FindingUntold, msg.Args{"Why": Cut(r.TellWhy, 200)}))
	}
	return strings.Join(lines, "\n")
}

func where(f scan.Finding, m msg.Catalog) string {
	text := m.Say(msg.FindingWhere, msg.Args{"Resource": msg.Code(resource(f)), "Account": Cut(f.Account, 20), "Region": Cut(f.Region, 30)})
	if more := len(f.Resources) - 1; more > 0 {
		text += " " + m.Say(msg.FindingMoreResources, msg.Args{"N": more})
	}
	return text
}

// resource names the first thing that a finding is about, without what all
// names of its kind begin with.
func resource(f scan.Finding) string {
	if len(f.Resources) == 0 {
		return "–"
	}
	id := f.Resources[0].ID
	if bucket, ok := strings.CutPrefix(id, "arn:aws:s3:::"); ok {
		id = bucket
	}
	return Cut(id, 120)
}

func findingButtons(r findings.Record, m msg.Catalog) slack.Block {
	var row []slack.BlockElement
	if r.State != findings.Acknowledged {
		row = append(row, button(m, FindingAcknowledge, r.ID, msg.FindingButtonAcknowledge, nil).WithStyle(slack.StylePrimary))
	}
	row = append(row,
		button(m, FindingFixed, r.ID, msg.FindingButtonFixed, nil),
		button(m, FindingSuppress+OpensForm, r.ID, msg.FindingButtonSuppress, nil),
		slack.NewOptionsSelectBlockElement(slack.OptTypeUser, plain(m.Plain(msg.FindingButtonAssign, nil), 75), FindingAssign),
	)
	return slack.NewActionBlock("finding/"+r.ID, row...)
}

// The form that accepts a finding, and its input.
const (
	FormSuppress = FindingSuppress
	InputReason  = "reason"
)

// SuppressForm asks why a finding is accepted and until when; until is the day
// that is proposed.
func SuppressForm(r findings.Record, until time.Time, m msg.Catalog) slack.ModalViewRequest {
	day := slack.NewDatePickerBlockElement(InputUntil)
	day.InitialDate = until.Format(time.DateOnly)
	about := note(m.Say(msg.FindingFormAbout, nil))
	return form(m, FormSuppress, msg.FindingFormTitle, msg.FindingFormSubmit, r.ID, append([]slack.Block{
		section(findingLine(r, m)),
		input(m, InputReason, msg.FindingFormReason, textInput(m, InputReason, "", msg.FindingFormReasonHint, findings.MaxReason, true)),
		input(m, InputUntil, msg.FindingFormUntil, day),
	}, about...)...)
}

// findingLine is a finding in one line.
func findingLine(r findings.Record, m msg.Catalog) string {
	return m.Say(msg.FindingLine, msg.Args{"Severity": severity(r.Finding.Severity, m), "Title": Cut(r.Finding.Title, 120), "Resource": msg.Code(resource(r.Finding))})
}

// standingLine is the same, and who has it since when.
func standingLine(r findings.Record, x Context, m msg.Catalog) string {
	key, args := msg.FindingLineOpen, msg.Args{"Since": m.Moment(r.FirstAt, x.zone())}
	if r.State == findings.Acknowledged {
		key, args["Who"] = msg.FindingLineHeld, msg.Person(r.Owner)
	}
	return "• " + findingLine(r, m) + "\n      " + m.Say(key, args)
}

// FindingList draws the answer to "/scan findings"; atLeast is the severity that
// was asked for, empty for all.
func FindingList(list []findings.Record, total int, atLeast scan.Severity, x Context, m msg.Catalog) (string, []slack.Block) {
	none, some, args := msg.FindingListNone, msg.FindingListTitle, msg.Args{"Total": number(total)}
	if atLeast != "" && atLeast != scan.Informational {
		none, some, args["Severity"] = msg.FindingListNoneFrom, msg.FindingListFrom, severity(atLeast, m)
	}
	if total == 0 {
		return Said(m.Say(none, args))
	}
	title := m.Say(some, args)
	return title, sections(append([]string{"*" + title + "*"}, lines(list, total, x, m)...))
}

func lines(list []findings.Record, total int, x Context, m msg.Catalog) (rows []string) {
	for _, r := range list[:min(20, len(list))] {
		rows = append(rows, standingLine(r, x, m))
	}
	if more := total - len(rows); more > 0 {
		rows = append(rows, m.Say(msg.FindingListMore, msg.Args{"Count": number(more)}))
	}
	return rows
}
