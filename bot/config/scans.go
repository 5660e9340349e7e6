package config

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// Scans says where findings and scan results come from.
type Scans struct {
	// Topics are the ARNs of the SNS topics that may subscribe the webhook.
	Topics []string
	// Logs and Events are Datadog searches that are asked besides, every Every;
	// empty: not asked.
	Logs, Events string
	Every        time.Duration
	// Document is a file or https URL with the scanner's configuration; empty:
	// none.
	Document string
	Buckets  []string // that should be protected
}

func (r *reader) scans(c *Config) take {
	return func(n *yaml.Node, path string) {
		r.object(n, path, map[string]take{
			"topics": r.texts(&c.Scans.Topics, "ARNs of SNS topics", checkTopic),
			"datadog": func(n *yaml.Node, path string) {
				r.object(n, path, map[string]take{
					"logs":   r.text(&c.Scans.Logs, checkSearch),
					"events": r.text(&c.Scans.Events, checkSearch),
					"every":  r.duration(&c.Scans.Every, time.Minute, 24*time.Hour),
				})
			},
			"document": r.text(&c.Scans.Document, checkDocument),
			"buckets":  r.texts(&c.Scans.Buckets, "buckets", checkBucket),
		})
	}
}

func checkBucket(s string) string {
	if bucket.MatchString(s) && strings.Count(s, "*") <= 1 && !strings.Contains(strings.TrimSuffix(s, "*"), "*") {
		return ""
	}
	return "the name of a bucket, or its beginning and a *, such as uploads-*"
}

func checkTopic(s string) string {
	if topicARN.MatchString(s) {
		return ""
	}
	return "the ARN of an SNS topic, such as arn:aws:sns:ap-northeast-1:123456789012:security"
}

func checkDocument(s string) string {
	if !strings.Contains(s, "://") && s != "" {
		return ""
	}
	if u, err := url.Parse(s); err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname())) {
		return ""
	}
	return "a file or an https:// address"
}

func isLoopback(host string) bool { return host == "127.0.0.1" || host == "::1" || host == "localhost" }

var (
	bucket   = regexp.MustCompile(`^[a-z0-9*][a-z0-9.*-]{0,62}$`)
	topicARN = regexp.MustCompile(`^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]{1,256}$`)
)
