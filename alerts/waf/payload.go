package waf

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"toban/alerts/mask"
)

// suspicious are the bytes, telling the words, without which a request text
// carries no attack that we would know. Looking for them first makes the usual
// request cost nanoseconds.
const suspicious = "'\"<>;|(){}[]$`\\%*+ :\r\n"

var telling = []string{"..", "//", "/etc/", ".ini", "-inf", "-INF", "/proc/", "__", "schema"}

func worthALook(raw string) bool {
	return strings.ContainsAny(raw, suspicious) ||
		slices.ContainsFunc(telling, func(word string) bool { return strings.Contains(raw, word) })
}

// payloads find an attack in decoded, lower-case text. They are chosen to leave
// prose alone ("union was a great select", "D'or 1st"), because a request that
// fits one is never taken for an ordinary one.
var payloads = []struct {
	family mark
	shape  *regexp.Regexp
}{
	{sqli, regexp.MustCompile(`\bunion(\s|/\*[^*]*\*/)+((all|distinct)(\s|/\*[^*]*\*/)+)?\(?select\b|\bselect\s*(\*|[\w.@]+|\w*\(.{0,60}\)|[\w.()@*]+(\s*,\s*[\w.()@*'"]+)+)\s*\bfrom\s+[\w."(]+|['"]\s*\)*\s*(or|and|\|\||&&|xor)\s*\(?\s*['"(\w]+['"]?\s*(=|<|>|like\b|in\s*\(|between\b|is\b)|\b(or|and)\s+\d+\s*=\s*\d+|\b(sleep|benchmark|pg_sleep|extractvalue|updatexml|load_file|randomblob|json_extract|json_depth)\s*\(|waitfor\s+delay|\b(rlike|regexp)\s*\(|\b(and|or|xor)\s+\w{2,20}\s*\(|information_schema|sysibm|xp_cmdshell|\border\s+by\s+\d+\s*(--|#)|;\s*(drop|insert|update|delete|alter|exec|declare|shutdown)\b|'\s*(--|#|;|/\*)|/\*!\w|\)\s*--|into\s+(outfile|dumpfile)`)},
	{xss, regexp.MustCompile(`<\s*/?\s*(script|svg|iframe|img|body|object|embed|math|details|video|audio|marquee|base|meta|link|style|input|a|x)\b[^a-z]|\bon[a-z]{3,20}\s*=\s*['"(\w]|javascript:\S|\b(alert|prompt|confirm|eval|atob|fetch|settimeout)\s*[(` + "`" + `]\s*([\d'"` + "`" + `/)]|document|window|atob|location|string|this|top|self)|\((alert|prompt|confirm)\)\s*\(|\b(alert|prompt|confirm)\s*(\?\.|\.\s*(call|apply|bind))\s*\(|document\s*(\?\.|\.|\[)\s*['"]?(cookie|domain|location|write)|string\.fromcharcode|srcdoc\s*=`)},
	{lfi, regexp.MustCompile(`\.\.[/\\]|\.\.;/|\\\\[\w.:-]+\\\w|/etc/(passwd|shadow|hosts|group|issue)|win\.ini|boot\.ini|proc/self|web-inf|(php|phar|file|zip|expect|data|glob)://|php:filter|\x00`)},
	{rce, regexp.MustCompile(`(;|\||&&|\$\(|` + "`" + `|\n)\s*(cat|ls|id|whoami|uname|wget|curl|ping|nc|bash|sh|python\d?|perl|ruby|php|powershell|cmd|nslookup|dig|sleep|echo|env|type|dir|net|rm|chmod|expr|set|printf|touch|ifconfig|ps|getent)\b|=\s*(cat|ls|find|tar|ps|chmod|rm|nc|wget|curl|bash|sh|net|netstat|uname)\s+(-\w|/|aux\b|user\b|https?:)|/bin/(ba|z|da|c)?sh|cmd(\.exe)?\s*/c|\bpowershell\b.{0,5}-|\$\{ifs\}|\(\)\s*\{|\b(system|exec|shell_exec|passthru|popen|proc_open|phpinfo|assert|base64_decode|call_user_func|include|require)\s*\(|<\?(php|=)|java\.lang\.|getruntime|processbuilder|ognl|__import__|!!python/|os\.(system|popen)|subprocess|require\s*\(\s*['"]child_process`)},
	{injection, regexp.MustCompile(`\$\{\s*(jndi|env|sys|java|lower|upper|::)|\{\{.*\}\}|\$\{.{0,40}[*+(].{0,40}\}|#\{.*\}|<%=?.*%>|\{%.*%\}|<!(entity|doctype)|\*\)\(|\(\s*[|&!]\s*\(|userpassword|\)\(\||\$(where|or|and|ne|gt|regex)\s*:|\bdb\.\w+\.(insert|find|update|drop|remove)|;\s*var\s|\bwhile\s*\(|\\r\\n|<xs:|\[\$[a-z]{2,9}\]|"\$(ne|gt|lt|regex|where)"|\r\n?[a-z-]+:|\n(set-cookie|location|content-)|<!--\s*#(exec|include|echo)|\b(bcc|cc):\s|\brcpt\s+to:|__proto__|constructor\[|<xsl:|xinclude`)},
	{ssrf, regexp.MustCompile(`169\.254\.169\.254|metadata\.google|100\.100\.100\.200|(gopher|dict|ldaps?|rmi|jar|netdoc|tftp)://|://(127\.\d|localhost|0\.0\.0\.0|\[::1?\]|10\.\d|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|[\w.-]+\.(internal|local|svc|intranet|consul|cluster\.local)\b|kubernetes\.|host\.docker)|0x7f0{0,6}1|burpcollaborator\.|interact\.sh|\boast(ify)?\.\w|dnslog\.cn`)},
	{rfi, regexp.MustCompile(`=\s*(https?|ftp)://[^&]{1,80}\.(txt|php\d?|jpg|gif)\?`)},
}

