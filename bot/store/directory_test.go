package store

import (
	"strings"
	"testing"

	"toban/bot/directory"
)

func TestADirectoryIsKeptPageByPage(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		keep := func(l *directory.Listing, entries ...directory.Entry) {
			t.Helper()
			if err := db.Keep(t.Context(), entries, l, at); err != nil {
				t.Fatal(err)
			}
		}
		called := func(kind directory.Kind, name string) string {
			t.Helper()
			found, err := db.Named(t.Context(), kind, directory.Key(name))
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, e := range found {
				ids = append(ids, e.ID)
			}
			return strings.Join(ids, " ")
		}
		person := func(id, handle string, others ...string) directory.Entry {
			return directory.Entry{ID: id, Kind: directory.Person, Name: handle, Others: others}
		}
		keep(&directory.Listing{Kind: directory.Person, Cursor: "next", Read: 2, BeganAt: at}, person("U1", "bo", "Bo Berg"), person("U2", "bo2", "Bo Berg", "bo2"))
		keep(nil, directory.Entry{ID: "C1", Kind: directory.Channel, Name: "bo"})
		l, err := db.Listing(t.Context(), directory.Person)
		equal(t, "where to go on", [3]any{l.Cursor, l.Read, l.Whole()}, [3]any{"next", 2, false})
		equal(t, "no error", err, nil)
		equal(t, "a handle", called(directory.Person, "@BO"), "U1")
		equal(t, "two of one name", called(directory.Person, "bo berg"), "U1 U2")
		equal(t, "a channel", called(directory.Channel, "#bo"), "C1")
		keep(nil, person("U1", "bob", "Bo Berg"))
		equal(t, "an old handle", called(directory.Person, "bo"), "")
		equal(t, "a new one", called(directory.Person, "bob"), "U1")
	})
}
