package msg

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// forms is one sentence: "other", and "one" where a language has it.
type forms map[string]string

func catalogue(t *testing.T, lang string) map[string]forms {
	t.Helper()
	files, err := filepath.Glob("catalog/*." + lang + ".yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no catalogue of %s: %v", lang, err)
	}
	all := map[string]forms{}
	for _, name := range files {
		text, err := catalogs.ReadFile(filepath.ToSlash(name))
		if err != nil {
			t.Fatal(err)
		}
		raw := map[string]any{}
		if err := yaml.Unmarshal(text, &raw); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for key, value := range raw {
			if all[key] != nil {
				t.Errorf("%s: %s stands in two files", name, key)
			}
			all[key] = forms{}
			switch v := value.(type) {
			case string:
				all[key]["other"] = v
			case map[string]any:
				for form, text := range v {
					all[key][form], _ = text.(string)
				}
			}
		}
	}
	return all
}

var placeholder = regexp.MustCompile(`{{\.(\w+)}}`)

func placeholders(f forms, ignoreN bool) []string {
	var names []string
	for _, text := range f {
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			if !(ignoreN && m[1] == "N") {
				names = append(names, m[1])
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestBothLanguagesSayTheSame(t *testing.T) {
	en, ja := catalogue(t, English), catalogue(t, Japanese)
	for key, f := range en {
		if ja[key] == nil {
			t.Errorf("%s is missing in Japanese", key)
			continue
		}
		if got, want := placeholders(ja[key], true), placeholders(f, true); !slices.Equal(got, want) {
			t.Errorf("%s: Japanese has the arguments %v, English %v", key, got, want)
		}
		if _, plural := f["one"]; plural && f["other"] == f["one"] {
			t.Errorf("%s: singular and plural are the same", key)
		}
	}
	for key := range ja {
		if en[key] == nil {
			t.Errorf("%s is missing in English", key)
		}
	}
	for lang, all := range map[string]map[string]forms{English: en, Japanese: ja} {
		for key, f := range all {
			for form, text := range f {
				if strings.TrimSpace(text) == "" || text != strings.TrimSpace(text) {
					t.Errorf("%s (%s, %s) is blank or has spaces around it: %q", key, lang, form, text)
				}
				if bare := placeholder.ReplaceAllString(text, ""); strings.Contains(bare, "{{") || strings.Contains(bare, "}}") {
					t.Errorf("%s (%s) has a placeholder that is none: %q", key, lang, text)
				}
			}
			if f["other"] == "" {
				t.Errorf("%s (%s) has no general form", key, lang)
			}
		}
	}
}

// Japanese sentences are Japanese: whoever forgot to translate one is told.
func TestJapaneseIsJapanese(t *testing.T) {
	same := []string{
		"page.lead", "page.text", "page.header", "page.log.unknown", "incident.sev1", "incident.sev2", "incident.sev3", "incident.sev4", "page.alerts.line",
		"incident.list.line", "oncall.line.stays", "oncall.mine.line", "oncall.schedule.title", "oncall.schedule.line", "help.line",
		"form.swap.option", "form.swap.option_who", "form.declare.option", "page.snooze.for",
	}
	for key, f := range catalogue(t, Japanese) {
		japanese := strings.ContainsFunc(f["other"], func(r rune) bool {
			return unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Han)
		})
		if japanese == slices.Contains(same, key) {
			t.Errorf("%s: %q", key, f["other"])
		}
	}
}

// Every sentence has its constant, every constant its sentence, and somebody
// says each of them.
func TestEverySentenceIsUsed(t *testing.T) {
	constants := map[string]string{} // name to key
	file, err := parser.ParseFile(token.NewFileSet(), "keys.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			constants[spec.Names[0].Name] = strings.Trim(spec.Values[0].(*ast.BasicLit).Value, `"`)
		}
		return true
	})
	en := catalogue(t, English)
	if len(constants) != len(en) {
		t.Errorf("%d constants for %d sentences: run go generate", len(constants), len(en))
	}
	for name, key := range constants {
		if en[key] == nil {
			t.Errorf("%s names %s, which nobody wrote: run go generate", name, key)
		}
	}
	for name := range said(t, "../..") {
		delete(constants, name)
	}
	for name, key := range constants {
		t.Errorf("nobody says msg.%s (%s)", name, key)
	}
}

// said collects every msg.Name in the repository's code, tests aside.
func said(t *testing.T, root string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return nil // the compiler says so better
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "msg" {
					names[s.Sel.Name] = true
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
