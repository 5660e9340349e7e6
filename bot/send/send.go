// Package send is the command `bot send`: what does a running bot answer to
// this webhook body?
package send

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// Command posts webhook bodies, one per file or per line, in order.
type Command struct {
	Files []string `arg:"" name:"file" help:"Bodies: one JSON object a file, or one a line; - is standard input."`
	To    string   `default:"http://127.0.0.1:8080/datadog" help:"Address of the webhook."`
	Token string   `env:"TOBAN_WEBHOOK_TOKEN" hidden:"" help:"Shared secret; the first of several is used."`
	// TokenFile is the secret as a mounted file; the token itself wins.
	TokenFile string `env:"TOBAN_WEBHOOK_TOKEN_FILE" hidden:"" type:"path"`
}

// patience is how long Datadog waits for an answer.
const patience = 15 * time.Second

// Refused means that the bot did not accept every body.
type Refused struct{ Refused, Sent int }

func (e *Refused) Error() string {
	return fmt.Sprintf("%d of %d bodies were not accepted", e.Refused, e.Sent)
}

// ExitCode is that of a command that ran and whose answer is bad.
func (*Refused) ExitCode() int { return 1 }

// badCall means that the command cannot run as it was called.
type badCall struct{ error }

// ExitCode is that of a wrong call.
func (badCall) ExitCode() int { return 2 }

// Run sends everything and prints a line for each body.
func (c *Command) Run(stdin io.Reader, stdout io.Writer) error {
	token, err := c.token()
	if err != nil {
		return badCall{err}
	}
	if u, err := url.Parse(c.To); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return badCall{fmt.Errorf("--to %q: expected an address such as http://127.0.0.1:8080/datadog", c.To)}
	}
	client := &http.Client{Timeout: patience}
	defer client.CloseIdleConnections()
	var total Refused
	for _, file := range c.Files {
		data, err := read(file, stdin)
		if err != nil {
			return badCall{err}
		}
		for _, b := range split(data) {
			total.Sent++
			line, accepted := post(client, c.To, token, b.data)
			if !accepted {
				total.Refused++
			}
			fmt.Fprintf(stdout, "%s:%d  %s\n", file, b.line, line)
		}
	}
	if total.Refused > 0 {
		return &total
	}
	return nil
}

func (c *Command) token() (string, error) {
	all := c.Token
	if all == "" && c.TokenFile != "" {
		data, err := os.ReadFile(c.TokenFile)
		if err != nil {
			return "", fmt.Errorf("read TOBAN_WEBHOOK_TOKEN_FILE: %w", err)
		}
		all = string(data)
	}
	first, _, _ := strings.Cut(all, ",")
	return strings.TrimSpace(first), nil
}

func read(file string, stdin io.Reader) ([]byte, error) {
	if file == "-" {
		data, err := io.ReadAll(stdin)
		if err != nil {
			return nil, fmt.Errorf("read standard input: %w", err)
		}
		return data, nil
	}
	return os.ReadFile(file)
}

// body is one body and the line at which it begins.
type body struct {
	data []byte
	line int
}

// split cuts data into bodies: lines, if the first of them is JSON by itself.
// Anything else is one body, as it stands: trying a broken one is the point of
// many a call.
func split(data []byte) []body {
	first, _, several := bytes.Cut(bytes.TrimSpace(data), []byte("\n"))
	if !several || !json.Valid(first) {
		return []body{{data, 1}}
	}
	var bodies []body
	n := 0
	for line := range bytes.Lines(data) {
		n++
		if line = bytes.TrimSpace(line); len(line) > 0 {
			bodies = append(bodies, body{line, n})
		}
	}
	return bodies
}

// post returns the line that is printed about a body.
func post(client *http.Client, to, token string, data []byte) (line string, accepted bool) {
	req, err := http.NewRequest(http.MethodPost, to, bytes.NewReader(data))
	if err != nil {
		return err.Error(), false
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	began := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		return err.Error(), false
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if err != nil {
		return err.Error(), false
	}
	accepted = resp.StatusCode/100 == 2
	return fmt.Sprintf("%s  %d ms  %s", resp.Status, time.Since(began).Milliseconds(), bytes.TrimSpace(said)), accepted
}
