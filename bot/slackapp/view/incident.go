package view

import (
	"strings"

	"github.com/slack-go/slack"

	"toban/bot/incident"
	"toban/bot/msg"
	"toban/rotation"
)

// Incident draws the pinned card in the incident's channel.
func Incident(in incident.Incident, x Context, m msg.Catalog) (string, []slack.Block) {
	text, blocks := incidentHead(in, x, m)
	blocks = append(blocks, note(strings.Join(people(in, m), "\n"))...)
	if in.State == incident.Open {
		id := in.ID
		resolve := button(m, IncidentResolve, id, msg.IncidentButtonResolve, nil).WithConfirm(
			confirm(m, msg.IncidentConfirmTitle, msg.IncidentConfirmText, msg.IncidentConfirmYes, msg.IncidentConfirmNo, nil))
		blocks = append(blocks, slack.NewActionBlock("incident/"+id,
			button(m, IncidentUpdate+OpensForm, id, msg.IncidentButtonUpdate, nil).WithStyle(slack.StylePrimary), resolve))
	}
	return text, append(blocks, updates(in, x, m, 5)...)
}

// Digest draws the incident for those who follow it from the incidents
// channel: no buttons, the way in, the last word.
func Digest(in incident.Incident, x Context, m msg.Catalog) (string, []slack.Block) {
	text, blocks := incidentHead(in, x, m)
	if in.Channel != "" {
		blocks = append(blocks, section(m.Say(msg.IncidentRoom, msg.Args{"Channel": Room(in)})))
	}
	return text, append(blocks, updates(in, x, m, 1)...)
}

// Update draws one update in the incident's channel; an unknown id draws
// nothing.
func Update(in incident.Incident, id string, x Context, m msg.Catalog) (string, []slack.Block) {
	for _, u := range in.Updates {
		if u.ID == id {
			by := m.Say(msg.IncidentUpdateBy, msg.Args{"Who": msg.Person(u.Who), "At": m.Moment(u.At, x.zone())})
			text := m.Say(msg.IncidentUpdateText, msg.Args{"Number": in.Number, "Text": Cut(u.Text, 600)})
			return text, append([]slack.Block{section(msg.EscapeFormatted(u.Text))}, note(by)...)
		}
	}
	return "", nil
}

func incidentHead(in incident.Incident, x Context, m msg.Catalog) (string, []slack.Block) {
	args := msg.Args{"Severity": Severity(in.Severity, m), "Number": in.Number, "Title": Cut(in.Title, 200)}
	key, colour := msg.IncidentHeader, "🔴"
	if in.State == incident.Resolved {
		key, colour = msg.IncidentHeaderResolved, "🟢"
	}
	status := incidentStatus(in, x, m)
	blocks := []slack.Block{header(withMark(m.Plain(key, args), colour)), section(join("\n", status, Trouble(in, x, m)))}
	args["Status"], args["Title"] = msg.Markup(status), Cut(in.Title, locked)
	return cutMrkdwn(m.Say(msg.IncidentText, args), 3000), blocks
}

func incidentStatus(in incident.Incident, x Context, m msg.Catalog) string {
	if in.State == incident.Resolved {
		return m.Say(msg.IncidentStatusResolved, msg.Args{
			"At":  m.Moment(in.ResolvedAt, x.zone()),
			"Who": msg.Person(in.ResolvedBy), "For": m.Duration(in.ResolvedAt.Sub(in.DeclaredAt)),
		})
	}
	return m.Say(msg.IncidentStatusOpen, msg.Args{"At": m.Moment(in.DeclaredAt, x.zone()), "Who": msg.Person(in.DeclaredBy)})
}

// Trouble says what of the channel's set-up does not work.
func Trouble(in incident.Incident, x Context, m msg.Catalog) string {
	troubles := in.Troubles()
	switch {
	case in.HasNoChannel() && !in.IsOpen():
		return ""
	case in.HasNoChannel():
		why := ""
		if len(troubles) > 0 {
			why = troubles[0].Why
		}
		return m.Say(msg.IncidentStatusNoChannel, msg.Args{"Why": msg.Code(Cut(why, 160)), "Where": x.meetingPlace(m)})
	case len(troubles) > 0 && in.IsOpen():
		return m.Say(msg.IncidentStatusTrouble, msg.Args{"Why": msg.Code(Cut(troubles[0].Why, 160))})
	case in.Channel == "":
		return m.Say(msg.IncidentStatusSettingUp, nil)
	}
	return ""
}

