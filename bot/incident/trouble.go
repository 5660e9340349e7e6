package incident

import (
	"slices"
	"strings"
)

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

// HasNoChannel reports whether a channel was asked for and Slack did not make
// it, so that the incident lives in the incidents channel until it does.
func (in Incident) HasNoChannel() bool {
	return in.Channel == "" && (in.Step == Ready || in.troubled(CreateChannel))
}

func (in Incident) troubled(step Step) bool {
	return slices.ContainsFunc(in.Troubles(), func(t Trouble) bool { return t.Step == step })
}

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
