package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"toban/alerts"
)

// The test binary is also the other process: these name what it should do.
const (
	childDoes = "TOBAN_STORE_CHILD"
	childURL  = "TOBAN_STORE_CHILD_URL"
)

func TestMain(m *testing.M) {
	switch os.Getenv(childDoes) {
	case "open":
		if _, err := Open(context.Background(), os.Getenv(childURL)); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	case "burst":
		burst(os.Getenv(childURL))
	}
	os.Exit(m.Run())
}

// burst saves alerts until it is killed and names each that was acknowledged.
func burst(url string) {
	db, err := Open(context.Background(), url)
	if err != nil {
		panic(err)
	}
	for i := 0; ; i++ {
		cases := []alerts.Case{newCase(fmt.Sprintf("%d-0", i)), newCase(fmt.Sprintf("%d-1", i))}
		if err := db.Alerts().Update(context.Background(), func(tx alerts.Tx) error { return tx.Save(cases) }); err != nil {
			panic(err)
		}
		fmt.Println(i)
	}
}

func child(t *testing.T, does, url string) *exec.Cmd {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childDoes+"="+does, childURL+"="+url)
	c.Stderr = os.Stderr
	return c
}

func TestASecondProcessIsRefused(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "toban.db")
	db := place{url: url}.open(t)
	out, err := child(t, "open", url).Output()
	if err == nil {
		t.Fatal("the second process opened the database too")
	}
	if want := fmt.Sprintf("in use by process %d: only one process may use a SQLite database. Stop the other one first", os.Getpid()); !strings.Contains(string(out), want) {
		t.Errorf("it is told:\n%swant in it:\n%s", out, want)
	}
	var inUse *InUseError
	if _, err := Open(t.Context(), url); !errors.As(err, &inUse) {
		t.Errorf("a second time in one process: %v", err)
	}
	save(t, db, newCase("1")) // the first one goes on
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if out, err := child(t, "open", url).Output(); err != nil {
		t.Errorf("once the first one has ended: %v %s", err, out)
	}
}

func TestTheSameFileByAnotherNameIsTheSameFile(t *testing.T) {
	dir := t.TempDir()
	place{url: "sqlite:" + filepath.Join(dir, "toban.db")}.open(t)
	if err := os.Symlink(filepath.Join(dir, "toban.db"), filepath.Join(dir, "link.db")); err != nil {
		t.Skip("no symbolic links here")
	}
	var inUse *InUseError
	if _, err := Open(t.Context(), "sqlite:"+filepath.Join(dir, "link.db")); !errors.As(err, &inUse) {
		t.Errorf("got %v, want InUseError", err)
	}
}

func TestKillKeepsWhatWasAcknowledged(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		c := child(t, "burst", p.url)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		acknowledged := 0
		for lines := bufio.NewScanner(out); lines.Scan(); acknowledged++ {
			if acknowledged == 200 {
				if err := c.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = c.Wait()
		if acknowledged < 200 {
			t.Fatalf("the child ended by itself after %d", acknowledged)
		}
		db := p.open(t) // the lock went with the process
		for i := range acknowledged {
			for _, half := range []string{"0", "1"} {
				if _, err := db.CaseOfPage(t.Context(), fmt.Sprintf("P%d-%s", i, half)); err != nil {
					t.Fatalf("acknowledged and lost: %d-%s of %d: %v", i, half, acknowledged, err)
				}
			}
		}
		_, cases, err := db.OpenCases(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "no half of a transaction is left", cases%2, 0)
		equal(t, "each has its two messages", len(all(t, db)), 2*cases)
	})
}
