package waf

import (
	"regexp"
	"strconv"
	"strings"
)

// mark holds what is known about a rule, label, path, agent or query: attack
// families, and the flags below them.
type mark uint32

const (
	sqli mark = 1 << iota
	xss
	lfi
	rce
	rfi
	ssrf
	injection // templates, XML, LDAP, NoSQL, headers
	badInput  // known bad inputs and paths
	protocol
	badBot
	reputation
	size
	noAgent
	geo
	rateLimit
	other
	lastFamily
)

// What else a mark may say.
const (
	// probe marks a path that scanners ask every site for.
	probe = lastFamily << iota
	// scanner marks the agent of a security scanner, tool that of a program.
	scanner
	tool
	// mistaken marks a rule known for stopping ordinary requests.
	mistaken
	// unseen marks a rule about the body, which is never logged, inPath one
	// about the path, which always is.
	unseen
	inPath
	// attack marks text with an attack in it, odd text that may hide one.
	attack
	odd
	// login marks a path where people prove who they are.
	login
	// looked marks a query that was looked at, bare one (with its path) that has
	// room for no attack.
	looked
	bare
	// takeover marks a rule or label about passwords that are tried or stolen.
	takeover
)

// families are the names of the families in the order of their bits.
var families = []string{
	"sqli", "xss", "lfi", "rce", "rfi", "ssrf", "injection", "bad-input", "protocol",
	"bad-bot", "reputation", "size", "no-user-agent", "geo", "rate", "other",
}

// aimed are the families that mean somebody tries to break something, not only
// that a request looks wrong or comes from a bad place.
const aimed = sqli | xss | lfi | rce | rfi | ssrf | injection

// familyWords say which words in the name of a rule, label or condition mean
// which family; all that fit count.
var familyWords = []struct {
	family mark
	words  *regexp.Regexp
}{
	{sqli, regexp.MustCompile(`sqli|sql[-_ ]?inj|sqldatabase|sql-database|-942-|nosql`)},
	{xss, regexp.MustCompile(`xss|cross[-_ ]?site[-_ ]?script|-941-`)},
	{lfi, regexp.MustCompile(`lfi|traversal|local[-_ ]?file|-930-`)},
	{rfi, regexp.MustCompile(`rfi|remote[-_ ]?file|-931-`)},
	{rce, regexp.MustCompile(`rce|remote[-_ ]?code|command|unix|linux|windows|posix|shell|log4j|deserial|php|-93[23]-|-944-|exploit([^a]|$)`)},
	{ssrf, regexp.MustCompile(`ssrf|ec2metadata`)},
	{injection, regexp.MustCompile(`ssti|template|xxe|xpath|ldap|-934-|crlf|-921-|response[-_ ]?split|smuggling|injection`)},
	{badInput, regexp.MustCompile(`knownbadinputs|known-bad-inputs|exploitablepaths|propfind|host_localhost|restrictedextension|adminprotection|admin-protection`)},
	{protocol, regexp.MustCompile(`protocol|-920-|-911-|method[-_ ]?enforce`)},
	{badBot, regexp.MustCompile(`badbot|bad[-_]bot|bot[-_]?control|scanner|-913-|signalnonbrowser|crawler|categoryscraping`)},
	{reputation, regexp.MustCompile(`reputation|anonymous|hostingprovider|ip-list|iplist|ip[-_]?set|block[-_]?list|deny[-_]?list|blacklist|tor[-_]?exit`)},
	{size, regexp.MustCompile(`size[-_]?restriction|too[-_]?(big|long|large)|oversize`)},
	{noAgent, regexp.MustCompile(`no[-_]?user[-_]?agent|missing[-_]?user[-_]?agent`)},
	{geo, regexp.MustCompile(`geo|country`)},
	{rateLimit, regexp.MustCompile(`rate|flood|throttl|\bddos`)},
}

// oftenMistaken are the managed rules that AWS itself warns of.
var oftenMistaken = regexp.MustCompile(`sizerestrictions|size_restrictions|nouseragent|genericrfi|crosssitescripting_(body|cookie)|restrictedextensions|920\d{3}|user_?agent_badbots`)

// takeovers are AWS's rules and labels about passwords that are tried or stolen.
var takeovers = regexp.MustCompile(`compromised_?credentials|credential_compromised|atpruleset|acfpruleset|(password|username)_?traversal|volumetric\w*login|stolen`)

var crsRule = regexp.MustCompile(`\b9[0-9]{5}\b`)

// crsFamilies are those of the OWASP Core Rule Set by the first three digits of
// a rule's number.
var crsFamilies = map[int]mark{
	911: protocol, 913: badBot, 920: protocol, 921: injection, 922: protocol, 930: lfi, 931: rfi,
	932: rce, 933: rce, 934: injection, 941: xss, 942: sqli, 943: injection, 944: rce,
}

// ruleMark says what the name of a rule tells.
func ruleMark(name string) (m mark) {
	lower := strings.ToLower(name)
	for _, f := range familyWords {
		if f.words.MatchString(lower) {
			m |= f.family
		}
	}
	switch number, err := strconv.Atoi(crsRule.FindString(lower)); {
	case err != nil:
	case number == 930130: // files that scanners ask for, not a way to files
		m |= badInput | probe
	default:
		m |= crsFamilies[number/1000]
	}
	if oftenMistaken.MatchString(lower) {
		m |= mistaken
	}
	if takeovers.MatchString(lower) {
		m |= takeover
	}
	if strings.Contains(lower, "exploitablepaths") {
		m |= probe
	}
	if strings.HasSuffix(lower, "body") {
		m |= unseen
	}
	if strings.HasSuffix(lower, "uripath") {
		m |= inPath
	}
	return m
}

// labelMark is ruleMark for labels. Those of managed groups tell by all of their
// parts, those of one's own rules by the last, and those that say where a client
// is or that a bot is verified by none.
func labelMark(name string) mark {
	rest, ours := strings.CutPrefix(name, "awswaf:")
	if !ours || strings.HasPrefix(rest, "clientip:") || strings.Contains(name, ":bot:verified") {
		return 0
	}
	if !strings.HasPrefix(rest, "managed:") {
		rest = rest[strings.LastIndexByte(rest, ':')+1:]
	}
	return ruleMark(strings.TrimPrefix(rest, "managed:")) &^ geo
}

// conditionMark says what a match condition tells.
func conditionMark(condition []byte) mark {
	switch string(condition) {
	case "SQL_INJECTION":
		return sqli
	case "XSS":
		return xss
	}
	return 0
}
