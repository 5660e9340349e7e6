package scan

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// ReadProtection reads the configuration document of Antivirus for Amazon S3,
// which it keeps in AppConfig (cloudstoragesec/terraform-aws-cloud-storage-
// security, appconfig_schema.json). Keys that we do not know are listed in
// Unknown; the error is a [*BodyError].
func ReadProtection(doc []byte) (Protection, error) {
	var o object
	if err := json.Unmarshal(doc, &o); err != nil {
		return Protection{}, &BodyError{What: "this is no JSON object: " + err.Error()}
	}
	if !o.has("quarantine") && !o.has("avEventProtectedBuckets") && !o.has("scanTaggingEnabled") {
		return Protection{}, &BodyError{What: `this is no scanner's configuration: "quarantine", "avEventProtectedBuckets" and "scanTaggingEnabled" are missing`}
	}
	p := Protection{
		Engine: first(o.text("engine"), o.text("scanEngine"), o.text("av_engine")), MultiEngine: first(o.text("multiEngineScanningMode"), o.text("multi_engine_scanning_mode")),
		Tagging: o.text("scanTaggingEnabled") == "true",
		Quarantine: Quarantine{
			Action: o.object("quarantine").text("action"), Bucket: o.object("quarantine").text("moveBucketPrefix"),
		},
	}
	buckets := map[string]*Bucket{}
	of := func(name string) *Bucket {
		if buckets[name] == nil {
			buckets[name] = &Bucket{Name: name}
		}
		return buckets[name]
	}
	for key, mark := range map[string]func(*Bucket){
		"avEventProtectedBuckets": func(b *Bucket) { b.Event = true }, "avScheduledBuckets": func(b *Bucket) { b.Schedule = true },
	} {
		v, ok := o.get(key)
		if !ok {
			continue
		}
		list, ok := v.([]any)
		if !ok {
			return Protection{}, &BodyError{What: key + ": expected a list of buckets"}
		}
		p.Lists = true
		for _, name := range list {
			if text := asText(name); text != "" {
				mark(of(cut(text, 200)))
			}
		}
	}
	for key, mark := range map[string]func(*Bucket, []string){
		"scanList": func(b *Bucket, paths []string) { b.Only = paths }, "skipList": func(b *Bucket, paths []string) { b.Skip = paths },
	} {
		lists, ok := o.get(key)
		if !ok {
			continue
		}
		if _, ok := lists.(map[string]any); !ok {
			return Protection{}, &BodyError{What: key + ": expected prefixes by bucket"}
		}
		for name, paths := range o.object(key) {
			mark(of(cut(name, 200)), prefixes(paths))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(buckets)) {
		p.Buckets = append(p.Buckets, *buckets[name])
	}
	for _, key := range slices.Sorted(maps.Keys(o)) {
		if !slices.ContainsFunc(understood, func(k string) bool { return strings.EqualFold(k, key) }) && len(p.Unknown) < 50 {
			p.Unknown = append(p.Unknown, cut(key, 100))
		}
	}
	return p, nil
}

// understood are the keys that are shown, and those about classification, which
// is not about viruses.
var understood = []string{
	"avEventProtectedBuckets", "avScheduledBuckets", "quarantine", "scanList", "skipList", "scanTaggingEnabled", "scanTagsExcluded", "objectTagKeys",
	"engine", "scanEngine", "av_engine", "multiEngineScanningMode", "multi_engine_scanning_mode", "consoleUrl",
	"classificationTaggingEnabled", "classificationTagsExcluded", "classifyList", "classifySkipList", "classificationCustomRulesLastUpdated",
	"dcEventBucketRuleSets", "dcScheduledBucketRuleSets", "efsClassificationRuleSets", "ebsClassificationRuleSets", "fsxClassificationRuleSets", "classificationRuleSets",
}

// prefixes reads a list of paths, or an object that holds such a list.
func prefixes(v any) (all []string) {
	switch v := v.(type) {
	case string:
		all = append(all, cut(v, 300))
	case []any:
		for _, one := range v[:min(len(v), 200)] {
			all = append(all, prefixes(one)...)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if text := asText(v[key]); text != "" {
				all = append(all, cut(text, 300))
			} else {
				all = append(all, prefixes(v[key])...)
			}
		}
	}
	return all
}

// Uncovered lists those of buckets that nothing scans. A name may end in *.
func (p Protection) Uncovered(buckets []string) (bare []string) {
	for _, name := range buckets {
		covered := slices.ContainsFunc(p.Buckets, func(b Bucket) bool {
			fits, err := path.Match(name, b.Name)
			return (b.Event || b.Schedule) && (b.Name == name || err == nil && fits)
		})
		if !covered && !slices.Contains(bare, name) {
			bare = append(bare, name)
		}
	}
	slices.Sort(bare)
	return bare
}

// Diff lists what b changes of a, what is no longer protected first. Where most
// buckets are gone at once it says that before all else: rather the document is
// broken than that somebody meant it.
func Diff(a, b Protection) (changes []Change) {
	before, after := map[string]Bucket{}, map[string]Bucket{}
	for _, x := range a.Buckets {
		before[x.Name] = x
	}
	for _, x := range b.Buckets {
		after[x.Name] = x
	}
	names := slices.Sorted(maps.Keys(before))
	for name := range after {
		if _, known := before[name]; !known {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		was, is := before[name], after[name]
		switch {
		case was.protected() && !is.protected():
			changes = append(changes, Change{"unprotected", name, was.how(), ""})
		case !was.protected() && is.protected():
			changes = append(changes, Change{"protected", name, "", is.how()})
		case was.how() != is.how():
			changes = append(changes, Change{"mode", name, was.how(), is.how()})
		}
		for _, list := range []struct {
			what    string
			was, is []string
		}{{"only", was.Only, is.Only}, {"skip", was.Skip, is.Skip}} {
			if !slices.Equal(list.was, list.is) {
				changes = append(changes, Change{list.what, name, strings.Join(list.was, ", "), strings.Join(list.is, ", ")})
			}
		}
	}
	for _, whole := range []Change{
		{"quarantine", "", strings.TrimSpace(a.Quarantine.Action + " " + a.Quarantine.Bucket), strings.TrimSpace(b.Quarantine.Action + " " + b.Quarantine.Bucket)},
		{"engine", "", strings.TrimSpace(a.Engine + " " + a.MultiEngine), strings.TrimSpace(b.Engine + " " + b.MultiEngine)},
		{"tagging", "", fmt.Sprint(a.Tagging), fmt.Sprint(b.Tagging)},
	} {
		if whole.Before != whole.After {
			changes = append(changes, whole)
		}
	}
	gone := 0
	for _, c := range changes {
		if c.What == "unprotected" {
			gone++
		}
	}
	if gone >= manyGone && 2*gone >= a.protects() {
		changes = append(changes, Change{"many", "", strconv.Itoa(a.protects()), strconv.Itoa(a.protects() - gone)})
	}
	slices.SortStableFunc(changes, func(x, y Change) int { return weight(x) - weight(y) })
	return changes
}

// manyGone is from how many buckets on it is suspicious that they go together.
const manyGone = 3

// protects is how many buckets are scanned by themselves.
func (p Protection) protects() (n int) {
	for _, b := range p.Buckets {
		if b.protected() {
			n++
		}
	}
	return n
}

func weight(c Change) int {
	if i := slices.Index([]string{"many", "unprotected", "quarantine", "skip", "only", "mode", "engine", "tagging", "protected"}, c.What); i >= 0 {
		return i
	}
	return 99
}

func (b Bucket) protected() bool { return b.Event || b.Schedule }

// how says in a word how a bucket is scanned.
func (b Bucket) how() string {
	switch {
	case b.Event && b.Schedule:
		return "event, schedule"
	case b.Event:
		return "event"
	case b.Schedule:
		return "schedule"
	}
	return ""
}
