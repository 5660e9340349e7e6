package hook

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"toban/alerts/scan"
)

const topic = "arn:aws:sns:ap-northeast-1:123456789012:security"

// aws stands for SNS's own addresses.
type aws struct {
	cert    []byte
	visited []string
}

func (a *aws) RoundTrip(r *http.Request) (*http.Response, error) {
	a.visited = append(a.visited, r.URL.String())
	body := "<ConfirmSubscriptionResponse/>"
	if strings.HasSuffix(r.URL.Path, ".pem") {
		body = string(a.cert)
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// signer makes SNS's key and a certificate for it.
func signer(t *testing.T, until time.Time) (*rsa.PrivateKey, []byte) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sns.amazonaws.com"}, NotBefore: until.Add(-time.Hour * 48), NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func subscription() message {
	return message{
		Type: "SubscriptionConfirmation", MessageID: "m-1", TopicArn: topic, Message: "You have chosen to subscribe", Timestamp: "2026-11-23T02:30:00.000Z", Token: "t",
		SubscribeURL:     "https://sns.ap-northeast-1.amazonaws.com/?Action=ConfirmSubscription&Token=t",
		SignatureVersion: "2", SigningCertURL: "https://sns.ap-northeast-1.amazonaws.com/SimpleNotificationService-1.pem",
	}
}

func (m message) sign(t *testing.T, key *rsa.PrivateKey) message {
	t.Helper()
	text, hash, sum := []byte(signed(m)), crypto.SHA256, []byte(nil)
	if m.SignatureVersion == "1" {
		s := sha1.Sum(text)
		hash, sum = crypto.SHA1, s[:]
	} else {
		s := sha256.Sum256(text)
		sum = s[:]
	}
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, hash, sum)
	if err != nil {
		t.Fatal(err)
	}
	m.Signature = base64.StdEncoding.EncodeToString(signature)
	return m
}

