// Command vulndb writes the reports of known vulnerabilities that module
// golang.org/x/vulndb keeps as a database that govulncheck reads: the reports
// and three indexes. It downloads nothing.
//
//	vulndb FROM TO
//
// FROM is the module's folder; TO is made. The format is that of go.dev/security/vuln/database.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

type report struct {
	ID       string    `json:"id"`
	Modified time.Time `json:"modified"`
	Aliases  []string  `json:"aliases,omitempty"`
	Affected []struct {
		Package struct {
			Name string `json:"name"`
		} `json:"package"`
		Ranges []struct {
			Events []struct {
				Fixed string `json:"fixed"`
			} `json:"events"`
		} `json:"ranges"`
	} `json:"affected"`
}

type vuln struct {
	ID       string    `json:"id"`
	Modified time.Time `json:"modified"`
	Aliases  []string  `json:"aliases,omitempty"`
	Fixed    string    `json:"fixed,omitempty"`
}

type module struct {
	Path  string `json:"path"`
	Vulns []vuln `json:"vulns"`
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: vulndb FROM TO")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "vulndb:", err)
		os.Exit(1)
	}
}

func run(from, to string) error {
	files, err := filepath.Glob(filepath.Join(from, "data", "osv", "*.json"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no reports in %s: %w", from, err)
	}
	for _, dir := range []string{"ID", "index"} {
		if err := os.MkdirAll(filepath.Join(to, dir), 0o755); err != nil {
			return err
		}
	}
	var vulns []vuln
	byPath := map[string]*module{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var r report
		if err := json.Unmarshal(data, &r); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if err := os.WriteFile(filepath.Join(to, "ID", r.ID+".json"), data, 0o644); err != nil {
			return err
		}
		vulns = append(vulns, vuln{ID: r.ID, Modified: r.Modified, Aliases: r.Aliases})
		r.addTo(byPath)
	}
	var modules []*module
	for _, m := range byPath {
		modules = append(modules, m)
	}
	for name, index := range map[string]any{
		"db.json": struct {
			Modified time.Time `json:"modified"`
		}{time.Now().UTC()}, "vulns.json": vulns, "modules.json": modules,
	} {
		data, err := json.Marshal(index)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, "index", name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// addTo lists a report under each module that it is about.
func (r report) addTo(byPath map[string]*module) {
	for _, a := range r.Affected {
		m := byPath[a.Package.Name]
		if m == nil {
			m = &module{Path: a.Package.Name}
			byPath[a.Package.Name] = m
		}
		fixed := ""
		for _, rng := range a.Ranges {
			for _, e := range rng.Events {
				if e.Fixed != "" {
					fixed = e.Fixed
				}
			}
		}
		m.Vulns = append(m.Vulns, vuln{ID: r.ID, Modified: r.Modified, Fixed: fixed})
	}
}
