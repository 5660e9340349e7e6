package hook

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"toban/alerts/scan"
	"toban/alerts/webhook"
)

// message is an SNS message as it is sent over HTTP.
// Source: docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
type message struct {
	Type, MessageID, TopicArn, Subject, Message, Timestamp string
	Token, SubscribeURL                                    string
	SignatureVersion, Signature, SigningCertURL            string
}

// sns knows which topics may subscribe and whether a message is from SNS.
type sns struct {
	topics []string
	client *http.Client
	log    *slog.Logger

	mu    sync.Mutex
	certs map[string]*x509.Certificate // by address
}

const (
	fetchWithin = 5 * time.Second
	maxAnswer   = 64 << 10
	// freshFor is how old a confirmation may be: one that was caught on its way
	// must not subscribe again, later, what somebody took off.
	freshFor = time.Hour
)

func newSNS(topics []string, client *http.Client, log *slog.Logger) *sns {
	careful := http.Client{Timeout: fetchWithin}
	if client != nil {
		careful = *client
	}
	careful.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &sns{topics: topics, client: &careful, log: log, certs: map[string]*x509.Certificate{}}
}

// confirm visits the address that a subscription asks for, if the topic is a
// configured one and SNS itself has signed the message. Nothing else is ever
// visited on behalf of a sender.
func (s *sns) confirm(ctx context.Context, m message, now time.Time) error {
	if m.Type == "UnsubscribeConfirmation" { // visiting its address would subscribe again
		s.log.Warn("an SNS topic no longer sends findings here", "topic", m.TopicArn)
		return nil
	}
	if err := s.genuine(ctx, m); err != nil {
		return err
	}
	if at, err := time.Parse(time.RFC3339, m.Timestamp); err != nil || now.Sub(at).Abs() > freshFor {
		return &webhook.Refusal{
			Status: http.StatusForbidden, Text: fmt.Sprintf("this confirmation is of %.40q, not of the last hour", m.Timestamp),
			Hint: "let SNS request confirmation again",
		}
	}
	u, err := amazon(m.SubscribeURL)
	if err == nil && u.Query().Get("Action") != "ConfirmSubscription" {
		err = fmt.Errorf("%.100q confirms nothing", m.SubscribeURL)
	}
	if err != nil {
		return &webhook.Refusal{Status: http.StatusForbidden, Text: "the SubscribeURL " + err.Error()}
	}
	if _, err := s.fetch(ctx, m.SubscribeURL); err != nil {
		return fmt.Errorf("confirm the subscription of %s: %w", m.TopicArn, err)
	}
	s.log.Info("an SNS topic sends findings here from now on", "topic", m.TopicArn)
	return nil
}

