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

// headers reads [{name, value}…] or {name: value…}. Of a header that comes
// twice the last one counts, because the rewritten shape has only that one.
func (d *decoder) headers() {
	if d.peek() != '[' {
		d.object(func(name []byte) {
			if wanted(name) {
				d.header(name, d.value())
			} else {
				d.skip()
			}
		})
		return
	}
	d.list(func() {
		if name, value, ok := d.usualHeader(); ok {
			if name.escaped || wanted(name.raw) {
				d.header(d.plain(name), d.plain(value))
			}
			return
		}
		var name, value []byte
		d.object(func(key []byte) {
			switch {
			case string(key) == "name":
				name = d.value()
			case string(key) == "value" && (name == nil || wanted(name)):
				value = d.value()
			default:
				d.skip()
			}
		})
		d.header(name, value)
	})
}

// usualHeader reads a header written exactly as AWS writes it; if it is not, it
// consumes nothing.
func (d *decoder) usualHeader() (name, value text, ok bool) {
	const open, middle = `{"name":"`, `,"value":"`
	from := d.i
	if !d.has(open) {
		return name, value, false
	}
	d.i += len(open) - 1
	name = d.str()
	if d.has(middle) {
		d.i += len(middle) - 1
		if value = d.str(); d.i < len(d.b) && d.b[d.i] == '}' {
			d.i++
			return name, value, true
		}
	}
	if d.err == nil {
		d.i = from
	}
	return name, value, d.err != nil
}

// wanted says by length alone whether a header may be one that header reads.
func wanted(name []byte) bool {
	switch len(name) {
	case 4, 6, 7, 10, 13, 14, 15:
		return true
	}
	return false
}

func (d *decoder) header(name, value []byte) {
	r := &d.rec
	switch len(name) {
	case 4:
		if is(name, "host") {
			r.hostHeader = value
		}
	case 6:
		if is(name, "cookie") && len(value) > 0 {
			r.Headers |= HasCookie
		}
	case 7:
		if is(name, "referer") {
			r.Referer = value
		}
	case 10:
		if is(name, "user-agent") {
			r.Agent = value
			r.Headers |= HasAgent
		}
	case 13:
		if is(name, "authorization") && len(value) > 0 {
			r.Headers |= HasAuthorization
		}
	case 14:
		if is(name[:10], "sec-fetch-") {
			r.Headers |= HasSecFetch
		}
	case 15:
		if is(name, "accept-language") {
			r.Headers |= HasLanguage
		}
	}
}

// is compares a name with one in small letters of the same length.
func is(name []byte, lower string) bool {
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
