// Command bot is Toban: on-call rotations, alerts and incidents in Slack. This
// is the guided tour of its code.
//
// # The one idea
//
// Save the truth, then make Slack match it. Whatever happens (an alert comes
// in, a button is pressed, a timer falls due) is one database transaction on a
// domain value. The same transaction marks which messages are out of date. One
// Speaker makes Slack match: it loads what is saved, draws it, posts or edits.
// So a crash loses nothing that was accepted, a repeat does no harm, ten quick
// changes are one edit, and domain code never mentions messages.
//
// # A webhook becomes an acknowledged page
//
//  1. webhook.Webhook.ServeHTTP checks token and size and has datadog.Decode
//     read the body as an alerts.Event.
//  2. alerts.Pager.Receive hands it to the one writer, alerts.Pager.Run, which
//     saves what waits in groups. For each event alerts.Apply says what it
//     makes of the alert; alerts.Routing.For chooses channel and escalation;
//     alerts.Page.Advance walks to the first step that has somebody to tell,
//     asking rotation.Planner.OnCall, which asks rotation.Schedule.OnCall. Then
//     store's Save writes alert and page, and derives from them which
//     messages must exist. Once that is on disk, Receive returns and Datadog
//     hears 200.
//  3. The commit wakes slackapp.Speaker.Run. It asks store.DB.Next for what is
//     most urgent, has slackapp.App.Render draw it (view.Alert for the channel,
//     view.Page for the person), posts it by slackapp.API, and notes where it
//     stands with store.DB.Shown.
//  4. Nobody answers: runTimer calls alerts.Pager.Due when the page's next step
//     is due, and Page.Advance goes on to the next people.
//  5. Somebody presses Acknowledge: slackapp.Socket.Run, which keeps two
//     connections to Slack, brings the envelope to slackapp.App.Handle, which
//     finds App.acknowledgePage by the action id (the table deeds) and asks
//     App.admit whether that person may. That calls alerts.Pager.Acknowledge, which lets the
//     pure alerts.Page.Acknowledge decide and saves what it returns. Only then
//     is the envelope acknowledged.
//  6. The Speaker edits every copy; Pager.Due finds nothing left to do.
//
// # A swap is asked for by command and accepted by button
//
//  1. "/oncall swap @ana 11/24 11/26" arrives at App.Handle. App.slash finds the
//     subcommand in the table commands (slackapp/words.go) and calls
//     App.oncallSwap. It reads the words; where some are missing it opens
//     view.SwapForm, and App.submitSwap goes on from there.
//  2. rotation.Planner.ProposeSwap checks, in its transaction, that each shift
//     is theirs and still ahead, and saves a rotation.SwapRequest.
//  3. The Speaker shows it by view.Swap (to the other person), view.SwapAsker
//     and view.SwapChannel.
//  4. The press calls App.acceptSwap, and that rotation.Planner.AcceptSwap. It
//     reads both shifts again inside its transaction, and refuses with a
//     rotation.MovedError if one has changed hands. From then on
//     rotation.Schedule.OnCall, which every part of the bot asks, tells the new
//     person.
//
// # A WAF alert says what was blocked
//
//  1. While the alert is saved as above, enrich.Looker.Look says that there is
//     something to look up. The alert's LookAt is saved with it, and where
//     nobody is paged its first message waits until ShowAt, five seconds at
//     most.
//  2. runTimer calls enrich.Looker.Due, which asks Datadog through
//     api.Client (SearchLogs, AggregateLogs, Deploys), within an hourly budget.
//     waf.Tally counts the records, waf.NewReport judges them, and the store's
//     Around adds scans and findings that are saved here.
//  3. SaveContext saves that beside the alert, never in it, and marks its
//     messages: the Speaker edits them. What could not be looked up is saved
//     too, with the time when it is tried again.
//  4. "Break down by" calls App.drillBlocked, which has a message of its own
//     made in the thread; "It was" calls App.correctVerdict, which saves what a
//     person says beside what the bot said.
//
// # A finding goes to its owner
//
//  1. webhook.Webhook.ServeHTTP, as package alerts/scan/hook sets it up, has
//     scan.Decode read findings and scan results out of every envelope.
//  2. findings.Desk.Receive saves them: a finding with the team that owns it, a
//     result that is not clean once. Then AWS hears 200.
//  3. findings.Desk.PageDue, woken by the save, makes an alert of an infected
//     object through alerts.Pager.Receive. findings.Desk.Due asks teams that
//     have not reacted, tells the source what people did by the team's own
//     command, searches Datadog's logs from where it stopped, and reads the
//     scanner's document again.
//
// # The house
//
//	rotation/            who is on call at an instant; pure values, and the Planner that saves swaps and overrides
//	alerts/              events become alerts, alerts become pages, pages climb; values, and the Pager that saves them
//	alerts/mask/         hides secrets in what strangers sent, before it is kept; pure
//	alerts/waf/          what a WAF blocked: records, summary, verdict, tuning note; pure
//	alerts/enrich/       what else is known about an alert: asks Datadog and the store, after it was saved
//	alerts/scan/         security findings and malware scans in every form, and what a scanner covers; pure
//	alerts/findings/     findings with owners: deeds, nudges, weekly lists, pages for malware
//	alerts/webhook/      what all webhooks share: token, size, answers
//	alerts/scan/hook/    POST /findings, and SNS's confirmations
//	alerts/datadog/      webhook bodies in; its folder api is the only user of Datadog's client
//	bot/                 this package: the command line, and the wiring of all parts
//	bot/config/          file and environment become a Config, with every mistake and its line
//	bot/store/           all SQL, one text for SQLite and PostgreSQL; its folder schema holds the migrations
//	bot/outbox/          which messages should be in Slack: the value between store and Speaker
//	bot/directory/       which id a name of a person or channel stands for; pure
//	bot/slackapp/        Socket Mode, handlers, the Speaker, Slack's limits
//	bot/slackapp/view/   pure: a domain value becomes Block Kit and a text for a locked phone
//	bot/msg/             every sentence that a person reads, in English and Japanese
//	bot/incident/        incidents, and the steps that set up their channels
//	bot/reading/         how a Japanese title is read, for the names of channels; loaded in a child process alone
//	bot/web/             the HTTP side: webhook, health, metrics
//	bot/oncall/, bot/send/, bot/manifest/, bot/wafcmd/   the commands of these names
//	fixtures/            what we show and test with: embedded Slack, Datadog and AWS, a sample team, scenarios, golden views; replay/ measures verdicts and is a module of its own
//
// Imports point one way: rotation, alerts, bot/incident, then store and view,
// then slackapp, then this package. imports_test.go is the map. slackapp and
// store do not know each other; each declares the interfaces that it calls, and
// assemble joins them.
//
// In this package: main.go is the command line, serve.go runs everything and
// ends it in order, assemble.go and watchers.go join the parts, timers.go wakes
// what is due, auditor.go looks for what should have happened and did not,
// watch_store.go for a lost file or a wrong clock, metrics.go counts. names.go
// finds Slack's ids for the config's names, people.go says who of them cannot be
// on call, places.go which channels Slack refuses, plans.go what a changed config
// changes. check*.go, demo*.go and manifest.go are commands.
//
// # Where to begin
//
// To add a subcommand: a row in commands (slackapp/words.go) with its words in
// both languages and the permission that it takes, a handler beside the others
// of its kind (slackapp/oncall*.go, slackapp/incidentcmd.go) that parses, calls
// one method of the domain and ends, and its help lines in msg/catalog/help.en.yaml and help.ja.yaml. Help,
// completion and the manifest read the same row.
//
// To add a button: its action id in slackapp/view/buttons.go, a row in deeds
// (slackapp/actions.go) with the permission that it takes. Who has which is
// decided in slackapp/permission.go alone.
//
// To change what a message looks like: its function in slackapp/view, then
// "go test ./bot/slackapp/view -update", and read what changed in
// fixtures/data/views. To add a message: a Kind in outbox/outbox.go, the rule
// by which a saved value must have it where store saves that value (save.go,
// incidents.go, rotations.go), a case in App.drawing (slackapp/render.go), and
// a view.
//
// To add or change a sentence: both files of its subject in msg/catalog, then
// "go generate ./bot/msg", which writes keys.go. Its tests say what is missing.
//
// To add a migration: the next number in store/schema, one file, named after
// what it makes true. It must leave alone what the version before it uses. A
// field that no query names needs none: it goes into the value's document.
//
// To change who is on call: package rotation alone; rules_test.go and
// reference_test.go hold the rules.
//
// To change the config: config/file.go and its neighbours, example.yaml, and
// docs/setup.md.
//
// A story is easiest to read and to add as a script in fixtures/data/scenarios.
package main
