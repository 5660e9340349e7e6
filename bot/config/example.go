package config

import _ "embed"

// Example is a configuration to begin with: it loads as it is, and its comments
// say what each part does.
//
//go:embed example.yaml
var Example string
