// Package config reads what a team decided: the config file and the
// environment become one [Config].
//
// Three facts hold:
//
//   - A mistake never stops the reading. All of them are reported together, in
//     one [*Error], each with its line, its field, what was found and what was
//     expected there.
//   - Names of people and channels stay as they are written until
//     [Config.Resolve] looks them up; reading needs no Slack.
//   - Secrets are of type [Secret], which prints "***" wherever it is printed.
package config
