package slackapp

// numberAlone reads the day of "12/3-5" and "Nov 27 to 29". Behind a word for
// a time of day too, it may be an hour as well.
func (g grammar) numberAlone(s *scanner, lead string) (found []when, why doubt) {
	hours := atWord.MatchString(lead)
	if !g.wholeDays || !hours && !spanSign.MatchString(lead) {
		return nil, notADate
	}
	before := s.rest
	m := s.match(dayNumber)
	if m == nil || s.next("/:.-月年時じ分週間ahdmpw0123456789") {
		s.rest = before
		return nil, notADate
	}
	on, why := g.comingDayOfMonth(number(m[1]))
	for _, d := range on {
		found = append(found, g.daysOf(d))
	}
	if minutes := bareHours(number(m[1])); hours && m[2] == "" && why == "" {
		for _, at := range g.comingClocks(minutes, g.zone) {
			found = append(found, g.instant(at))
		}
	}
	return found, why
}

// digitsAsDate is the date that 1203 is to some; others mean 12:03.
func (g grammar) digitsAsDate(typed string) (found []when) {
	if len(typed) != 4 || number(typed) < 0 || g.after && !g.wholeDays {
		return nil
	}
	on, _ := g.coming(number(typed[:2]), number(typed[2:]))
	for _, d := range on {
		found = append(found, g.daysOf(d))
	}
	return found
}

// eitherOrder is the day that 3/12/2026 is: the world does not agree which of
// the two is the month.
func eitherOrder(year, one, other int) (found []days, why doubt) {
	for _, d := range [][2]int{{one, other}, {other, one}} {
		if day, ok := calendarDay(year, d[0], d[1]); ok && !containsDay(found, oneDay(day)) {
			found = append(found, oneDay(day))
		}
	}
	if found == nil {
		why = noSuchDay
	}
	return found, why
}

// sharedUnit reads the first hour of 9-18時 or 9-5pm, and leaves the second.
func (s *scanner) sharedUnit(t *timeOfDay) bool {
	return s.try(func() bool {
		if m := spanHours.FindStringSubmatch(s.rest); m != nil && number(m[1]) <= lastHour {
			t.minutes = []int{number(m[1]) * 60}
			return s.take(m[1])
		}
		m := spanHalves.FindStringSubmatch(s.rest)
		if m != nil {
			t.minutes = bareHours(number(m[1]))
		}
		return t.minutes != nil && s.take(m[1])
	})
}
