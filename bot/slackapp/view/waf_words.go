package view

import (
	"toban/alerts/waf"
	"toban/bot/msg"
)

// reasons are the sentences for what a verdict rests on, by the reason's name.
var reasons = map[string]msg.Key{
	"probes":                  msg.WafReasonProbes,
	"breadth":                 msg.WafReasonBreadth,
	"families":                msg.WafReasonFamilies,
	"scanners":                msg.WafReasonScanners,
	"strange":                 msg.WafReasonStrange,
	"worked":                  msg.WafReasonWorked,
	"variants":                msg.WafReasonVariants,
	"specialized":             msg.WafReasonSpecialized,
	"attacks":                 msg.WafReasonAttacks,
	"few":                     msg.WafReasonFew,
	"own":                     msg.WafReasonOwn,
	"logins":                  msg.WafReasonLogins,
	"passed":                  msg.WafReasonPassed,
	"mistaken":                msg.WafReasonMistaken,
	"sessions":                msg.WafReasonSessions,
	"browsers":                msg.WafReasonBrowsers,
	"people":                  msg.WafReasonPeople,
	"referers":                msg.WafReasonReferers,
	"clean":                   msg.WafReasonClean,
	"one rule":                msg.WafReasonOneRule,
	"also passed":             msg.WafReasonAlsoPassed,
	"rate":                    msg.WafReasonRate,
	"addresses":               msg.WafReasonAddresses,
	"busiest rule":            msg.WafReasonBusiestRule,
	"one place":               msg.WafReasonOnePlace,
	"few requests":            msg.WafReasonFewRequests,
	"few places":              msg.WafReasonFewPlaces,
	"aimed elsewhere":         msg.WafReasonAimedElsewhere,
	"known places":            msg.WafReasonKnownPlaces,
	"logging in":              msg.WafReasonLoggingIn,
	"they got through":        msg.WafReasonTheyGotThrough,
	"attack in sight":         msg.WafReasonAttackInSight,
	"odd text":                msg.WafReasonOddText,
	"not to be seen":          msg.WafReasonNotToBeSeen,
	"nobody to be seen":       msg.WafReasonNobodyToBeSeen,
	"one address":             msg.WafReasonOneAddress,
	"few addresses":           msg.WafReasonFewAddresses,
	"programs":                msg.WafReasonPrograms,
	"probing":                 msg.WafReasonProbing,
	"rules against break-ins": msg.WafReasonRulesAgainstBreakIns,
	"under cover":             msg.WafReasonUnderCover,
	"trying passwords":        msg.WafReasonTryingPasswords,
	"somebody else":           msg.WafReasonSomebodyElse,
	"with a session":          msg.WafReasonWithASession,
	"beside the list":         msg.WafReasonBesideTheList,
	"visitors":                msg.WafReasonVisitors,
	"beside the limit":        msg.WafReasonBesideTheLimit,
	"takeover":                msg.WafReasonTakeover,
	"walking":                 msg.WafReasonWalking,
	"writes":                  msg.WafReasonWrites,
	"weak":                    msg.WafReasonWeak,
	"close":                   msg.WafReasonClose,
	"nothing":                 msg.WafReasonNothing,
}

// reason says one; a new one that has no sentence yet speaks English.
func reason(r waf.Reason, m msg.Catalog) string {
	key, known := reasons[r.Name]
	if !known {
		return msg.Escape(r.Says)
	}
	if r.Name == "attacks" && r.N == 0 { // speaks for a flood
		key = msg.WafReasonNoAttacks
	}
	return m.Say(key, msg.Args{"N": r.N, "Count": number(r.N), "Of": number(r.Of)})
}

var verdicts = map[waf.Kind]struct{ name, means msg.Key }{
	waf.Scan:          {msg.WafVerdictScan, msg.WafMeansScan},
	waf.Targeted:      {msg.WafVerdictTargeted, msg.WafMeansTargeted},
	waf.FalsePositive: {msg.WafVerdictFalsePositive, msg.WafMeansFalsePositive},
	waf.Flood:         {msg.WafVerdictFlood, msg.WafMeansFlood},
	waf.Unsure:        {msg.WafVerdictUnsure, msg.WafMeansUnsure},
}

// Verdicts are the kinds that a person may choose from.
var Verdicts = []waf.Kind{waf.Targeted, waf.Scan, waf.FalsePositive, waf.Flood, waf.Unsure}

// Verdict names a kind.
func Verdict(k waf.Kind, m msg.Catalog) string {
	if v, known := verdicts[k]; known {
		return m.Plain(v.name, nil)
	}
	return string(k)
}

var facets = map[waf.Facet]struct{ title, choice, count msg.Key }{
	waf.ByAddress: {msg.WafListAddress, msg.WafChoiceAddress, msg.WafCountAddresses},
	waf.ByRule:    {msg.WafListRule, msg.WafChoiceRule, msg.WafCountRules},
	waf.ByPath:    {msg.WafListPath, msg.WafChoicePath, msg.WafCountPaths},
	waf.ByCountry: {msg.WafListCountry, msg.WafChoiceCountry, msg.WafCountCountries},
	waf.ByAgent:   {msg.WafListAgent, msg.WafChoiceAgent, msg.WafCountAgents},
	waf.ByHost:    {msg.WafListHost, msg.WafChoiceHost, msg.WafCountHosts},
	waf.ByMethod:  {msg.WafListMethod, msg.WafChoiceMethod, msg.WafCountMethods},
	waf.ByTime:    {msg.WafListTime, msg.WafChoiceTime, msg.WafCountTimes},
}

// Facet names what requests are broken down by.
func Facet(by waf.Facet, m msg.Catalog) string { return m.Plain(facets[by].choice, nil) }
