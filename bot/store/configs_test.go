package store

import (
	"slices"
	"testing"
	"time"

	"toban/bot/outbox"
	"toban/rotation"
)

func TestAConfigIsRememberedAndItsNewsSaidOnce(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		save := func(v ConfigVersion, renamed map[string]string) {
			t.Helper()
			if err := db.SaveConfig(t.Context(), []ConfigVersion{v}, renamed); err != nil {
				t.Fatal(err)
			}
		}
		news := &outbox.ConfigNews{Rotation: "web", Shifts: []outbox.ShiftNews{{Start: at, End: at.Add(time.Hour), Before: "U1", Now: "U2"}}}
		save(ConfigVersion{Kind: ConfigRotation, Name: "web", At: at, Doc: "1"}, nil)
		second := ConfigVersion{Kind: ConfigRotation, Name: "web", At: at.Add(time.Hour), Doc: "2", News: news, Channel: "C1"}
		save(second, nil)
		second.At = second.At.Add(time.Millisecond) // another replica, a moment later
		save(second, nil)
		all, err := db.ConfigVersions(t.Context())
		if err != nil || len(all) != 2 || all[1].Doc != "2" || !all[1].At.Equal(at.Add(time.Hour)) {
			t.Fatalf("versions: %+v, %v", all, err)
		}
		var subjects []string
		rows, err := db.write.QueryContext(t.Context(), `SELECT subject FROM messages WHERE kind = 'config_change'`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				t.Fatal(err)
			}
			subjects = append(subjects, s)
		}
		if err := rows.Err(); err != nil || len(subjects) != 1 {
			t.Fatalf("messages: %v, %v", subjects, err)
		}
		got, err := db.ConfigNews(t.Context(), subjects[0])
		if err != nil || len(got.Shifts) != 1 || !got.Shifts[0].Start.Equal(at) || got.Shifts[0].Now != "U2" {
			t.Errorf("news: %+v, %v", got, err)
		}
	})
}

func TestARenamedRotationKeepsSwapsAndOverrides(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		err := db.Rotations().Update(t.Context(), func(tx rotation.Tx) error {
			if err := tx.SaveOverride(rotation.SavedOverride{Override: rotation.Override{ID: "O1", Start: at, End: at.Add(time.Hour), User: "U1"}, Rotation: "web", By: "U2", CreatedAt: at}); err != nil {
				return err
			}
			return tx.SaveSwapRequest(rotation.SwapRequest{
				ID: "S1", Rotation: "web", Asker: "U1", Other: "U2", State: rotation.SwapAccepted, CreatedAt: at, DecidedAt: at,
				Mine:   rotation.Half{User: "U1", Start: at, End: at.Add(time.Hour)},
				Theirs: rotation.Half{User: "U2", Start: at.Add(time.Hour), End: at.Add(2 * time.Hour)},
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // "was" stays in the file
			if err := db.SaveConfig(t.Context(), nil, map[string]string{"web": "site"}); err != nil {
				t.Fatal(err)
			}
		}
		var changes rotation.Changes
		var request rotation.SwapRequest
		err = db.Rotations().Update(t.Context(), func(tx rotation.Tx) (err error) {
			if changes, err = tx.Changes("site"); err != nil {
				return err
			}
			request, err = tx.SwapRequest("S1")
			return err
		})
		if err != nil || len(changes.Overrides) != 1 || len(changes.Swaps) != 1 || request.Rotation != "site" {
			t.Errorf("changes %+v, request of %q, %v", changes, request.Rotation, err)
		}
		if n, err := db.Unused(t.Context(), "site", at); n != 2 || err != nil {
			t.Errorf("unused: %d, %v", n, err)
		}
	})
}

// TestARenameThatWasTakenBackAndMadeAgain: in between the config was rolled back,
// so the new name is gone and the old one goes on; then it is renamed again.
func TestARenameThatWasTakenBackAndMadeAgain(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		start := func(hour int, renamed map[string]string, versions ...ConfigVersion) {
			t.Helper()
			for i := range versions {
				versions[i].Kind, versions[i].At = ConfigRotation, at.Add(time.Duration(hour)*time.Hour)
			}
			if err := db.SaveConfig(t.Context(), versions, renamed); err != nil {
				t.Fatal(err)
			}
		}
		renamed := map[string]string{"web": "site"}
		start(0, nil, ConfigVersion{Name: "web", Doc: "1"})
		start(1, renamed, ConfigVersion{Name: "site", Doc: "1"})
		start(2, nil, ConfigVersion{Name: "web", Doc: "2"}, ConfigVersion{Name: "site"})
		start(3, renamed, ConfigVersion{Name: "site", Doc: "3"})
		all, err := db.ConfigVersions(t.Context())
		var got []string
		for _, v := range all {
			got = append(got, v.Name+" "+v.Doc)
		}
		if want := []string{"site 2", "site 3"}; err != nil || !slices.Equal(got, want) {
			t.Errorf("%q, %v; want %q: it goes on as web did", got, err, want)
		}
	})
}
