package waf

import "bytes"

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
			if wanted(name.raw) {
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
	const open, middle = `{"name":`, `,"value":`
	from, b := d.i, d.b
	if len(b)-from < 32 || string(b[from:from+len(open)]) != open || b[from+len(open)] != '"' {
		return name, value, false
	}
	d.i += len(open)
	name = d.str()
	if len(b)-d.i > len(middle)+1 && string(b[d.i:d.i+len(middle)]) == middle && b[d.i+len(middle)] == '"' {
		d.i += len(middle)
		if value = d.str(); d.i < len(b) && b[d.i] == '}' {
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

func is(name []byte, lower string) bool { return bytes.EqualFold(name, []byte(lower)) }
