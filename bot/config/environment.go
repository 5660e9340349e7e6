package config

import (
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// Environment is what differs from place to place: addresses and secrets.
type Environment struct {
	SlackBotToken Secret
	SlackAppToken Secret
	SlackAPIURL   string // base of the Web API, ends in "/"; empty: Slack's own

	DatadogAPIKey Secret
	DatadogAppKey Secret
	DatadogSite   string // "datadoghq.com"
	DatadogAPIURL string // scheme and host in place of Datadog's; usually empty

	DatabaseURL   Secret // it may hold a password
	WebhookTokens []Secret
	// FindingsTokens are the secrets of POST /findings; where none are set,
	// WebhookTokens count there too.
	FindingsTokens []Secret
	BaseURL        string // public address of the HTTP side, without a "/" at the end
	Host           string
	Port           int
}

const environment = "environment"

// TokensOfFindings are the secrets that sign POST /findings.
func (e Environment) TokensOfFindings() []Secret {
	if len(e.FindingsTokens) > 0 {
		return e.FindingsTokens
	}
	return e.WebhookTokens
}

// variables is a reader of the environment.
type variables struct {
	env      func(string) string
	findings []Finding
}

func readEnvironment(env func(string) string) (Environment, []Finding) {
	v := &variables{env: env}
	e := Environment{
		SlackBotToken:  v.token("SLACK_BOT_TOKEN", "xoxb-", "the bot token of the Slack app"),
		SlackAppToken:  v.token("SLACK_APP_TOKEN", "xapp-", "the app-level token of the Slack app"),
		SlackAPIURL:    v.address("SLACK_API_URL"),
		DatadogAPIKey:  NewSecret(v.get("DD_API_KEY")),
		DatadogAppKey:  NewSecret(v.get("DD_APP_KEY")),
		DatadogSite:    v.site(),
		DatadogAPIURL:  v.host("DD_API_URL"),
		DatabaseURL:    v.database(),
		WebhookTokens:  v.tokens("TOBAN_WEBHOOK_TOKEN"),
		FindingsTokens: v.tokens("TOBAN_FINDINGS_TOKEN"),
		BaseURL:        strings.TrimRight(v.address("TOBAN_BASE_URL"), "/"),
		Host:           v.or("HOST", "0.0.0.0"),
		Port:           v.port(),
	}
	if e.SlackAPIURL != "" && !strings.HasSuffix(e.SlackAPIURL, "/") {
		v.wrong("SLACK_API_URL", fmt.Sprintf("%q", e.SlackAPIURL), `an address that ends in "/"`)
	}
	return e, v.findings
}

func (v *variables) wrong(name, found, expected string) {
	v.findings = append(v.findings, Finding{File: environment, Field: name, Text: "found " + found + ", expected " + expected})
}

// get returns the variable, or what is in the file that NAME_FILE names.
func (v *variables) get(name string) string {
	value, path := v.env(name), v.env(name+"_FILE")
	switch {
	case path == "":
		return value
	case value != "":
		v.wrong(name, name+" and "+name+"_FILE", "one of them")
		return value
	}
	data, err := os.ReadFile(path)
	if err != nil {
		v.wrong(name+"_FILE", fmt.Sprintf("%q, which cannot be read (%v)", path, reason(err)), "the path of a file with the value")
		return ""
	}
	value = strings.TrimRight(string(data), "\r\n")
	if strings.TrimSpace(value) == "" {
		v.wrong(name+"_FILE", fmt.Sprintf("%q, which is empty", path), "the path of a file with the value")
	}
	return value
}

func (v *variables) or(name, otherwise string) string {
	if value := v.get(name); value != "" {
		return value
	}
	return otherwise
}

// token tells the kinds of Slack tokens apart by how they begin, and never says
// more of one than that.
func (v *variables) token(name, prefix, what string) Secret {
	value := v.get(name)
	if value == "" || strings.HasPrefix(value, prefix) && !strings.ContainsAny(value, " \t\r\n") {
		return NewSecret(value)
	}
	kinds := map[string]string{
		"xoxb-": "a bot token (xoxb-…)", "xapp-": "an app-level token (xapp-…)", "xoxp-": "a user token (xoxp-…)",
		"xoxe": "a token that expires (xoxe…)", "xoxa-": "an old workspace token (xoxa-…)",
	}
	found := "something that is no Slack token"
	for begins, kind := range kinds {
		if strings.HasPrefix(value, begins) {
			found = kind
		}
	}
	if strings.HasPrefix(value, prefix) {
		found = "a token with blanks in it"
	}
	v.wrong(name, found, what+" ("+prefix+"…)")
	return Secret{}
}

// address reads an http or https URL.
func (v *variables) address(name string) string {
	value := v.get(name)
	if value == "" {
		return ""
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		v.wrong(name, "no plain address", "one such as https://toban.example.com/ without a password, ? and #")
		return ""
	}
	return value
}

func (v *variables) host(name string) string {
	value := strings.TrimRight(v.address(name), "/")
	if u, err := url.Parse(value); err == nil && u.Path != "" {
		v.wrong(name, fmt.Sprintf("the path %q", u.Path), "scheme and host alone, such as http://127.0.0.1:9000")
	}
	return value
}

var siteForm = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)

