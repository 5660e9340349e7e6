package directory

import (
	"errors"
	"testing"
)

func TestWhichChannelAWordStandsFor(t *testing.T) {
	c := func(id, name string, gone bool) Entry { return Entry{ID: id, Kind: Channel, Name: name, Gone: gone} }
	for _, tt := range []struct {
		why   string
		kept  Entry
		named []Entry
		want  string
	}{
		{"as it was", c("C1", "alerts", false), []Entry{c("C1", "alerts", false)}, "C1"},
		{"renamed: followed", c("C1", "ops", false), nil, "C1"},
		{"renamed, and another has its name: that one", c("C1", "ops", false), []Entry{c("C2", "alerts", false)}, "C2"},
		{"renamed, and an archived one has its name", c("C1", "ops", false), []Entry{c("C2", "alerts", true)}, "C1"},
		{"archived: it is waited for", c("C1", "alerts", true), []Entry{c("C1", "alerts", true)}, "C1"},
		{"archived, and another has its name", c("C1", "old-alerts", true), []Entry{c("C2", "alerts", false)}, "C2"},
		{"never seen", Entry{}, []Entry{c("C2", "alerts", false)}, "C2"},
		{"never seen, and archived", Entry{}, []Entry{c("C2", "alerts", true)}, "C2"},
		{"not there", Entry{}, nil, ""},
	} {
		if got, _ := Follow("#Alerts", tt.kept, tt.named); got.ID != tt.want {
			t.Errorf("%s: %q, want %q", tt.why, got.ID, tt.want)
		}
	}
}

func TestWhomANameMeans(t *testing.T) {
	p := func(id, handle string, gone bool) Entry {
		return Entry{ID: id, Kind: Person, Name: handle, Others: []string{"Bo Berg"}, Gone: gone}
	}
	for _, tt := range []struct {
		why, word string
		found     []Entry
		want      string
	}{
		{"a handle is one person's", "@bo", []Entry{p("U1", "bo", false), p("U2", "bo2", false)}, "U1"},
		{"the only one so called", "@Bo Berg", []Entry{p("U1", "bo", false)}, "U1"},
		{"the other one left", "@Bo Berg", []Entry{p("U1", "bo", false), p("U2", "bo2", true)}, "U1"},
		{"all left", "@bo", []Entry{p("U1", "bo", true)}, "U1"},
		{"two", "@Bo Berg", []Entry{p("U1", "bo", false), p("U2", "bo2", false)}, "@Bo Berg may be @bo (U1) or @bo2 (U2)"},
		{"nobody", "@cy", nil, "@cy: nobody of that name"},
	} {
		e, err := Choose(tt.word, tt.found)
		got := e.ID
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.why, got, tt.want)
		}
	}
	if _, err := Choose("@x", nil); !errors.Is(err, ErrNobody) {
		t.Error("nobody is not ErrNobody")
	}
}
