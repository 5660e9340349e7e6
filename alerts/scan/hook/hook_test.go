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
		Type: "SubscriptionConfirmation", MessageID: "m-1", TopicArn: topic, Message: "You have chosen to subscribe", Timestamp: time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), Token: "t",
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
func (m message) raw(t testing.TB) string {
	t.Helper()
	raw, err := json.Marshal(map[string]string{
		"Type": m.Type, "MessageId": m.MessageID, "TopicArn": m.TopicArn, "Subject": m.Subject, "Message": m.Message, "Timestamp": m.Timestamp, "Token": m.Token,
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
		{"a port in the address", func(m *message) {
			m.SigningCertURL = "https://sns.ap-northeast-1.amazonaws.com:8443/SimpleNotificationService-1.pem"
		}, key, cert, 403, 0},
		{"the host's other pages", func(m *message) { m.SigningCertURL = "https://sns.ap-northeast-1.amazonaws.com/echo.pem" }, key, cert, 403, 0},
		{"a call that ends like one", func(m *message) { m.SigningCertURL += "?Action=x.pem" }, key, cert, 403, 0},
		{"a path that climbs", func(m *message) {
			m.SigningCertURL = "https://sns.ap-northeast-1.amazonaws.com/SimpleNotificationService-1.pem/../x.pem"
		}, key, cert, 403, 0},
		{"a path that hides", func(m *message) {
			m.SigningCertURL = "https://sns.ap-northeast-1.amazonaws.com/%53impleNotificationService-1.pem"
		}, key, cert, 403, 0},
		{"a bucket of anybody's", func(m *message) { m.SigningCertURL = "https://s3.amazonaws.com/SimpleNotificationService-1.pem" }, key, cert, 403, 0},
		{"in China", func(m *message) {
			m.SigningCertURL = "https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-1.pem"
			m.SubscribeURL = "https://sns.cn-north-1.amazonaws.com.cn/?Action=ConfirmSubscription&Token=t"
		}, key, cert, 200, 2},
		{"caught yesterday and sent again", func(m *message) { m.Timestamp = time.Now().Add(-25 * time.Hour).UTC().Format(time.RFC3339) }, key, cert, 403, 1},
		{"without a time", func(m *message) { m.Timestamp = "" }, key, cert, 403, 1},
		{"a confirmation that is none", func(m *message) { m.SubscribeURL = "https://sns.ap-northeast-1.amazonaws.com/?Action=Publish" }, key, cert, 403, 1},
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

// broken is a network on which one of SNS's addresses does not answer.
type broken struct {
	aws
	part   string // of the address
	status int    // zero: no answer at all
}

func (b *broken) RoundTrip(r *http.Request) (*http.Response, error) {
	switch {
	case !strings.Contains(r.URL.String(), b.part):
		return b.aws.RoundTrip(r)
	case b.status == 0:
		return nil, errors.New("connection refused")
	}
	return &http.Response{StatusCode: b.status, Body: http.NoBody, Request: r}, nil
}

// A confirmation that cannot be seen through now may be tomorrow: SNS repeats
// what is answered 503, and gives up what is answered 403.
func TestSNSIsAskedToTryAgainWhileItsAddressesDoNotAnswer(t *testing.T) {
	key, cert := signer(t, time.Now().Add(24*time.Hour))
	for _, part := range []string{".pem", "ConfirmSubscription"} {
		for _, status := range []int{0, 500} {
			net := &broken{aws: aws{cert: cert}, part: part, status: status}
			var log bytes.Buffer
			h := New(&receiver{}, []string{"secret"}, []string{topic}, &http.Client{Transport: net}, slog.New(slog.NewTextHandler(&log, nil)), nil)
			m := subscription()
			m.Token, m.SubscribeURL = "hush", strings.Replace(m.SubscribeURL, "Token=t", "Token=hush", 1)
			m = m.sign(t, key)
			if w := post(h, m.raw(t), basic); w.Code != 503 {
				t.Errorf("%s answers %d: %d %s", part, status, w.Code, w.Body)
			}
			if strings.Contains(log.String(), "hush") {
				t.Errorf("the log holds the token: %s", log.String())
			}
			net.part = "nothing"
			if w := post(h, m.raw(t), basic); w.Code != 200 {
				t.Errorf("%s, sent again: %d %s", part, w.Code, w.Body)
			}
		}
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
	for kind, want := range map[string]int{"application/xml": 415, "multipart/form-data; boundary=x": 415, "nonsense/": 415, "application/json": 400, "text/plain; charset=UTF-8": 400, "": 400} {
		req := httptest.NewRequest(http.MethodPost, "/findings", strings.NewReader("<finding/>"))
		req.Header.Set("Content-Type", kind)
		bearer(req)
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, req); w.Code != want {
			t.Errorf("a body of type %q: %d, want %d: %s", kind, w.Code, want, w.Body)
		}
	}
	if w := post(h, `{"scanResult":"Infected","bucket":"b","key":"`+strings.Repeat("k", 1<<20)+`"}`, bearer); w.Code != 413 {
		t.Errorf("too much: %d", w.Code)
	}
	if strings.Contains(log.String(), "secret") {
		t.Error("the log holds the secret")
	}
}

// SNS's raw delivery sends the bare message; its header names it.
func TestRawDeliveriesAreKnownByTheirHeader(t *testing.T) {
	to := &receiver{}
	h := New(to, []string{"secret"}, nil, nil, slog.New(slog.DiscardHandler), nil)
	for _, id := range []string{"m-1", "m-1", "m-2"} {
		w := post(h, `{"scanResult":"Infected","bucket":"b","key":"k"}`, func(r *http.Request) {
			bearer(r)
			r.Header.Set("X-Amz-Sns-Rawdelivery", "true")
			r.Header.Set("X-Amz-Sns-Message-Id", id)
		})
		if w.Code != 200 {
			t.Fatal(w.Code)
		}
	}
	if a, b, c := to.got[0].Result.ID, to.got[1].Result.ID, to.got[2].Result.ID; a != b || b == c {
		t.Errorf("%s, %s, %s", a, b, c)
	}
}

// careful is the outside world, which nobody must reach but SNS.
type careful struct {
	t     *testing.T
	certs int
}

func (c *careful) RoundTrip(r *http.Request) (*http.Response, error) {
	host := r.URL.Host
	if r.URL.Scheme != "https" || !strings.HasPrefix(host, "sns.") || !strings.HasSuffix(strings.TrimSuffix(host, ".cn"), ".amazonaws.com") || strings.Count(host, ".") > 4 || !certPath.MatchString(r.URL.Path) {
		c.t.Errorf("visited %s", r.URL)
	}
	c.certs++
	return nil, errors.New("no such certificate")
}

func FuzzSNS(f *testing.F) {
	m := subscription()
	f.Add(m.TopicArn, m.SigningCertURL, m.SubscribeURL, m.SignatureVersion, "c2ln", m.Timestamp)
	f.Add(topic, "https://sns.x.amazonaws.com@evil/SimpleNotificationService-1.pem", "http://127.0.0.1", "1", "", "")
	f.Fuzz(func(t *testing.T, arn, cert, subscribe, version, signature, at string) {
		m := message{
			Type: "SubscriptionConfirmation", TopicArn: arn, SigningCertURL: cert, SubscribeURL: subscribe, SignatureVersion: version, Signature: signature, Timestamp: at,
		}
		h := New(&receiver{}, []string{"secret"}, []string{topic}, &http.Client{Transport: &careful{t: t}}, slog.New(slog.DiscardHandler), nil)
		if w := post(h, m.raw(t), bearer); w.Code == http.StatusOK {
			t.Errorf("confirmed without a signature: %+v", m)
		}
	})
}

// notification is a message as SNS sends it, of a result.
func notification() message {
	m := subscription()
	m.Type, m.Token, m.SubscribeURL = "Notification", "", ""
	m.Message = `{"scanResult":"Infected","bucket":"b","key":"k"}`
	return m
}

// Where topics are configured, a notification is believed when SNS signed it, in
// whatever it is wrapped; where none are, the token alone counts.
func TestNotificationsAreSignedWhereTopicsAreConfigured(t *testing.T) {
	key, cert := signer(t, time.Now().Add(24*time.Hour))
	other, _ := signer(t, time.Now().Add(24*time.Hour))
	asItIs := func(s string) string { return s }
	for _, tt := range []struct {
		why    string
		topics []string
		change func(*message)
		by     *rsa.PrivateKey
		after  func(*message)
		wrap   func(string) string
		status int
	}{
		{"signed", []string{topic}, func(*message) {}, key, nil, asItIs, 200},
		{"signed, with a subject", []string{topic}, func(m *message) { m.Subject = "Malware" }, key, nil, asItIs, 200},
		{"signed, version 1", []string{topic}, func(m *message) { m.SignatureVersion = "1" }, key, nil, asItIs, 200},
		{"signed, with blanks around", []string{topic}, func(m *message) { m.Message, m.Subject = " "+m.Message+"\n", "Malware " }, key, nil, asItIs, 200},
		{"signed, a subject of blanks", []string{topic}, func(m *message) { m.Subject = " " }, key, nil, asItIs, 200},
		{"signed, as long as SNS takes", []string{topic}, func(m *message) { m.Message += strings.Repeat(" ", 250<<10) }, key, nil, asItIs, 200},
		{"by somebody else", []string{topic}, func(*message) {}, other, nil, asItIs, 403},
		{"changed afterwards", []string{topic}, func(*message) {}, key, func(m *message) { m.Message = strings.Replace(m.Message, "Infected", "Clean", 1) }, asItIs, 403},
		{"a subject added afterwards", []string{topic}, func(*message) {}, key, func(m *message) { m.Subject = "x" }, asItIs, 403},
		{"another topic", []string{topic}, func(m *message) { m.TopicArn += "-2" }, key, nil, asItIs, 403},
		{"not signed", []string{topic}, func(*message) {}, key, func(m *message) { m.Signature = "" }, asItIs, 403},
		{"not signed, in a list", []string{topic}, func(*message) {}, key, func(m *message) { m.Signature = "" }, func(s string) string { return "[" + s + "]" }, 403},
		{"not signed, behind another value", []string{topic}, func(*message) {}, key, func(m *message) { m.Signature = "" }, func(s string) string { return "{}\n" + s }, 403},
		{"not signed, in a record of Lambda's", []string{topic}, func(*message) {}, key, func(m *message) { m.Signature = "" }, func(s string) string { return `{"Records":[{"Sns":` + s + `}]}` }, 403},
		{"signed, in a list", []string{topic}, func(*message) {}, key, nil, func(s string) string { return "[" + s + "]" }, 200},
		{"not signed, no topics", nil, func(*message) {}, key, func(m *message) { m.Signature = "" }, asItIs, 200},
	} {
		m := notification()
		tt.change(&m)
		if m = m.sign(t, tt.by); tt.after != nil {
			tt.after(&m)
		}
		to := &receiver{}
		h := New(to, []string{"secret"}, tt.topics, &http.Client{Transport: &aws{cert: cert}}, slog.New(slog.DiscardHandler), nil)
		if w := post(h, tt.wrap(m.raw(t)), basic); w.Code != tt.status || (len(to.got) > 0) != (tt.status == 200) {
			t.Errorf("%s: %d %s, %d taken", tt.why, w.Code, w.Body, len(to.got))
		}
	}
}

// A key written twice in different cases is read once: what is taken is what was
// signed.
func TestWhatIsTakenIsWhatWasSigned(t *testing.T) {
	key, cert := signer(t, time.Now().Add(24*time.Hour))
	m := notification().sign(t, key)
	forged := strings.Replace(m.raw(t), `"Message":`, `"message":"{\"scanResult\":\"Clean\",\"bucket\":\"b\",\"key\":\"k\"}","MESSAGE":`, 1)
	for range 200 { // which of the two is read is up to chance
		to := &receiver{}
		h := New(to, []string{"secret"}, []string{topic}, &http.Client{Transport: &aws{cert: cert}}, slog.New(slog.DiscardHandler), nil)
		if w := post(h, forged, basic); w.Code == 200 && to.got[0].Result.Verdict != scan.Infected {
			t.Fatalf("taken though it was not signed: %+v", to.got[0].Result)
		}
	}
}