// tentative finds what a person may write and a patient attacker tries first: a
// quote after a number, the name of a function with its bracket, half a
// condition. It makes a text odd, no more.
var tentative = regexp.MustCompile(`\d\s*['"]|['"]\s*(&|$|\)|is\s+null\b|r?like\b|\|\|)|['"]\s+(x?or|and)\b|\b\d+\s*(\^|\|\||;|\s(x?or|and)\s+\S+\s*([=<>]|$)|\s(having|group\s+by|order\s+by|r?like|union|procedure)\b)|-\s*sleep|@@\w|\b0x[0-9a-f]{4,}|\b(if|char|chr|concat|version|user|database|schema|mid|ascii|substr(ing)?|count|hex|length|ord|cast|convert|nvl|case\s+when|now)\s*\(|\$\{|<\/?\w{1,9}>|["']\s*[<>]|\bon\w{1,20}=|:expression|(vb|java)script:\S|data:text|etc/passwd|\b(whoami|phpinfo|benchmark)\b|\b[a-z]:\\`)

// twiceCoded finds text that was coded more than once, or blobs in which
// anything may hide.
var twiceCoded = regexp.MustCompile(`(?i)%25[0-9a-f]{2}|%u[0-9a-f]{4}|%c0%a|\\u00[0-9a-f]{2}|&#x?[0-9a-f]{2,}|[a-z0-9/]{40,}={0,2}|(=|/)[a-z0-9+/]{16,}={1,2}(&|$)`)

// payloadMark says what a path and query carry.
func payloadMark(path, query string) mark {
	raw := path
	if query != "" {
		raw += "?" + query
	}
	m := textMark(raw)
	if !worthALook(raw) {
		m |= bare
	}
	if long(raw) || strings.ContainsAny(raw, "%\\&") {
		if twiceCoded.MatchString(raw) {
			m |= odd
		}
		m |= blobMark(raw)
	}
	return m
}

// long reports a run of letters and digits that is long enough to hide text.
func long(raw string) bool {
	run := 0
	for i := range len(raw) {
		switch c := raw[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '-':
			if run++; run >= 12 {
				return true
			}
		default:
			run = 0
		}
	}
	return false
}

var blob = regexp.MustCompile(`[A-Za-z0-9+/_-]{12,}={0,2}`)

// blobMark looks for attacks in text that was put into base64, and calls it odd
// if text is all there is.
func blobMark(raw string) (m mark) {
	for _, b := range blob.FindAllString(mask.Unpercent(raw), 8) {
		b = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(b, "="))
		text, err := base64.RawStdEncoding.DecodeString(b)
		if err != nil || !utf8.Valid(text) || strings.ContainsFunc(string(text), unprintable) {
			continue
		}
		m |= textMark(string(text)) | odd
	}
	return m
}

func unprintable(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r > 0x7e }

// textMark looks for attacks in one text a client sent.
func textMark(raw string) (m mark) {
	if !worthALook(raw) {
		return 0
	}
	lower := strings.ToLower(decode(raw))
	for _, p := range payloads {
		if p.shape.MatchString(lower) {
			m |= p.family | attack
		}
	}
	if signs(lower) > 4 || tentative.MatchString(lower) {
		m |= odd
	}
	return m
}

// signs counts what prose and ordinary parameters have little of.
func signs(s string) (n int) {
	for i := range len(s) {
		switch s[i] {
		case '\'', '"', '<', '>', ';', '|', '(', ')', '{', '}', '$', '`', '\\', '*', '^', '~', 0, '\n', '\r':
			n++
		}
	}
	return n
}
