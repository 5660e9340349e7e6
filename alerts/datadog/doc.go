// Package datadog answers one question: what did Datadog just tell us?
//
// [Decode] turns a webhook body into an [alerts.Event]; [NewWebhook] is its HTTP
// side of it. What Datadog sends is written by a template that each team edits,
// so decoding is by the meaning of the names and goes as far as the body goes.
// Three facts hold:
//
//   - A body that names anything to act on is accepted. Datadog never repeats
//     a delivery that was answered with 4xx, so a refusal loses an alert.
//   - The answer is 2xx only after the [Receiver] has returned without error.
//   - An event always has an ID, a Monitor and a Title, whatever was left out.
//
// The client for Datadog's own API is in the folder api, apart, because its
// SDK takes minutes to compile and nothing here needs it.
package datadog
