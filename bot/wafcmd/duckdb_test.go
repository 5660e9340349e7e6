package wafcmd

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"toban/alerts/waf"
)

// BenchmarkGigabyte runs the built program over a gigabyte of records and, where
// NODE_PATH names a folder with @duckdb/node-api, DuckDB making the same lists
// on one thread in the same run, and then only five of them:
//
//	NODE_PATH=…/node_modules go test ./bot/wafcmd -run '^$' -bench Gigabyte -benchtime 1x
func BenchmarkGigabyte(b *testing.B) {
	dir := b.TempDir()
	file, program := filepath.Join(dir, "waf.jsonl"), filepath.Join(dir, "bot")
	writeRecords(b, file, 1<<30)
	build := exec.Command("go", "build", "-o", program, "toban/bot")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	folder := os.Getenv("NODE_PATH")
	for b.Loop() {
		ours := measured(b, exec.Command(program, "waf", file, "-o", "json", "--top", "10"))
		b.ReportMetric(ours.cpu, "cpu-s")
		b.ReportMetric(ours.peak, "peak-MiB")
		if folder == "" {
			continue
		}
		theirs := measured(b, exec.Command("node", "testdata/duckdb.mjs", file, folder))
		b.ReportMetric(theirs.cpu, "duckdb-cpu-s")
		b.ReportMetric(theirs.peak, "duckdb-peak-MiB")
		b.ReportMetric(theirs.cpu/ours.cpu, "times-faster")
		plain := measured(b, exec.Command("node", "testdata/duckdb_plain.mjs", file, folder))
		b.ReportMetric(plain.cpu, "duckdb-five-lists-cpu-s")
		same(b, ours.out, theirs.out)
	}
	if folder == "" {
		b.Log("without DuckDB: NODE_PATH names no folder")
	}
}

type run struct {
	out       []byte
	cpu, peak float64 // seconds, MiB
}

func measured(b *testing.B, c *exec.Cmd) run {
	b.Helper()
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		b.Fatalf("%s: %v\n%s", c.Args[0], err, stderr.String())
	}
	used := c.ProcessState.SysUsage().(*syscall.Rusage)
	return run{out, (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Seconds(), float64(used.Maxrss) / 1024}
}

// same compares what both found.
func same(b *testing.B, ours, theirs []byte) {
	b.Helper()
	var a struct{ Stopped, Passed waf.Breakdown }
	var d map[string]struct {
		Distinct int
		Top      [][2]any
	}
	if err := json.Unmarshal(ours, &a); err != nil {
		b.Fatal(err)
	}
	if err := json.Unmarshal(theirs, &d); err != nil {
		b.Fatal(err)
	}
	for side, t := range map[string]waf.Breakdown{"stopped": a.Stopped, "passed": a.Passed} {
		for name, l := range map[string]waf.Counts{"addresses": t.Addresses, "countries": t.Countries, "paths": t.Paths, "methods": t.Methods, "hosts": t.Hosts, "agents": t.Agents} {
			want := d[side+" "+name]
			if l.Distinct != want.Distinct || len(l.Top) != len(want.Top) {
				b.Errorf("%s %s: %d different, DuckDB says %d", side, name, l.Distinct, want.Distinct)
				continue
			}
			for i, c := range l.Top { // equal numbers may stand in another order
				if n := want.Top[i][1].(float64); float64(c.N) != n {
					b.Errorf("%s %s: %d. is %d times, DuckDB says %.0f", side, name, i+1, c.N, n)
				}
			}
		}
	}
}

// writeRecords writes records as AWS does: of 10,000 visitors and scanners, six
// of ten stopped, in the order of time.
func writeRecords(b *testing.B, name string, size int64) {
	b.Helper()
	f, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	r := rand.New(rand.NewPCG(1, 2))
	agents := []string{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36", "python-requests/2.32.3", "curl/8.5.0", "Go-http-client/1.1"}
	countries := []string{"JP", "US", "DE", "CN", "BR", "NL"}
	probes := []string{"/.env", "/wp-login.php", "/.git/config", "/phpmyadmin/index.php", "/actuator/env"}
	var written int64
	for i := 0; written < size; i++ {
		n := r.IntN(10_000)
		blocked := r.IntN(10) < 6
		path, action, rule, group, labels := fmt.Sprintf("/items/%d", r.IntN(3000)), "ALLOW", "Default_Action", `[]`, `[]`
		if blocked {
			path, action, rule = probes[r.IntN(len(probes))], "BLOCK", "AWS-AWSManagedRulesCommonRuleSet"
			group = `[{"ruleGroupId":"AWS#AWSManagedRulesCommonRuleSet","terminatingRule":{"ruleId":"RestrictedExtensions_URIPATH","action":"BLOCK","ruleMatchDetails":null},"nonTerminatingMatchingRules":[],"excludedRules":null,"customerConfig":null}]`
			labels = `[{"name":"awswaf:managed:aws:core-rule-set:RestrictedExtensions_URIPath"}]`
		}
		k, err := fmt.Fprintf(w, `{"timestamp":%d,"formatVersion":1,"webaclId":"arn:aws:wafv2:ap-northeast-1:123456789012:regional/webacl/shop/0f3a","terminatingRuleId":"%s","terminatingRuleType":"MANAGED_RULE_GROUP","action":"%s","terminatingRuleMatchDetails":[],"httpSourceName":"ALB","httpSourceId":"123456789012-app/shop/50dc","ruleGroupList":%s,"rateBasedRuleList":[],"nonTerminatingMatchingRules":[],"requestHeadersInserted":null,"responseCodeSent":null,"httpRequest":{"clientIp":"203.%d.%d.%d","country":"%s","headers":[{"name":"Host","value":"shop.example.com"},{"name":"User-Agent","value":"%s"},{"name":"Accept","value":"*/*"},{"name":"Accept-Language","value":"ja,en;q=0.8"},{"name":"Cookie","value":"session=%s"}],"uri":"%s","args":"page=%d&sort=price","httpVersion":"HTTP/2.0","httpMethod":"GET","requestId":"1-65f3a-%d"},"labels":%s,"ja3Fingerprint":"e7d705a3286e19ea42f587b344ee6865"}`+"\n",
			1_790_000_000_000+int64(i)*5, rule, action, group, n/250%250, n%250, n/2500, countries[n%len(countries)], agents[n%len(agents)], strings.Repeat("x", 24), path, r.IntN(50), i, labels)
		if err != nil {
			b.Fatal(err)
		}
		written += int64(k)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
}
