package manifest

import "slices"

// Scope is a permission, and why it is needed.
type Scope struct {
	Name, Reason string
	Must         bool // without it nobody is paged, or not in time; otherwise only the reason is missed
}

// Event is a subscription, and why it is needed.
type Event struct{ Name, Reason string }

// Scopes returns what the bot's token must be granted. It is the least that
// works: whoever adds one writes down what stops working without it.
func Scopes() []Scope {
	return []Scope{
		{"app_mentions:read", "answer when somebody writes @Toban", false},
		{"channels:history", "after a lost connection, look whether a message was posted before posting it again", true},
		{"channels:join", "join the public channels that the config names, which looking there needs", false},
		{"channels:manage", "open incident channels, set their topic, invite people", true},
		{"channels:read", "find channels by name; notice that one was archived", true},
		{"chat:write", "post alerts, pages and answers, and keep them true", true},
		{"chat:write.public", "post in a public channel before having joined it", false},
		{"commands", "slash commands", true},
		{"groups:history", "the same look in private channels the bot was invited to", false},
		{"groups:read", "find private channels the bot was invited to", false},
		{"im:history", "the same look in direct messages; hear what people write to the bot", true},
		{"im:write", "open a direct message with the person on call", true},
		{"pins:write", "pin an incident's card in its channel", false},
		{"users:read", "names, languages and time zones; notice that somebody left", true},
		{"users:read.email", "find people whom the config names by e-mail", false},
	}
}

// Events returns what Slack tells the bot of.
func Events() []Event {
	return []Event{
		{"app_home_opened", "draw the Home tab"},
		{"app_mention", "answer when somebody writes @Toban"},
		{"channel_archive", "say where alerts go when their channel is gone"},
		{"channel_created", "notice that another channel has taken a name of the config"},
		{"channel_deleted", "the same of a channel that was deleted"},
		{"channel_left", "the same of one that the bot was removed from"},
		{"channel_rename", "find channels under their new name"},
		{"channel_unarchive", "use a channel again"},
		{"group_archive", "the same of private channels"},
		{"group_deleted", "the same of private channels"},
		{"group_left", "the same of private channels"},
		{"group_rename", "the same of private channels"},
		{"group_unarchive", "the same of private channels"},
		{"member_joined_channel", "begin to use a channel the bot was invited to"},
		{"message.im", "answer direct messages"},
		{"team_join", "page somebody whom the config names as soon as they join"},
		{"user_change", "follow names, languages and time zones; notice that somebody left"},
	}
}

// Missing returns the scopes that are not among those granted to the bot's
// token, as the X-OAuth-Scopes header of any answer lists them.
func Missing(granted []string) []Scope {
	return slices.DeleteFunc(Scopes(), func(s Scope) bool { return slices.Contains(granted, s.Name) })
}
