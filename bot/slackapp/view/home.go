package view

import (
	"strings"
	"time"

	"github.com/slack-go/slack"

	"toban/alerts"
	"toban/bot/incident"
	"toban/bot/msg"
	"toban/rotation"
)

// HomeState is what the Home tab of one person shows.
type HomeState struct {
	At        time.Time
	Notice    string          // what the last press came to, already in words
	Pages     alerts.CasesOf  // at most HomePages of each kind
	Next      map[string]Next // of each page, by its id
	Turns     []Turn          // of the next four weeks
	Swaps     []rotation.SwapRequest
	Duties    []Duty
	Incidents []incident.Incident
}

// Home draws the Home tab: what concerns the reader first.
func Home(s HomeState, x Context, m msg.Catalog) slack.HomeTabViewRequest {
	var blocks []slack.Block
	if s.Notice != "" {
		blocks = append(blocks, section(s.Notice), slack.NewDividerBlock())
	}
	blocks = append(blocks, section(homeStanding(s, x, m)))
	blocks = append(blocks, homePages(s, x, m)...)
	blocks = append(blocks, homeSwaps(s, x, m)...)
	if len(s.Turns) > 0 {
		blocks = append(blocks, titled(m, msg.HomeShifts, turnLines(s.Turns, 10, x, m))...)
	}
	if len(s.Incidents) > 0 {
		blocks = append(blocks, titled(m, msg.HomeIncidents, incidentLines(s.Incidents, x, m))...)
	}
	if len(s.Duties) > 0 {
		blocks = append(blocks, titled(m, msg.HomeRotations, dutyLines(s.Duties, x, m))...)
	}
	blocks = append(blocks, note(m.Say(msg.HomeFooter, msg.Args{"At": m.Moment(s.At, x.zone()), "Zone": ZoneOf(x.zone())}))...)
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks[:min(len(blocks), 100)]}}
}

// homeStanding answers the first question: is it me?
func homeStanding(s HomeState, x Context, m msg.Catalog) string {
	if now := nowLines(s.Turns, s.At, x, m); len(now) > 0 {
		return strings.Join(now, "\n")
	}
	if len(s.Turns) == 0 {
		return m.Say(msg.HomeNone, nil)
	}
	next := s.Turns[0]
	return m.Say(msg.HomeNext, msg.Args{"Rotation": msg.Bold(Cut(next.Rotation, 80)), "Span": m.Planned(next.Start, next.End, x.zone())})
}

// homePages shows what waits for the reader, and then what they are on.
func homePages(s HomeState, x Context, m msg.Catalog) []slack.Block {
	blocks := []slack.Block{section(m.Say(msg.HomeQuiet, nil))}
	if len(s.Pages.Waiting) > 0 {
		blocks = pageList(msg.HomePages, s.Pages.Waiting, s.Pages.AllWaiting, s, x, m)
	}
	if len(s.Pages.Yours) > 0 {
		blocks = append(blocks, pageList(msg.HomeYours, s.Pages.Yours, s.Pages.AllYours, s, x, m)...)
	}
	return blocks
}

// HomePages is how many pages of each kind the Home tab shows; it counts the
// others.
const HomePages = 5

func pageList(title msg.Key, pages []alerts.Case, total int, s HomeState, x Context, m msg.Catalog) []slack.Block {
	blocks := []slack.Block{slack.NewDividerBlock(), header(m.Plain(title, msg.Args{"N": total}))}
	for _, c := range pages {
		y := x
		if c.Page != nil {
			y.Next = s.Next[c.Page.ID]
		}
		args := msg.Args{"Lead": Lead(c, m), "Title": Cut(c.Alert.Title, 150)}
		blocks = append(blocks, section(join("\n", join(" ", m.Say(msg.PageAlertsLine, args), scope(c.Alert)), Status(c, y, m))))
		blocks = append(blocks, buttons(c, y, m)...)
	}
	if more := total - len(pages); more > 0 {
		blocks = append(blocks, note(m.Say(msg.HomePagesMore, msg.Args{"N": more}))...)
	}
	return blocks
}

func homeSwaps(s HomeState, x Context, m msg.Catalog) []slack.Block {
	if len(s.Swaps) == 0 {
		return nil
	}
	blocks := []slack.Block{slack.NewDividerBlock(), header(m.Plain(msg.HomeSwaps, nil))}
	for i, r := range s.Swaps {
		if i == 5 {
			break
		}
		draw := Swap
		if r.Asker == x.Reader {
			draw = SwapAsker
		}
		_, more := draw(r, x, m)
		blocks = append(blocks, more...)
	}
	return blocks
}

// titled sets lines under a headline.
func titled(m msg.Catalog, title msg.Key, lines []string) []slack.Block {
	return append([]slack.Block{slack.NewDividerBlock(), header(m.Plain(title, nil))}, sections(lines)...)
}
