package mask

import (
	"strings"
	"testing"
)

func TestSecretsAreMasked(t *testing.T) {
	for _, tt := range []struct{ why, in, want string }{
		{"plain words stay", "q=red+shoes&page=2", "q=red+shoes&page=2"},
		{"a password", "user=bo&password=hunter2&x=1", "user=bo&password=***&x=1"},
		{"names in any form", "ApiKey=abc&access_token=t&PHPSESSID=1&X-Amz-Signature=ff&key=1&csrf_token=a", "ApiKey=***&access_token=***&PHPSESSID=***&X-Amz-Signature=***&key=***&csrf_token=***"},
		{"a name in percent signs", "p%61ssword=hunter2", "p%61ssword=***"},
		{"a JWT anywhere", "r=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_-1", "r=***"},
		{"a card", "n=4111111111111111", "n=***"},
		{"a card with spaces", "n=4111+1111+1111+1111", "n=***"},
		{"an e-mail address", "u=ana%40example.com&v=bo@example.com", "u=***&v=***"},
		{"a long token", "z=Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZg", "z=***"},
		{"a Slack token", "z=xoxb-12345678-abcdef", "z=***"},
		{"an AWS key id", "z=AKIAIOSFODNN7EXAMPLE", "z=***"},
		{"without a name", "hunter2", "hunter2"},
		{"semicolons", "a=1;token=x;b=2", "a=1;token=***;b=2"},
		{"short names", "pw=a1&psd=b2&verification_code=123456&state=c3&ticket=d4", "pw=***&psd=***&verification_code=***&state=***&ticket=***"},
		{"names in Japanese", "パスワード=a1&%E6%9A%97%E8%A8%BC%E7%95%AA%E5%8F%B7=1234", "パスワード=***&%E6%9A%97%E8%A8%BC%E7%95%AA%E5%8F%B7=***"},
		{"names in other languages", "wachtwoord=a1&has%C5%82o=b2&haslo=b2&密码=c3&密碼=c3&비밀번호=d4", "wachtwoord=***&has%C5%82o=***&haslo=***&密码=***&密碼=***&비밀번호=***"},
		{"names of lists", "pw[]=a1&user%5Bpin%5D=1234&pin[0]=1234", "pw[]=***&user%5Bpin%5D=***&pin[0]=***"},
		{"what proves who somebody is", "mfa=1&verify=2&email_verification=3&invite=a&recovery=b&answer=c&answer_2=c&hash=d&licence=e&license=f", "mfa=***&verify=***&email_verification=***&invite=***&recovery=***&answer=***&answer_2=***&hash=***&licence=***&license=***"},
		{"names that only look like it", "spin=fast&hashtag=go&answered=yes&shipping=ems&pwned=no", "spin=fast&hashtag=go&answered=yes&shipping=ems&pwned=no"},
		{"JSON in other languages", `q={"密码":"hunter2","wachtwoord":"hunter2","hasło":"hunter2","비밀번호":"hunter2"}`, `q={"密码":"***","wachtwoord":"***","hasło":"***","비밀번호":"***"}`},
		{"JSON in a parameter", "data=%7B%22user%22%3A%7B%22apiKey%22%3A%22hunter2%22%7D%7D", `data={"user":{"apiKey":"***"}}`},
		{"JSON coded twice", "q=%257B%2522password%2522%253A%2522hunter2%2522%257D", `q={"password":"***"}`},
		{"a link with a token", "to=https%3A%2F%2Fa.example%2F%3Ftoken%3Dhunter2%26x%3D1", "to=https://a.example/?token=***&x=1"},
		{"a link with a password", "u=https%3A%2F%2Fbo%3Ahunter2%40a.example%2F", "u=https%3A%2F%2Fbo%***%2F"},
		{"an AWS secret key", "s=wJalrXUtnFEMI%2FK7MDENG%2FbPxRfiCYEXAMPLEKEY", "s=***"},
		{"the inside of Basic", "h=dXNlcjpwYXNzd29yZA%3D%3D&i=Basic+dXNlcjpwYXNz", "h=***%3D%3D&i=***"},
		{"an attack in base64 stays", "h=PHNjcmlwdD4xPC9zY3JpcHQ", "h=PHNjcmlwdD4xPC9zY3JpcHQ"},
		{"telephones", "q=090-1234-5678&r=%2B81+90+1234+5678&s=0312345678&day=05-12-2024", "q=***&r=***&s=***&day=05-12-2024"},
		{"control characters", "a=\x1b[31m\u202e", "a=?[31m?"},
	} {
		if got := Query(tt.in); got != tt.want {
			t.Errorf("%s: %q masked is %q, want %q", tt.why, tt.in, got, tt.want)
		}
	}
	for in, want := range map[string]string{
		"/reset/eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.x/go":        "/reset/***/go",
		"/users/ana@example.com":                           "/users/***",
		"/a;jsessionid=0A1B2C":                             "/a;jsessionid=***",
		"/files/0123456789abcdef0123456789abcdef.png":      "/files/***.png",
		"Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0":    "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0",
		"/password-reset/3f9a1c7b/go":                      "/password-reset/***/go",
		"/u/%65yJhbGciOiJIUzI1NiJ9.eyJzdWIi.x":             "/u/***",
		"pw=hunter2 mfa: 123456":                           "pw=*** mfa: ***",
		"/reset/abcdefghijkl":                              "/reset/***",
		"/reset/password/abcdefghijkl?x=1":                 "/reset/password/***?x=1",
		"/magic/hunterabcd":                                "/magic/***",
		"/magic-link/hunterabcd/go":                        "/magic-link/***/go",
		"/team/invite/hunterabcd":                          "/team/invite/***",
		"/verify/hunterabcd;x":                             "/verify/***;x",
		"/webhook/hunterabcd":                              "/webhook/***",
		"/api/webhooks/hunter2":                            "/api/webhooks/***",
		"/webhook/services/T0/B0/hunter":                   "/webhook/services/***",
		"/services/T0A1B2C3D/B0A1B2C3D/hunterabcd":         "/services/***",
		"https://a.example/reset/hunterabcd":               "https://a.example/reset/***",
		"/reset/password":                                  "/reset/password",
		"/password/reset/confirmation.html":                "/password/reset/confirmation.html",
		"/verify/check-your-email":                         "/verify/check-your-email",
		"/invite/accepted":                                 "/invite/accepted",
		"/webhooks/v1/github/incoming":                     "/webhooks/v1/github/incoming",
		"/services/consulting/travel":                      "/services/consulting/travel",
		"/callback/microsoft":                              "/callback/microsoft",
		`{"password": "a long one", 'pin': '12 34'}`:       `{"password": "***", 'pin': '***'}`,
		"Cookie: sid=hunter2; theme=dark":                  "Cookie: ***",
		"X-Api-Key: hunter2":                               "X-Api-Key: ***",
		"my password is hunter2":                           "my password is ***",
		"パスワード：hunter2":                                    "パスワード：***",
		"<password>hunter2</password>":                     "<password>***</password>",
		"-----BEGIN RSA PRIVATE KEY-----MIIE":              "***",
		"Authorization: Bearer abcdef123":                  "Authorization: ***",
		"x' or password = 'hunter2' --":                    "x' or password = '***' --",
		strings.Repeat("a/", 300):                          strings.Repeat("a/", 128) + "…",
		"/articles/why-we-like-our-new-office-in-yokohama": "/articles/why-we-like-our-new-office-in-yokohama",
	} {
		if got := Text(in); got != want {
			t.Errorf("%q masked is %q, want %q", in, got, want)
		}
	}
}

// Whatever is thrown at it, it ends and keeps to its length.
func FuzzText(f *testing.F) {
	for _, s := range []string{"password=%2568unter2", "eyJhbGciOi", "090-1234-5678", "\xff\u202e%25%32%35", `{\"pass\u0077ord\":[`, "form-data; name=pin\n\n", "パスワードは", `password" `} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, got := range []string{Text(s), Query(s)} {
			if len(got) > MaxText+len("…") {
				t.Errorf("%d bytes of %q", len(got), s)
			}
		}
	})
}

func BenchmarkText(b *testing.B) {
	for b.Loop() {
		Text("/items/12345/edit")
		Text("q=red+shoes&utm_source=line%20app")
	}
}
