package waf

// httpRequest reads the request: first the fields that come where AWS writes
// them, then whatever is left.
func (d *decoder) httpRequest() {
	if d.peek() != '{' {
		d.skip()
		return
	}
	d.i++
	if d.peek() == '}' {
		d.i++
		return
	}
	if !d.usualRequest() || !d.closes('}') {
		d.fields(d.request)
	}
}

// usualRequest reads the fields of a request as long as they are in their usual
// order, and reports whether it read any.
func (d *decoder) usualRequest() bool {
	r, none := &d.rec, []byte(nil)
	if !d.next(`"clientIp":`, &r.ClientIP) {
		return false
	}
	if d.next(`,"country":`, &r.Country) && d.has(`,"headers":[`) {
		d.i += len(`,"headers":`)
		d.headers()
	}
	_ = d.next(`,"uri":`, &r.Path) && d.next(`,"args":`, &r.Query) && d.next(`,"httpVersion":`, &none) &&
		d.next(`,"httpMethod":`, &r.Method) && d.next(`,"requestId":`, &none) &&
		d.next(`,"fragment":`, &none) && d.next(`,"scheme":`, &none) && d.next(`,"host":`, &r.Host)
	return true
}

// has reports that what comes next is written exactly like text.
func (s *scan) has(text string) bool {
	return len(s.b)-s.i > len(text) && string(s.b[s.i:s.i+len(text)]) == text
}

// next reads the value of a field if that is the next one and a string; if it is
// not, it consumes nothing.
func (s *scan) next(field string, to *[]byte) bool {
	if !s.has(field) || s.b[s.i+len(field)] != '"' {
		return false
	}
	s.i += len(field)
	*to = s.plain(s.str())
	return true
}

// request reads a field of httpRequest.
func (d *decoder) request(key []byte) {
	r := &d.rec
	switch string(key) {
	case "clientIp":
		r.ClientIP = d.value()
	case "country":
		r.Country = d.value()
	case "headers":
		d.headers()
	case "uri":
		r.Path = d.value()
	case "args":
		r.Query = d.value()
	case "httpMethod":
		r.Method = d.value()
	case "host":
		r.Host = d.value()
	default:
		d.skip()
	}
}