// meetingPlace is where people work on an incident that has no channel.
func (x Context) meetingPlace(m msg.Catalog) msg.Markup {
	if x.Reader == "" || x.Incidents == "" {
		return msg.Markup(m.Plain(msg.IncidentHere, nil))
	}
	return msg.Channel(x.Incidents)
}

func people(in incident.Incident, m msg.Catalog) []string {
	var lines []string
	if len(in.Invited) > 0 {
		lines = append(lines, m.Say(msg.IncidentInvited, msg.Args{"Who": who(m, some(in.Invited), nil)}))
	}
	byReason := map[string][]rotation.PersonID{}
	var reasons []string
	for _, r := range in.NotInvited {
		if _, known := byReason[r.Why]; !known {
			reasons = append(reasons, r.Why)
		}
		byReason[r.Why] = append(byReason[r.Why], r.Who)
	}
	for i, why := range reasons {
		if i == 5 {
			break
		}
		lines = append(lines, m.Say(msg.IncidentNotInvited, msg.Args{"Who": who(m, some(byReason[why]), nil), "Why": Cut(why, 80)}))
	}
	return lines
}

func some(people []rotation.PersonID) []rotation.PersonID { return people[:min(len(people), 20)] }

// updates shows the last most ones, newest first.
func updates(in incident.Incident, x Context, m msg.Catalog, most int) []slack.Block {
	if len(in.Updates) == 0 {
		return nil
	}
	lines := []string{m.Say(msg.IncidentUpdates, msg.Args{"N": len(in.Updates)})}
	for i := len(in.Updates) - 1; i >= 0 && len(lines) <= most; i-- {
		u := in.Updates[i]
		lines = append(lines, join(" ", string(m.Clock(u.At, x.zone())), string(msg.Person(u.Who)), msg.EscapeFormatted(Cut(u.Text, 400))))
	}
	return []slack.Block{section(strings.Join(lines, "\n"))}
}

// Severity is the word for a severity that people read.
func Severity(s incident.Severity, m msg.Catalog) string {
	switch s {
	case incident.Sev1:
		return m.Plain(msg.IncidentSev1, nil)
	case incident.Sev2:
		return m.Plain(msg.IncidentSev2, nil)
	case incident.Sev3:
		return m.Plain(msg.IncidentSev3, nil)
	case incident.Sev4:
		return m.Plain(msg.IncidentSev4, nil)
	}
	return Cut(string(s), 20)
}

// Incidents draws the private answer that lists open incidents.
func Incidents(open []incident.Incident, x Context, m msg.Catalog) (string, []slack.Block) {
	if len(open) == 0 {
		text := m.Say(msg.IncidentListNone, nil)
		return text, []slack.Block{section(text)}
	}
	title := m.Say(msg.IncidentListTitle, msg.Args{"N": len(open)})
	return listed(append([]string{string(msg.Bold(title))}, incidentLines(open, x, m)...))
}

func incidentLines(open []incident.Incident, x Context, m msg.Catalog) []string {
	var lines []string
	for i, in := range open {
		if i == 15 {
			lines = append(lines, m.Say(msg.IncidentListMore, msg.Args{"N": len(open) - i}))
			break
		}
		line := m.Say(msg.IncidentListLine, msg.Args{"Number": in.Number, "Severity": Severity(in.Severity, m), "Title": Cut(in.Title, 120)})
		lines = append(lines, join(" · ", line, string(Room(in)), incidentStatus(in, x, m)))
	}
	return lines
}

// Room is the incident's channel, or its name while Slack has not made it.
func Room(in incident.Incident) msg.Markup {
	switch {
	case in.Channel != "":
		return msg.Channel(in.Channel)
	case in.Name != "":
		return msg.Channel(in.Name)
	}
	return ""
}
