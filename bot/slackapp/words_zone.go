package slackapp

import (
	"regexp"
	"strings"
	"time"
)

var (
	ianaWord   = regexp.MustCompile(`^\(?([a-z]+(?:/[a-z0-9_+-]+)+)\)?`)
	utcOffset  = regexp.MustCompile(`^\(?(?:utc|gmt)([+-])(\d{1,2})(?::?(\d{2}))?\)?`)
	eastOffset = regexp.MustCompile(`^\(?(\+)(\d{2}):?(\d{2})\)?`) // west without UTC would be the end of a span: 9:00-12:00
	abbrWord   = regexp.MustCompile(`^\(?([a-z]{1,5}|日本時間|協定世界時)\)?`)
)

// zoneWords are the short names of zones. Where one name has several meanings,
// it is asked which is meant.
var zoneWords = map[string][]string{
	"utc": {"UTC"}, "gmt": {"UTC"}, "z": {"UTC"}, "協定世界時": {"UTC"},
	"jst": {"Asia/Tokyo"}, "日本時間": {"Asia/Tokyo"}, "kst": {"Asia/Seoul"}, "hkt": {"Asia/Hong_Kong"}, "sgt": {"Asia/Singapore"},
	"cet": {"Europe/Berlin"}, "cest": {"Europe/Berlin"}, "eet": {"Europe/Athens"}, "eest": {"Europe/Athens"}, "wet": {"Europe/Lisbon"}, "west": {"Europe/Lisbon"},
	"msk": {"Europe/Moscow"}, "nzst": {"Pacific/Auckland"}, "nzdt": {"Pacific/Auckland"}, "aest": {"Australia/Sydney"}, "aedt": {"Australia/Sydney"}, "hst": {"Pacific/Honolulu"},
	"edt": {"America/New_York"}, "cdt": {"America/Chicago", "America/Havana"}, "mdt": {"America/Denver"}, "pdt": {"America/Los_Angeles"},
	"et": {"America/New_York"}, "mt": {"America/Denver"}, "pt": {"America/Los_Angeles"},
	"est": {"America/New_York", "Australia/Sydney"}, "mst": {"America/Denver", "Asia/Kuala_Lumpur"}, "pst": {"America/Los_Angeles", "Asia/Manila"},
	"cst": {"America/Chicago", "Asia/Shanghai", "America/Havana"}, "ct": {"America/Chicago", "Asia/Shanghai"},
	"ist": {"Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"}, "bst": {"Europe/London", "Asia/Dhaka"},
	"ast": {"America/Halifax", "Asia/Riyadh"}, "gst": {"Asia/Dubai", "Atlantic/South_Georgia"}, "sst": {"Asia/Singapore", "Pacific/Pago_Pago"},
}

// zones reads a zone that is written behind a time. Several mean that its name
// is not certain.
func (s *scanner) zones() (found []*time.Location) {
	s.try(func() bool {
		m := s.match(utcOffset)
		if m == nil {
			m = s.match(eastOffset)
		}
		if m == nil || number(m[2]) > 14 || number(m[3]) > 59 {
			return false
		}
		east := number(m[2])*3600 + max(0, number(m[3]))*60
		if m[1] == "-" {
			east = -east
		}
		found = []*time.Location{fixedZone(east)}
		return true
	})
	if len(found) > 0 {
		return found
	}
	s.try(func() bool {
		m := s.match(ianaWord)
		if m == nil {
			return false
		}
		zone, ok := zoneNamed(m[1])
		found = append(found, zone)
		return ok
	})
	if len(found) > 0 && found[0] != nil {
		return found
	}
	found = nil
	s.try(func() bool {
		m := s.match(abbrWord)
		if m == nil {
			return false
		}
		for _, name := range zoneWords[m[1]] {
			zone, _ := zoneNamed(name)
			found = append(found, zone)
		}
		return len(found) > 0
	})
	return found
}

// fixedZone is a zone that is written as its distance from UTC.
func fixedZone(east int) *time.Location {
	return time.FixedZone("UTC"+time.Unix(0, 0).In(time.FixedZone("", east)).Format("-07:00"), east)
}

// zoneNamed finds an IANA zone in any case of letters.
func zoneNamed(name string) (*time.Location, bool) {
	small := map[string]bool{"au": true, "of": true, "es": true, "da": true}
	titled := regexp.MustCompile(`[a-z]+`).ReplaceAllStringFunc(strings.ToLower(name), func(part string) string {
		if small[part] {
			return part
		}
		return strings.ToUpper(part[:1]) + part[1:]
	})
	for _, spelled := range []string{name, titled, strings.ToUpper(name)} {
		if zone, err := time.LoadLocation(spelled); err == nil && spelled != "" && !strings.EqualFold(spelled, "local") {
			return zone, true
		}
	}
	return nil, false
}
