package config

import (
	"log/slog"
)

// Secret is a value that nobody may read by accident: however it is printed,
// logged or encoded, it shows "***". A secret that was not given shows nothing,
// so that a log still tells the two apart.
type Secret struct {
	// A pointer, because fmt prints the fields of a struct that sits in an
	// unexported field without asking its methods.
	value *string
}

// NewSecret returns a secret; an empty value is no secret.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{&value}
}

// Reveal returns the value, for whoever sends it where it belongs.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsSet reports whether there is a value.
func (s Secret) IsSet() bool { return s.value != nil }

func (s Secret) String() string {
	if !s.IsSet() {
		return ""
	}
	return "***"
}

// GoString serves %#v.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// LogValue serves log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText serves JSON, YAML and XML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