func (v *variables) site() string {
	site := v.or("DD_SITE", "datadoghq.com")
	if !siteForm.MatchString(site) || strings.HasPrefix(site, "app.") || strings.HasPrefix(site, "api.") {
		v.wrong("DD_SITE", fmt.Sprintf("%q", site), "a Datadog site such as datadoghq.com, datadoghq.eu or ap1.datadoghq.com, without https:// and app.")
	}
	return site
}

func (v *variables) database() Secret {
	value := v.or("DATABASE_URL", "sqlite:toban.db")
	path, sqlite := strings.CutPrefix(value, "sqlite:")
	u, err := url.Parse(value)
	postgres := err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql")
	if sqlite && path == "" || !sqlite && !postgres {
		v.wrong("DATABASE_URL", "something else", "sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME")
	}
	return NewSecret(value)
}

// tokens reads shared secrets. An empty one would let everybody in.
func (v *variables) tokens(name string) (tokens []Secret) {
	value := v.get(name)
	if value == "" {
		return nil
	}
	for token := range strings.SplitSeq(value, ",") {
		token = strings.TrimSpace(token)
		switch {
		case token == "":
			v.wrong(name, "an empty token between commas", "tokens with a comma between them")
		case strings.ContainsAny(token, " \t\r\n"):
			v.wrong(name, "a token with blanks in it", "tokens with a comma between them")
		default:
			tokens = append(tokens, NewSecret(token))
		}
	}
	return tokens
}

func (v *variables) port() int {
	value := v.or("PORT", "8080")
	port, err := strconv.Atoi(value)
	if err != nil || port < 0 || port > 65535 {
		v.wrong("PORT", fmt.Sprintf("%q", value), "a number from 1 to 65535")
	}
	return port
}

// reason leaves out of a file error the path, which the finding names already.
func reason(err error) error {
	if path, ok := err.(*os.PathError); ok {
		return path.Err
	}
	return err
}

// Missing names what the bot cannot run without in production and that nobody
// has given. It is no mistake of the configuration: an offline check needs none
// of it.
func (e Environment) Missing() []Finding {
	var missing []Finding
	need := func(is bool, name, what string) {
		if !is {
			missing = append(missing, Finding{File: environment, Field: name, Text: "found nothing, expected " + what})
		}
	}
	need(e.SlackBotToken.IsSet(), "SLACK_BOT_TOKEN", "the bot token of the Slack app (xoxb-…)")
	need(e.SlackAppToken.IsSet(), "SLACK_APP_TOKEN", "the app-level token of the Slack app (xapp-…)")
	need(len(e.WebhookTokens) > 0, "TOBAN_WEBHOOK_TOKEN", "a secret that Datadog's webhook sends along")
	return missing
}
