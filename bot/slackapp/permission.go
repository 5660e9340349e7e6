package slackapp

import "toban/bot/msg"

// Standing is what somebody is to the workspace, as far as Slack tells.
type Standing int

const (
	Unknown Standing = iota // Slack did not tell
	Member                  // a full member of the workspace
	Guest                   // sees only some channels
	Foreign                 // of another workspace that shares a channel, or not shown to the bot
	Robot                   // a bot, an app or a workflow
	Left                    // deactivated
)

func (s Standing) String() string {
	return [...]string{"unknown", "member", "guest", "of another workspace", "bot or app", "deactivated"}[s]
}

// permission is what a deed takes of whoever does it, or of whom it is done to.
// Every deed names its own where it is registered.
type permission int

const (
	_           permission = iota // not named: nobody may
	seeDuty                       // read who is on call, and help
	seeInside                     // read what is wrong: alerts, incidents, findings, blocked requests
	respond                       // acknowledge or resolve a page
	change                        // everything else that alters something, or wakes somebody
	serve                         // be put on call, or be given work
	beCalled                      // be paged by hand
	permissions                   // how many there are
)

// verdict is what may's question comes to.
type verdict int

const (
	denied     verdict = iota
	allowed            // Slack vouches for the person
	unverified         // done all the same, and the history says that nobody vouched
)

// decide is the one rule of who may do what: members may do everything, others
// see who is on call. While Slack does not say who somebody is, they count as a
// guest; only a page may be answered then, and somebody may be called for help,
// because silence at night is worse.
func decide(s Standing, p permission) verdict {
	known := p > 0 && p < permissions
	switch {
	case known && s == Member, p == seeDuty:
		return allowed
	case s == Unknown && (p == respond || p == beCalled):
		return unverified
	}
	return denied
}

// refusal says why whoever asked may not.
func refusalOf(s Standing, p permission, say msg.Catalog) refusal {
	key := map[Standing]msg.Key{
		Unknown: msg.AccessUnchecked, Guest: msg.AccessGuest, Foreign: msg.AccessForeign, Robot: msg.AccessRobot, Left: msg.AccessLeft,
	}[s]
	switch {
	case p == seeInside && s == Unknown:
		key = msg.AccessUncheckedInside
	case p == seeInside:
		key = msg.AccessInside
	case key == "": // a deed without a permission
		key = msg.ErrorStale
	}
	return refusal(say.Say(key, nil))
}

// unusable says why somebody cannot be put on call or paged.
func unusable(p Person, say msg.Catalog) refusal {
	why := map[Standing]msg.Key{
		Unknown: msg.AccessUnusableUnchecked, Guest: msg.AccessUnusableGuest, Foreign: msg.AccessUnusableForeign, Robot: msg.AccessUnusableRobot, Left: msg.AccessUnusableLeft,
	}[p.Standing]
	return refusal(say.Say(msg.AccessUnusable, msg.Args{"Who": msg.Person(p.ID), "Why": say.Mark(why, nil)}))
}
