package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"toban/alerts/enrich"
)

// TestEveryRequestIsAsDatadogSpecifies compares whatever this package sends
// with Datadog's own OpenAPI files, which come inside the SDK's module.
func TestEveryRequestIsAsDatadogSpecifies(t *testing.T) {
	specs := map[string]openAPI{"v1": specified(t, "v1"), "v2": specified(t, "v2")}
	var asked []string
	c, _ := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		version, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/api/"), "/")
		operation, wrong := specs[version].check(r, body)
		if wrong != "" {
			t.Errorf("%s %s: %s\n%s", r.Method, r.URL, wrong, body)
		}
		if !slices.Contains(asked, operation) {
			asked = append(asked, operation)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"valid":true}`)
	}), keys)
	now, ctx := time.Now(), t.Context()
	q := enrich.LogQuery{Query: `source:waf @http.useragent:"Mozilla, \"x\""`, From: now.Add(-5 * time.Minute), Until: now, Indexes: []string{"waf"}}
	// The answers are empty, so some of these are errors; the requests count.
	_ = c.Check(ctx)
	_, _ = c.State(ctx, "24100103", "host:a,env:prod")
	_, _ = c.Mute(ctx, "24100103", "host:a,env:prod", now.Add(time.Hour))
	_, _ = c.Mute(ctx, "24100103", "", now.Add(time.Hour))
	_ = c.Unmute(ctx, "00000000-0000-1234-0000-000000000000")
	for _, limit := range []int{1, 1000, 5000} {
		_, _ = c.SearchLogs(ctx, q, limit)
	}
	for _, a := range []enrich.Aggregation{{}, {By: "@network.client.ip", Limit: 20}, {Distinct: []string{"@network.client.ip", "@http.url_details.path"}}} {
		_, _ = c.AggregateLogs(ctx, q, a)
	}
	q.Indexes = nil
	_, _ = c.SearchLogs(ctx, q, 10)
	_, _ = c.Deploys(ctx, "tags:deployment service:checkout", now.Add(-time.Hour), now, 4)
	_, _, _ = c.Events(ctx, "source:securityhub", now.Add(-time.Hour), now, 1000)
	slices.Sort(asked)
	want := []string{"AggregateLogs", "CancelDowntime", "CreateDowntime", "GetMonitor", "ListLogs", "ListMonitors", "SearchEvents", "Validate"}
	if !slices.Equal(asked, want) {
		t.Errorf("asked %v, want %v", asked, want)
	}
	// What the comparison is worth: it finds mistakes.
	for body, about := range map[string]string{
		`{"filter":{"query":"x","indexs":["*"]}}`: "indexs", `{"page":{"limit":5000}}`: "5000", `{"sort":"newest"}`: "newest", `{"filter":{"query":7}}`: "7",
	} {
		r, _ := http.NewRequest(http.MethodPost, "https://api/api/v2/logs/events/search", nil)
		if _, wrong := specs["v2"].check(r, []byte(body)); !strings.Contains(wrong, about) {
			t.Errorf("%s: %q", body, wrong)
		}
	}
}

type object = map[string]any

// openAPI is a specification, as far as requests go.
type openAPI struct{ root object }

func specified(t *testing.T, version string) openAPI {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/DataDog/datadog-api-client-go/v2").Output()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), ".generator", "schemas", version, "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var s openAPI
	if err := yaml.Unmarshal(text, &s.root); err != nil {
		t.Fatal(err)
	}
	return s
}

// check returns the operation that a request is for, and what is wrong with it.
func (s openAPI) check(r *http.Request, body []byte) (operation, wrong string) {
	o := s.operation(r)
	if o == nil {
		return "", "there is no such operation"
	}
	operation = fmt.Sprint(o["operationId"])
	known := map[string]bool{}
	parameters, _ := o["parameters"].([]any)
	for _, p := range parameters {
		p := s.resolve(p)
		name := fmt.Sprint(p["name"])
		if known[name] = p["in"] == "query"; known[name] && p["required"] == true && !r.URL.Query().Has(name) {
			return operation, "without " + name
		}
	}
	for name := range r.URL.Query() {
		if !known[name] {
			return operation, "there is no parameter " + name
		}
	}
	content := inside(s.resolve(o["requestBody"]), "content", "application/json", "schema")
	if content == nil {
		if len(body) > 0 {
			return operation, "a body where none is wanted"
		}
		return operation, ""
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return operation, err.Error()
	}
	return operation, s.compare(content, v, "body")
}

func (s openAPI) operation(r *http.Request) object {
	paths, _ := s.root["paths"].(object)
	for path, methods := range paths {
		if !sameShape(path, r.URL.Path) {
			continue
		}
		if o, ok := methods.(object)[strings.ToLower(r.Method)].(object); ok {
			return o
		}
	}
	return nil
}

func sameShape(template, path string) bool {
	a, b := strings.Split(template, "/"), strings.Split(path, "/")
	return len(a) == len(b) && !slices.ContainsFunc(a, func(part string) bool {
		here := b[0]
		b = b[1:]
		return part != here && !strings.HasPrefix(part, "{")
	})
}

// resolve follows references; nil where there is nothing.
func (s openAPI) resolve(v any) object {
	o, _ := v.(object)
	for {
		ref, ok := o["$ref"].(string)
		if !ok {
			return o
		}
		o = inside(s.root, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
	}
}

func inside(o object, path ...string) object {
	for _, name := range path {
		o, _ = o[name].(object)
	}
	return o
}

// compare says what is wrong with a value; nothing where it fits.
func (s openAPI) compare(schema any, v any, at string) string {
	o := s.resolve(schema)
	if v == nil && o["nullable"] == true {
		return ""
	}
	if choices, ok := o["oneOf"].([]any); ok {
		wrong := ""
		for _, choice := range choices {
			if wrong = s.compare(choice, v, at); wrong == "" {
				return ""
			}
		}
		return wrong
	}
	if allowed, ok := o["enum"].([]any); ok && !slices.Contains(allowed, v) {
		return fmt.Sprintf("%s: %v is none of %v", at, v, allowed)
	}
	fits := true
	switch o["type"] {
	case "object":
		var fields object
		if fields, fits = v.(object); fits {
			return s.fields(o, fields, at)
		}
	case "array":
		var items []any
		if items, fits = v.([]any); fits {
			for i, item := range items {
				if wrong := s.compare(o["items"], item, fmt.Sprintf("%s[%d]", at, i)); wrong != "" {
					return wrong
				}
			}
		}
	case "string":
		_, fits = v.(string)
	case "boolean":
		_, fits = v.(bool)
	case "integer", "number":
		var n float64
		if n, fits = v.(float64); fits {
			most, bounded := o["maximum"].(int)
			fits = !bounded || n <= float64(most)
		}
	}
	if !fits {
		return fmt.Sprintf("%s: %v is no %v that is allowed", at, v, o["type"])
	}
	return ""
}

func (s openAPI) fields(o, fields object, at string) string {
	required, _ := o["required"].([]any)
	for _, name := range required {
		if _, ok := fields[name.(string)]; !ok {
			return at + ": without " + name.(string)
		}
	}
	properties, _ := o["properties"].(object)
	for name, value := range fields {
		if properties[name] == nil && o["additionalProperties"] == nil {
			return at + ": there is no " + name
		}
		if wrong := s.compare(properties[name], value, at+"."+name); wrong != "" {
			return wrong
		}
	}
	return ""
}
