package incident

import "strings"

// Trouble is a set-up step that failed and what Slack said. It goes away when
// the step works after all.
type Trouble struct {
	Step Step
	Why  string
}

// Troubles reads what is noted in in.Trouble, in the order in which it happened.
func (in Incident) Troubles() []Trouble {
	var all []Trouble
	for line := range strings.Lines(in.Trouble) {
		step, why, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		all = append(all, Trouble{Step(step), why})
	}
	return all
}

// HasNoChannel reports whether Slack refused the channel for good, so that the
// incident lives in the incidents channel alone.
func (in Incident) HasNoChannel() bool { return in.Channel == "" && in.Announced() }

// note replaces what is known about step; an empty why forgets it.
func (in *Incident) note(step Step, why string) {
	var lines []string
	for _, t := range in.Troubles() {
		if t.Step != step {
			lines = append(lines, string(t.Step)+": "+t.Why)
		}
	}
	if why = strings.Join(strings.Fields(why), " "); why != "" {
		lines = append(lines, string(step)+": "+why)
	}
	in.Trouble = strings.Join(lines, "\n")
}
