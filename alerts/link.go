package alerts

import (
	"net/url"
	"slices"
	"strings"
)

// datadogHosts are Datadog's sites; each region and each company has its own
// below one of them.
var datadogHosts = []string{"datadoghq.com", "datadoghq.eu", "ddog-gov.com"}

// OnDatadog reports whether a link leads to Datadog's own site by https.
func OnDatadog(link string) bool {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "https" || u.User != nil {
		return false
	}
	host := strings.ToLower(u.Hostname())
	return slices.ContainsFunc(datadogHosts, func(of string) bool { return host == of || strings.HasSuffix(host, "."+of) })
}
