package view

import "testing"

func TestAMonitorsMarkdownBecomesSlacks(t *testing.T) {
	for _, tt := range []struct{ why, markdown, want string }{
		{"plain", "Disk is full", "Disk is full"},
		{"bold, italics, struck", "**now** *maybe* ~~never~~ __really__", "*now* _maybe_ ~never~ *really*"},
		{"a link", "[Runbook](https://example.com/r?a=1&b=2)", "<https://example.com/r?a=1&amp;b=2|Runbook>"},
		{"Datadog's query: code in a link in bold", "query: **[`status:error`](https://app.example.com/logs?query=status%3Aerror)** by **service**", "query: *<https://app.example.com/logs?query=status%3Aerror|status:error>* by *service*"},
		{"code in bold", "**`a|b`**", "*`a|b`*"},
		{"a link without words", "[](https://example.com)", "<https://example.com|https://example.com>"},
		{"what would call everybody", "<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"},
		{"a link that is no address", "[x](javascript:alert)", "x"},
		{"signs that turn the writing round are dropped", "a\u202eb\u0085c", "abc"},
		{"Japanese has no spaces, so some are put in", "今**危険**です、**checkout**の", "今 *危険* です、 *checkout* の"},
		{"inside a word they are invisible", "x**y**z", "x\u200b*y*\u200bz"},
		{"headings and lists", "## What *to* do ##\n- one\n  * two\n1. three", "*What ∗to∗ do*\n• one\n  • two\n1. three"},
		{"images are linked", "![graph](https://x.example/g.png)", "<https://x.example/g.png|graph>"},
		{"typed addresses end before the full stop", "見て https://x.example/a。", "見て <https://x.example/a|https://x.example/a>。"},
		{"fences are left alone, also unclosed", "```sh\n**x** <y>\n", "```\n**x** &lt;y&gt;\n```"},
		{"Datadog's own marks and blank lines go", "%%%\na\n\n\n\nb\n%%%", "a\n\nb"},
		{"multiplication is no italics", "2 * 3 * 4", "2 * 3 * 4"},
		{"nothing", " \r\n ", ""},
	} {
		if got, _ := Mrkdwn(tt.markdown, 1000); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.why, got, tt.want)
		}
	}
}