// raw is the message as SNS writes it.
func (m message) raw(t *testing.T) string {
	t.Helper()
	raw, err := json.Marshal(map[string]string{
		"Type": m.Type, "MessageId": m.MessageID, "TopicArn": m.TopicArn, "Message": m.Message, "Timestamp": m.Timestamp, "Token": m.Token,
		"SubscribeURL": m.SubscribeURL, "SignatureVersion": m.SignatureVersion, "Signature": m.Signature, "SigningCertURL": m.SigningCertURL,
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

type receiver struct {
	got []scan.Item
	err error
}

func (r *receiver) Receive(_ context.Context, items []scan.Item) error {
	r.got = append(r.got, items...)
	return r.err
}

// post sends a body as SNS does and returns the answer.
func post(h http.Handler, body string, sign func(*http.Request)) *httptest.ResponseRecorder {
	req := httptest.NewRequest(http.MethodPost, "/findings", strings.NewReader(body))
	req.Header.Set("Content-Type", "text/plain; charset=UTF-8")
	sign(req)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

func basic(r *http.Request)  { r.SetBasicAuth("sns", "secret") }
func bearer(r *http.Request) { r.Header.Set("Authorization", "Bearer secret") }

func TestOnlyAConfiguredTopicThatSNSSignedIsConfirmed(t *testing.T) {
	key, cert := signer(t, time.Now().Add(24*time.Hour))
	other, _ := signer(t, time.Now().Add(24*time.Hour))
	_, expired := signer(t, time.Now().Add(-time.Hour))
	for _, tt := range []struct {
		why    string
		change func(*message)
		by     *rsa.PrivateKey
		cert   []byte
		status int
		visits int // the certificate and the confirmation
	}{
		{"version 2", func(*message) {}, key, cert, 200, 2},
		{"version 1", func(m *message) { m.SignatureVersion = "1" }, key, cert, 200, 2},
		{"another topic", func(m *message) { m.TopicArn += "-2" }, key, cert, 403, 0},
		{"signed by somebody else", func(*message) {}, other, cert, 403, 1},
		{"an unknown version", func(m *message) { m.SignatureVersion = "3" }, key, cert, 403, 1},
		{"a certificate from elsewhere", func(m *message) { m.SigningCertURL = "https://sns.ap-northeast-1.amazonaws.com.evil.example/x.pem" }, key, cert, 403, 0},
		{"a certificate over http", func(m *message) { m.SigningCertURL = "http://sns.ap-northeast-1.amazonaws.com/x.pem" }, key, cert, 403, 0},
		{"a user in the address", func(m *message) { m.SigningCertURL = "https://sns.ap-northeast-1.amazonaws.com@evil.example/x.pem" }, key, cert, 403, 0},
		{"no certificate", func(m *message) { m.SigningCertURL = "https://sns.ap-northeast-1.amazonaws.com/x" }, key, cert, 403, 0},
		{"an expired certificate", func(*message) {}, key, expired, 403, 1},
		{"no PEM", func(*message) {}, key, []byte("hello"), 403, 1},
		{"a confirmation elsewhere", func(m *message) { m.SubscribeURL = "https://169.254.169.254/latest/meta-data" }, key, cert, 403, 1},
	} {
		m := subscription()
		tt.change(&m)
		m = m.sign(t, tt.by)
		net := &aws{cert: tt.cert}
		h := New(&receiver{}, []string{"secret"}, []string{topic}, &http.Client{Transport: net}, slog.New(slog.DiscardHandler), nil)
		if w := post(h, m.raw(t), basic); w.Code != tt.status || len(net.visited) != tt.visits {
			t.Errorf("%s: %d %s, visited %v", tt.why, w.Code, w.Body, net.visited)
		}
	}
	changed := subscription().sign(t, key)
	changed.Token = "another"
	net := &aws{cert: cert}
	h := New(&receiver{}, []string{"secret"}, []string{topic}, &http.Client{Transport: net}, slog.New(slog.DiscardHandler), nil)
	if w := post(h, changed.raw(t), bearer); w.Code != 403 || len(net.visited) != 1 {
		t.Errorf("changed after it was signed: %d, visited %v", w.Code, net.visited)
	}
}

func TestTheTokenIsAskedForAsSNSCanSendIt(t *testing.T) {
	to := &receiver{}
	var log bytes.Buffer
	h := New(to, []string{"secret"}, nil, nil, slog.New(slog.NewTextHandler(&log, nil)), nil)
	body := `{"scanResult":"Infected","bucket":"b","key":"k"}`
	w := post(h, body, func(*http.Request) {})
	if w.Code != 401 || w.Header().Get("WWW-Authenticate") == "" {
		t.Errorf("without a token: %d %v", w.Code, w.Header())
	}
	for _, sign := range []func(*http.Request){basic, bearer, func(r *http.Request) { r.Header.Set("X-Toban-Token", "secret") }} {
		if w := post(h, body, sign); w.Code != 200 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	if w := post(h, body, func(r *http.Request) { r.SetBasicAuth("secret", "wrong") }); w.Code != 401 {
		t.Errorf("a wrong password: %d", w.Code)
	}
	if len(to.got) != 3 || to.got[0].Result.Verdict != scan.Infected {
		t.Errorf("%+v", to.got)
	}
	to.err = errors.New("disk is full")
	if w := post(h, body, bearer); w.Code != 503 {
		t.Errorf("not saved: %d", w.Code)
	}
	if w := post(h, `{"hello":1}`, bearer); w.Code != 400 || !strings.Contains(w.Body.String(), "no finding") {
		t.Errorf("nothing of the kind: %d %s", w.Code, w.Body)
	}
	if w := post(h, `{"Type":"UnsubscribeConfirmation","TopicArn":"x"}`, bearer); w.Code != 200 {
		t.Errorf("unsubscribed: %d", w.Code)
	}
	if strings.Contains(log.String(), "secret") {
		t.Error("the log holds the secret")
	}
}
