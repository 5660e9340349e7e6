package waf

import (
	"regexp"
	"strings"

	"toban/alerts/mask"
)

// probes are what scanners ask every site for, whether it runs such a thing or
// not.
var probes = regexp.MustCompile(`(?i)` + strings.Join([]string{
	`/\.([a-vx-z0-9_]|w[^e]|well-known/\.)`,
	`/wp-(admin|login|content|includes|config|json|cron|signup|trackback)|/wordpress|/wlwmanifest|/xmlrpc\.php|/wp/|/blog/wp-`,
	`/(php-?my-?admin|pma|myadmin|mysql-?admin|dbadmin|adminer|sqladmin|phppgadmin)`,
	`/(phpinfo|info|test|shell|cmd|wso|alfa|c99|r57|upload|up|x|xx|1|eval-stdin|config|configuration|install|setup|license|db)\.php`,
	`/vendor/(phpunit|.*eval)|/phpunit|/_ignition|/telescope|/laravel|/thinkphp|/index\.php\?s=/index/|/boaform|/hnap1|/goform|/gponform|/cgi-bin|/fcgi-bin|/scripts/(root|\.\.)|/msadc`,
	`/actuator|/jolokia|/jmx-console|/web-console|/invoker|/manager/(html|text|status)|/host-manager|/solr|/jenkins|/hudson|/geoserver|/druid|/nacos|/struts|/axis2|/wls-wsat|/console/(login|portal)|/bea_wls|/openam`,
	`/owa/|/ecp/|/autodiscover|/exchange|/remote/(login|fgt)|/dana-(na|ws|cached)|/\+cscoe\+|/vpn/|/global-protect|/sslvpn|/citrix|/sap/|/zabbix|/nagios|/cacti|/grafana/login|/kibana|/_cat/|/_search|/_all_dbs|/_users|/portal/redlion`,
	`/(server-status|server-info|status\?full|nginx_status|metrics|debug/pprof|trace\.axd|elmah\.axd|web\.config|crossdomain\.xml|clientaccesspolicy)`,
	`\.(bak|old|orig|save|swp|sql|tar|tgz|rar|7z|inc|ini|log|pem|key|mdb|dist|backup|sqlite|db)(\.gz)?$|~$`,
	`/(backup|dump|database|site|www|html|public_html|htdocs|archive|secrets?|credentials?|id_rsa|passwd|passwords?)\.(zip|tar|gz|sql|json|ya?ml|txt|xml)`,
	`/(docker-compose|composer|package|settings|appsettings|parameters|application|secrets)\.(ya?ml|json|lock|properties)`,
	`/(etc/passwd|proc/|web-inf|meta-inf|windows/win\.ini|etc/shadow)|/(administrator|admin\.php|joomla|drupal|magento|moodle|typo3|sitecore|umbraco|cfide|plesk|cpanel|webmail|roundcube|horde|squirrelmail)\b`,
	`/(sdk|evox|nmap|nessus|nikto|acunetix|appscan|w00tw00t|testproxy|proxyheader|muieblackcat|_vti_bin|_vti_pvt|iisadmpwd)`,
}, "|"))

// logins are the places where an attack is a try to get in, also one without any
// payload.
var logins = regexp.MustCompile(`(?i)log-?in|sign-?[io]n|oauth|passw(or)?d|sign-?up|/(auth|tokens?|sessions?|otp|mfa|2fa|register|reset|forgot|my-?account|accounts?|checkout|payments?|coupons?|gift-?cards?)(\.(php|jsp|aspx?|do|html?))?(/|$)`)

// scanners are the tools that ask for everything (most are in the list of the
// OWASP Core Rule Set). Aiming tools are not among them, because who starts one
// has chosen a target.
var scanners = regexp.MustCompile(`(?i)nikto|nessus|acunetix|nuclei|zgrab|masscan|nmap|openvas|w3af|wpscan|dirbuster|gobuster|dirb\b|feroxbuster|ffuf|fuzz faster|wfuzz|arachni|netsparker|invicti|app-?scan|appspider|webinspect|qualys|skipfish|whatweb|wapiti|vega/|\bzap\b|detectify|censys|shodan|expanse|internet-?measurement|l9explore|l9tcpid|leakix|jorgee|zmeu|morfeus|fhscan|n-stealth|n-stalker|grendel|ironwasp|paros|projectdiscovery|odin|cloudsystemnetworks|gootkit|brutus|cgichk|webvulnscan|xenu|domino ?hunter|burpcollaborator|interactsh|stretchoid|netsystemsresearch|bfac|jaeles|httpx|betabot|bewica|whatwaf|hexometer|jbrofuzz|libwhisker|netlab360|nettacker|securityagent|sitelockspider|sysscan|tsunami|webbandit|webshag|wprecon|wpprobe|cmsmap|joomscan|droopescan|shortscan|trufflehog|noseyparker`)

var tools = regexp.MustCompile(`(?i)^(curl|wget|python|go-http|java/|okhttp|libwww|lwp|perl|ruby|axios|node|got|php|guzzle|apache-http|httpie|aiohttp|postman|insomnia|scrapy|winhttp|mozilla/[45]\.0$|mozilla/4\.0|-$)|sqlmap|sqlninja|jsql|ghauri|hydra|patator|havij|xsstrike|xsser|sstimap|tplmap|tinja|dotdotpwn|kadimus|lfisuite|lfimap|fimap|commix|graphw00f|graphql-cop|headless|phantomjs|selenium`)

func agentMark(agent string) (m mark) {
	agent = agent[:min(len(agent), maxLook)] // a look costs a microsecond for every few bytes
	if scanners.MatchString(agent) {
		m |= scanner
	}
	if tools.MatchString(agent) {
		m |= tool
	}
	if strings.ContainsAny(agent, "<'`${") { // every agent has the other signs
		m |= textMark(agent) &^ odd
	}
	return m
}

// Shapes of path segments that name a thing, not a route.
var things = regexp.MustCompile(`(?i)/(\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{12,}|[a-z0-9_-]*\d[a-z0-9_-]{11,})(/|$)`)

// route is the part of the application that a path leads to: ids give way to a
// star, and what looks like a payload is cut off with the segment it stands in.
// So a tester who puts a hundred payloads behind /items/ stays at one place.
func route(path string) string {
	decoded := mask.Unpercent(path)
	if at := strings.IndexAny(decoded, "'\"<>;|(){}$`\\* \n\r\x00&=#"); at >= 0 {
		decoded = decoded[:at]
		decoded = decoded[:strings.LastIndexByte(decoded, '/')+1]
	}
	if at := strings.Index(decoded, "/../"); at >= 0 {
		decoded = decoded[:at+1]
	}
	decoded = things.ReplaceAllString(decoded, "/*$2")
	decoded = things.ReplaceAllString(decoded, "/*$2") // neighbours share a slash
	return mask.Text(decoded)
}

func routeMark(route string) (m mark) {
	if probes.MatchString(route) {
		m |= probe
	}
	if logins.MatchString(route) {
		m |= login
	}
	return m
}