// vouch refuses envelopes that SNS did not sign, or of topics that are not
// configured. Without configured topics the token alone counts.
func (s *sns) vouch(ctx context.Context, envelopes []scan.Notification) error {
	if len(s.topics) == 0 {
		return nil
	}
	for _, e := range envelopes {
		err := s.genuine(ctx, message{
			Type: "Notification", MessageID: e.MessageID, TopicArn: e.TopicArn, Subject: e.Subject, Message: e.Message, Timestamp: e.Timestamp,
			SignatureVersion: e.SignatureVersion, Signature: e.Signature, SigningCertURL: e.SigningCertURL,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// genuine reports by a nil error that a message is of a configured topic and
// signed by SNS.
func (s *sns) genuine(ctx context.Context, m message) error {
	if !slices.Contains(s.topics, m.TopicArn) {
		return &webhook.Refusal{
			Status: http.StatusForbidden, Text: fmt.Sprintf("the topic %.200q is not configured", m.TopicArn),
			Hint: "add it to scans.topics in the config, then let SNS send it again",
		}
	}
	err := s.verify(ctx, m)
	if unanswered, ok := errors.AsType[*unansweredError](err); ok { // that says nothing about the message: SNS is to send it again
		return fmt.Errorf("the signature of %s cannot be checked: %w", m.TopicArn, unanswered)
	}
	if err != nil {
		return &webhook.Refusal{Status: http.StatusForbidden, Text: "this message is not signed by SNS: " + err.Error()}
	}
	return nil
}

// verify checks the signature by AWS's rules.
// Source: docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
func (s *sns) verify(ctx context.Context, m message) error {
	signature, err := base64.StdEncoding.DecodeString(m.Signature)
	if err != nil {
		return errors.New("the signature is not base64")
	}
	cert, err := s.certificate(ctx, m.SigningCertURL)
	if err != nil {
		return err
	}
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok {
		return errors.New("the certificate holds no RSA key")
	}
	text := []byte(signed(m))
	switch m.SignatureVersion {
	case "1":
		sum := sha1.Sum(text) // what SNS calls version 1; version 2 is to be preferred there
		err = rsa.VerifyPKCS1v15(key, crypto.SHA1, sum[:], signature)
	case "2":
		sum := sha256.Sum256(text)
		err = rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature)
	default:
		return fmt.Errorf("SignatureVersion %q is not known", m.SignatureVersion)
	}
	if err != nil {
		return errors.New("the signature does not fit")
	}
	return nil
}

// signed is the text that SNS signs of a message: of a notification its subject,
// if it has one, of a confirmation its address and token.
func signed(m message) string {
	fields := [][2]string{{"Message", m.Message}, {"MessageId", m.MessageID}}
	if m.Type == "Notification" {
		if m.Subject != "" {
			fields = append(fields, [2]string{"Subject", m.Subject})
		}
		fields = append(fields, [2]string{"Timestamp", m.Timestamp})
	} else {
		fields = append(fields, [2]string{"SubscribeURL", m.SubscribeURL}, [2]string{"Timestamp", m.Timestamp}, [2]string{"Token", m.Token})
	}
	var b strings.Builder
	for _, field := range append(fields, [2]string{"TopicArn", m.TopicArn}, [2]string{"Type", m.Type}) {
		b.WriteString(field[0] + "\n" + field[1] + "\n")
	}
	return b.String()
}

// certificate fetches SNS's certificate, once. TLS vouches for where it comes
// from; it must be valid today.
func (s *sns) certificate(ctx context.Context, address string) (*x509.Certificate, error) {
	u, err := amazon(address)
	if err != nil {
		return nil, fmt.Errorf("the SigningCertURL %w", err)
	}
	// Nothing else of that host: it also answers calls, with words of the caller's.
	if !certPath.MatchString(u.Path) || u.RawPath != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, fmt.Errorf("the SigningCertURL %.100q names no certificate of SNS", address)
	}
	s.mu.Lock()
	cert := s.certs[address]
	s.mu.Unlock()
	if cert == nil {
		raw, err := s.fetch(ctx, address)
		if err != nil {
			return nil, &unansweredError{err}
		}
		block, _ := pem.Decode(raw)
		if block == nil {
			return nil, errors.New("SNS's certificate is not PEM")
		}
		if cert, err = x509.ParseCertificate(block.Bytes); err != nil {
			return nil, fmt.Errorf("SNS's certificate: %w", err)
		}
		s.mu.Lock()
		if len(s.certs) > 16 {
			clear(s.certs)
		}
		s.certs[address] = cert
		s.mu.Unlock()
	}
	if now := time.Now(); now.Before(cert.NotBefore) || now.After(cert.NotAfter) {
		return nil, errors.New("SNS's certificate is not valid today")
	}
	return cert, nil
}

// unansweredError says that SNS's certificate could not be fetched.
type unansweredError struct{ why error }

func (e *unansweredError) Error() string {
	return "SNS's certificate cannot be fetched: " + e.why.Error()
}

var certPath = regexp.MustCompile(`^/SimpleNotificationService-[0-9A-Za-z]{1,64}\.pem$`)

var snsHost = regexp.MustCompile(`^sns\.[a-z0-9-]{3,40}\.amazonaws\.com(\.cn)?$`)

// amazon reads an address and refuses all but SNS's own.
func amazon(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || !snsHost.MatchString(u.Host) || u.User != nil {
		return nil, fmt.Errorf("%.100q is not an address of SNS", address)
	}
	return u, nil
}

func (s *sns) fetch(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	resp, err := s.client.Do(req)
	if failed, ok := errors.AsType[*url.Error](err); ok {
		err = failed.Err // without the address, whose token the log must not hold
	}
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("answered %s", resp.Status)
	}
	return io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
}
